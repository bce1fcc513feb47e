"""What all pages of this feature share: the blueprint, its refusals, and its limits."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from sccafe.accounts.sessions import viewer
from sccafe.core import web
from sccafe.core.language import gettext as _
from sccafe.extensions import limiter
from sccafe.library import words
from sccafe.library.errors import MayNot

pages = Blueprint("library", __name__)

#: Floods only; nobody writes this much by hand.
WRITES = limiter.limit("30/minute;400/hour", methods=["POST"])
TOUCHES = limiter.limit("120/minute", methods=["POST"])


@pages.app_errorhandler(MayNot)
def may_not(error: MayNot) -> ResponseReturnValue:
    """Whoever can read a thing but may not do this is told why; whoever is signed out keeps what was typed."""
    if not viewer().signed_in:
        return web.sign_in_first()
    return web.refusal(_("ここではできません"), words.why_not(error.why))
