"""What pages show of a meeting: where it stands, its poll, when its outcome is looked at again."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from sccafe.boards import policy, polls
from sccafe.boards.meetings import last_moment, opening
from sccafe.core import clock
from sccafe.core.audience import Viewer
from sccafe.core.formats import date_text
from sccafe.core.language import gettext as _
from sccafe.core.language import locale


def _day(at: datetime, language: str) -> str:
    """A day, with its year where it is another than this one."""
    year = at.astimezone(clock.TOKYO).year != clock.now().astimezone(clock.TOKYO).year
    return date_text(at, language, year=year)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a meeting stands; `open` says whether members write now."""

    words: str
    open: bool


def standing(found: Row[Any], language: str) -> Standing | None:
    """None for topics without a period."""
    now = clock.now()
    if found.kind != "meeting" or not (found.opens_at or found.closes_at):
        return None
    if found.opens_at and now < found.opens_at:
        day = _day(found.opens_at, language)
        return Standing(_("この会議室は、%(day)sから書き込めます。", day=day), False)
    if not found.closes_at:
        return None
    day = _day(last_moment(found.closes_at), language)
    if now < found.closes_at:
        return Standing(_("この会議室は、%(day)sまで書き込めます。", day=day), True)
    if found.outcome_html:
        return Standing(_("この会議室は、%(day)sに終わりました。上のまとめをお読みください。", day=day), False)
    return Standing(
        _("この会議室は、%(day)sに終わりました。まとめは、事務局がこのページの上に載せます。", day=day), False
    )


def review(day: date | None, language: str) -> str:
    """When the outcome is looked at again, in words; empty without such a day."""
    at = opening(day)
    return _("%(day)sに見直します", day=_day(at, language)) if at else ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A choice of a poll; votes and percent of all who voted, 0 where they are not shown."""

    id: int
    text: str
    mine: bool
    votes: int
    percent: int


@dataclass(frozen=True, slots=True)
class PollShown:
    topic_id: int
    question: str
    multiple: bool
    voters: int
    voted: bool
    #: What the viewer ticked, in words.
    own: str
    may_vote: bool
    with_results: bool
    choices: list[Bar]
    #: When the numbers are shown, or why one cannot vote; where there is something to say.
    note: str


def poll(who: Viewer, found: Row[Any]) -> PollShown | None:
    """The poll of a row of `queries.topic` as its reader is shown it; one statement where there is one, else none."""
    read = polls.poll_of(who, found.id) if found.has_poll and found.kind == "meeting" else None
    if read is None:
        return None
    now, archived = clock.now(), found.archived or found.visibility == "deleted"
    why = policy.why_not_vote(
        who,
        found.kind,
        archived=archived,
        locked=found.locked,
        opens_at=found.opens_at,
        closes_at=found.closes_at,
        now=now,
    )
    over = policy.is_over(archived=archived, locked=found.locked, closes_at=found.closes_at, now=now)
    with_results = policy.may_see_results(read.results, over, read.voted)
    # Numbers that are not shown do not come near the page.
    choices = [
        Bar(
            choice.id,
            choice.text,
            choice.mine,
            choice.votes if with_results else 0,
            round(100 * choice.votes / read.voters) if with_results and read.voters else 0,
        )
        for choice in read.choices
    ]
    return PollShown(
        topic_id=found.id,
        question=read.question,
        multiple=read.multiple,
        voters=read.voters,
        voted=read.voted,
        own=(", " if locale() == "en" else "、").join(choice.text for choice in read.choices if choice.mine),
        may_vote=not why,
        with_results=with_results,
        choices=choices,
        note=_note(why, over, with_results, read.results),
    )


def _note(why: str, over: bool, with_results: bool, results: str) -> str:
    if over:
        return _("答えるのは終わりました。")
    if why == "before":
        return _("会議室がはじまると、答えられます。")
    if why == "sign_in":
        return _("会員は、サインインすると答えられます。")
    if why == "role":
        return _("企業の方は、ここでは答えられません。")
    if with_results:
        return ""
    return (
        _("結果は、会議室が終わってから見られます。") if results == "at_end" else _("結果は、答えたあとに見られます。")
    )
