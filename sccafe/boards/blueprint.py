"""What all pages of this feature share: the blueprint, its refusals, and what follows a writing."""

from types import SimpleNamespace
from typing import Any

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Row

from sccafe.accounts.sessions import viewer
from sccafe.boards import meeting_shown, policy, service, shown
from sccafe.boards.outcomes import is_due
from sccafe.boards.threads import MayNot, NotThere
from sccafe.core import clock, web
from sccafe.core.audience import Viewer
from sccafe.core.database import end_reading
from sccafe.core.language import gettext as _
from sccafe.core.text_rules import TextRefused
from sccafe.extensions import limiter

pages = Blueprint("boards", __name__)

#: Floods only; nobody writes this much by hand.
WRITES = limiter.limit("30/minute;400/hour", methods=["POST"])
TOUCHES = limiter.limit("120/minute", methods=["POST"])

#: Which of the main places a board belongs to.
PLACES = {"exchange", "questions", "meeting", "industry"}


def place_of(slug: str, kind: str) -> str:
    """The main place to mark in the header."""
    return slug if slug in PLACES else kind if kind in PLACES else ""


@pages.app_errorhandler(NotThere)
def not_there(error: NotThere) -> ResponseReturnValue:
    end_reading()
    return web.not_found()


@pages.app_errorhandler(MayNot)
def may_not(error: MayNot) -> ResponseReturnValue:
    """Whoever can read a thing but may not do this is told why; whoever is signed out keeps what was typed."""
    if not viewer().signed_in:
        return web.sign_in_first()
    return web.refusal(_("ここではできません"), shown.why_not(error.why))


def after_writing(written: service.Written) -> ResponseReturnValue:
    """Lead to the new post, or say that it waits."""
    if written.number is None:
        flash(_("書き込みを受け取りました。はじめての書き込みは、事務局が確かめてから出ます。"))
        return web.see_other(f"/topics/{written.topic_id}")
    return web.see_other(f"/posts/{written.post_id}")


def preview_of(source: str) -> Markup | str:
    try:
        return Markup(service.prepare(source).html)  # noqa: S704
    except TextRefused as refused:
        return str(refused.message)
    except ValueError:
        return ""


def look_of(who: Viewer, found: Row[Any], mark: int | None, language: str) -> shown.PageOfPosts:
    may_write = who.signed_in and (not found.locked or who.is_staff)
    return shown.PageOfPosts(
        locale=language,
        user_id=who.user_id,
        read_up_to=mark,
        accepted_id=found.accepted_post_id,
        may_accept=policy.may_accept(who, found.kind, bool(found.asked), found.archived),
        may_write=may_write,
        may_moderate=policy.may_moderate(who),
        may_reply=not why_not_reply(who, found),
        may_react=policy.may_react(who, found.kind),
        may_report=policy.may_report(who),
    )


def _reason(found: Row[Any]) -> str:
    """What the secretariat gave as its reason, for those who can see the topic now."""
    if found.visibility == "hidden":
        return str(found.hidden_reason)
    return str(found.state_reason) if found.locked else ""


def head_of(found: Row[Any], language: str, me_too: int = 0) -> SimpleNamespace:
    return SimpleNamespace(
        id=found.id,
        title=found.title,
        chips=shown.state_chips(found.kind, found, clock.now(), language),
        themes=shown.theme_labels(found.themes, language),
        board_href=f"/boards/{found.slug}",
        board_title=shown.board_title(found, language),
        kind=found.kind,
        replies=max(0, found.post_count - 1),
        readers=found.reader_count,
        me_too=me_too,
        locked=found.locked,
        state=found.state,
        state_reason=found.hidden_reason
        if found.visibility == "hidden"
        else found.state_reason
        if found.locked
        else "",
        outcome_html=Markup(found.outcome_html),  # noqa: S704
        review=meeting_shown.review(found.outcome_review_on, language),
        review_due=is_due(found.outcome_review_on),
    )


def why_not_reply(who: Viewer, found: Row[Any]) -> str:
    return policy.why_not_reply(
        who,
        found.kind,
        archived=found.archived or found.visibility == "deleted",
        locked=found.locked,
        opens_at=found.opens_at,
        closes_at=found.closes_at,
        now=clock.now(),
    )
