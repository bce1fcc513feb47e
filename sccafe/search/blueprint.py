"""What all pages of search share: the blueprint and its limits."""

from flask import Blueprint

from sccafe.extensions import limiter

pages = Blueprint("search", __name__)

#: Floods only; nobody writes this much by hand.
WRITES = limiter.limit("30/minute;400/hour", methods=["POST"])
