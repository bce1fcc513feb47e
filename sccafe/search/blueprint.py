"""The addresses of the search."""

from flask import Blueprint

pages = Blueprint("search", __name__)
