"""What all pages of counseling share: the blueprint, who acts, its refusals, and its limits."""

from typing import Any

from flask import Blueprint, Response, session
from flask.typing import ResponseReturnValue

from sccafe.accounts.sessions import viewer
from sccafe.core import clock, file_answers, web
from sccafe.core.language import gettext as _
from sccafe.counseling import files, words
from sccafe.counseling.errors import MayNot, NotThere
from sccafe.counseling.service import Actor
from sccafe.extensions import limiter

pages = Blueprint("counseling", __name__)

#: Floods only; nobody writes this much by hand.
WRITES = limiter.limit("30/minute;400/hour", methods=["POST"])

#: What a browser has opened by receipt codes stands in its signed cookie: ref -> until when, in seconds, and the
#: mark of the code that was given.
_OPENED = "counseling_codes"
#: So long without a look, and the code has to be typed again: office computers are shared.
KEPT_OPEN = 60 * 60


def actor() -> Actor:
    """Who acts: the viewer, and the requests that this browser has opened by their codes."""
    return Actor(viewer(), {ref: mark for ref, (_until, mark) in _opened().items()})


def _opened() -> dict[str, tuple[int, str]]:
    now = clock.now().timestamp()
    return {ref: (until, mark) for ref, (until, mark) in session.get(_OPENED, {}).items() if until > now}


def keep_open(ref: str, mark: str) -> None:
    """Let this browser go on reading a request whose code it has given, as long as it has the code of this mark."""
    session[_OPENED] = _opened() | {ref: (int(clock.now().timestamp()) + KEPT_OPEN, mark)}


def leave(ref: str) -> None:
    """Close a request in this browser: the code has to be typed again."""
    session[_OPENED] = {known: kept for known, kept in _opened().items() if known != ref}


def page(template: str, status: int = 200, **values: Any) -> ResponseReturnValue:
    """A page of counseling: kept by no browser and no cache."""
    return web.private(f"counseling/{template}.html", status, **values)


@pages.after_request
def kept_by_nobody(response: Response) -> Response:
    """Also the pages that say what went wrong: a form that could not be taken carries what was typed."""
    if response.mimetype in ("text/html", "application/json"):
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
    return response


def file_answer(seal: Any, row: Any, name: str) -> ResponseReturnValue:
    """A file as it was sent (`reading.open_file`): it can do nothing in a browser and is kept by none."""
    try:
        content = files.content(seal, row.stored)
    except FileNotFoundError:
        raise NotThere from None
    # Pictures were made by us from their points; everything else is saved and not opened here.
    way = "inline" if row.kind == "image" else "attachment"
    return file_answers.made(content, row.media_type, way, name)


@pages.app_errorhandler(MayNot)
def may_not(error: MayNot) -> ResponseReturnValue:
    """Whoever can read a request but may not do this now is told why; nothing has changed."""
    return web.refusal(_("いまはできません"), words.why_not(error.why))
