"""Rows and conversations of the desk turned into words, once for each page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlencode

from markupsafe import Markup
from sqlalchemy import Row

from sccafe.core import clock, taxonomy
from sccafe.core.formats import Moment, day_text, moment, size_text
from sccafe.core.language import gettext as _
from sccafe.counseling import desk_words, reading, words
from sccafe.counseling.desk_queries import Choice, Counted
from sccafe.counseling.policy import STATES
from sccafe.counseling.reading import Conversation

_CHIPS: Final = {"new": "new", "routing": "open", "expert": "live", "answered": "done"}


@dataclass(frozen=True)
class Due:
    """By when something is owed, in words."""

    text: str
    late: bool


@dataclass(frozen=True)
class Line:
    """A request in a list: where it stands, and nothing of what it says."""

    ref: str
    href: str
    category: str
    state: str
    chip: str
    way: str
    experts: Sequence[str]
    received: Moment
    dues: Sequence[Due]
    #: An answer waits for the second look.
    waits: bool
    #: By when a yes or no is owed; empty where it is not.
    accept_by: str = ""


def category(key: str, locale: str) -> str:
    return taxonomy.label("counseling_category", key, locale) or key


def chip(state: str) -> str:
    return _CHIPS.get(state, "plain")


def dues(state: str, first_due_on: date | None, due_on: date | None, locale: str) -> list[Due]:
    """What is owed by when; one late already says so in words."""
    if state == "asker":
        return [Due(_("お返事を待つあいだ、期限は止まっています"), False)]
    today, found = clock.today(), []
    for day, on_time, late in (
        (first_due_on, _("はじめのご連絡は%(day)sまで"), _("はじめのご連絡が遅れています（%(day)sまででした）")),
        (due_on, _("答えは%(day)sまで"), _("答えが遅れています（%(day)sまででした）")),
    ):
        if day is not None:
            found.append(Due((late if day < today else on_time) % {"day": day_text(day, locale)}, day < today))
    return found


def lines(rows: Sequence[Row[Any]], experts: dict[int, list[Row[Any]]], locale: str) -> list[Line]:
    now = clock.now()
    return [
        Line(
            ref=row.ref,
            href=f"/counseling/desk/{row.ref}",
            category=category(row.category, locale),
            state=words.state_label(row.state, waits_for_yes=words.waits_for_yes(experts.get(row.id, ()))),
            chip=chip(row.state),
            way=desk_words.way_label(row.way),
            experts=[
                _("%(name)sさん（%(part)s）", name=one.handle, part=desk_words.part_label(one.state, one.is_second))
                for one in experts.get(row.id, ())
            ],
            received=moment(row.created_at, locale, now),
            dues=dues(row.state, row.first_due_on, row.due_on, locale),
            waits=bool(row.handed_in),
            accept_by=day_text(row.accept_by, locale) if getattr(row, "part", "") == "asked" else "",
        )
        for row in rows
    ]


def groups(rows: Sequence[Row[Any]], locale: str) -> list[tuple[str, list[Line]]]:
    """An expert's own requests: asked, theirs to answer, waiting for the asker, and answered; empty groups are out."""
    parts: dict[str, list[Row[Any]]] = {"asked": [], "mine": [], "asker": [], "answered": []}
    for row in rows:
        there = {"expert": "mine", "asker": "asker"}.get(row.state, "answered")
        key = "asked" if row.part == "asked" else there
        parts[key].append(row)
    titles = {
        "asked": _("お願いされている相談"),
        "mine": _("受け持っている相談"),
        "asker": _("相談した方のお返事を待つ相談"),
        "answered": _("答えた相談"),
    }
    return [(titles[key], lines(found, {}, locale)) for key, found in parts.items() if found]


@dataclass(frozen=True)
class Link:
    """A choice of the queue with its number."""

    label: str
    href: str
    number: int
    is_chosen: bool


def _address(state: str, category: str, late: bool) -> str:
    asked = {"state": state if state != "open" else "", "category": category, "late": "1" if late else ""}
    wanted = urlencode({key: said for key, said in asked.items() if said})
    return "/counseling/desk" + (f"?{wanted}" if wanted else "")


def state_links(counted: Counted, choice: Choice) -> list[Link]:
    """All that are not over, and each state."""
    names = [("open", _("終わっていないもの")), *((state, words.state_label(state)) for state in STATES)]
    return [
        Link(
            label,
            _address(state, choice.category, choice.late),
            sum(counted.by_state.get(each, 0) for each in Choice(state).states),
            state == choice.state,
        )
        for state, label in names
    ]


def late_link(counted: Counted, choice: Choice) -> Link:
    """Late ones alone, or all again."""
    return Link(
        _("期限を過ぎたものだけ"), _address(choice.state, choice.category, not choice.late), counted.late, choice.late
    )


# --- the work page -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FileLine:
    name: str
    href: str
    size: str


@dataclass(frozen=True)
class Said:
    """A message or a note."""

    id: str
    who: str
    #: What they are to the request, and what it is.
    capacity: str
    kind: str
    at: Moment
    html: Markup
    files: Sequence[FileLine]
    is_asker: bool


@dataclass(frozen=True)
class StepLine:
    """One line of the history."""

    what: str
    who: str
    change: str
    reason: str
    at: Moment


@dataclass(frozen=True)
class ExpertLine:
    handle: str
    part: str
    accept_by: str


@dataclass(frozen=True)
class Work:
    """A request at the desk, in words."""

    ref: str
    category: str
    state: str
    chip: str
    way: str
    received: Moment
    since: Moment
    passed_to: str
    dues: Sequence[Due]
    asker: Sequence[tuple[str, str]]
    worries: Sequence[str]
    subject: str
    messages: Sequence[Said]
    notes: Sequence[Said]
    experts: Sequence[ExpertLine]
    steps: Sequence[StepLine]
    helped: str
    rating_line: str
    publication: str
    #: By when the reader themself says yes or no; empty where they are not asked.
    accept_by: str


def asker_name(opened: Conversation) -> str:
    """How the asker is called before experts and in answers."""
    return opened.person.name if opened.naming != "anonymous" and opened.person.name else _("相談した方")


def _said(opened: Conversation, said: reading.Said, locale: str, now: datetime) -> Said:
    is_asker, is_note = said.capacity == "asker", said.kind == "note"
    name = asker_name(opened) if is_asker else said.handle or _("退会した人")
    return Said(
        id=f"note-{said.number}" if is_note else f"message-{said.number}",
        who=name,
        capacity="" if is_note else words.capacity_label(said.capacity),
        kind="" if is_note else desk_words.kind_label(said.kind),
        at=moment(said.at, locale, now),
        html=said.html,
        files=[
            FileLine(file.name, f"/counseling/desk/{opened.ref}/files/{file.id}", size_text(file.size))
            for file in said.files
        ],
        is_asker=is_asker,
    )


def _asker(opened: Conversation) -> list[tuple[str, str]]:
    person = opened.person
    place = taxonomy.place("", person.municipality)
    facts = [
        (_("名前の出し方"), desk_words.naming_label(opened.naming)),
        (_("名前"), person.name),
        (_("メールアドレス"), person.email),
        (_("電話番号"), person.telephone),
        (_("まち"), place),
        (_("勤め先"), person.employer),
        (_("届いた方法"), desk_words.way_label(opened.way)),
    ]
    if opened.publish_consent:
        facts.append((_("公開について"), _("名前などを伏せた答えの公開を、考えてもよいとのことです")))
    return [(label, said) for label, said in facts if said]


def work(opened: Conversation, steps: Sequence[reading.Taken], user_id: int | None, locale: str) -> Work:
    now = clock.now()
    asked = [row for row in opened.experts if row.state == "asked"]
    return Work(
        ref=opened.ref,
        category=category(opened.category, locale),
        state=words.state_label(opened.state, waits_for_yes=words.waits_for_yes(opened.experts)),
        chip=chip(opened.state),
        way=desk_words.way_label(opened.way),
        received=moment(opened.created_at, locale, now),
        since=moment(opened.state_at, locale, now),
        passed_to=desk_words.passed_label(opened.passed_to) if opened.state == "passed_on" else "",
        dues=dues(opened.state, opened.first_due_on, opened.due_on, locale),
        asker=_asker(opened),
        worries=[label for key in opened.matter.worries if (label := taxonomy.label("worry", key, locale))],
        subject=opened.matter.subject,
        messages=[_said(opened, said, locale, now) for said in opened.messages],
        notes=[_said(opened, said, locale, now) for said in opened.notes],
        experts=[
            ExpertLine(
                row.handle,
                desk_words.part_label(row.state, row.is_second),
                day_text(row.accept_by, locale) if row.state == "asked" else "",
            )
            for row in opened.experts
        ],
        steps=[_step(taken, locale, now) for taken in steps],
        helped=desk_words.helped_label(opened.helped),
        rating_line=opened.rating_line,
        publication=desk_words.publication_label(
            opened.publication, waits_for_reader="expert" in opened.capacities and not opened.expert_agreed
        ),
        accept_by=next((day_text(row.accept_by, locale) for row in asked if row.expert_id == user_id), ""),
    )


def _step(taken: reading.Taken, locale: str, now: datetime) -> StepLine:
    change = ""
    if taken.before != taken.after:
        change = _(
            "%(before)s → %(after)s", before=words.state_label(taken.before), after=words.state_label(taken.after)
        )
    who = words.capacity_label(taken.capacity)
    return StepLine(
        what=desk_words.step_label(taken.action),
        who=_("%(name)sさん（%(part)s）", name=taken.handle, part=who) if taken.handle else who,
        change=change,
        reason=taken.reason,
        at=moment(taken.at, locale, now),
    )


def names(handles: Sequence[str]) -> str:
    """People in a row, politely; empty for nobody."""
    return _("、").join(_("%(name)sさん", name=handle) for handle in handles)


def placeholders(opened: Conversation, locale: str) -> dict[str, str]:
    """What {name}, {category}, {today} and {expert} in a text block stand for.

    The name of somebody who asks anonymously is left out for everyone: the draft is read by experts too.
    """
    main = next((row.handle for row in opened.experts if row.state == "accepted" and not row.is_second), "")
    return {
        "name": (opened.person.name if opened.naming != "anonymous" else "") or _("ご相談くださった方"),
        "category": category(opened.category, locale),
        "today": day_text(clock.today(), locale),
        "expert": main or _("担当の専門家"),
    }


def look_lines(rows: Sequence[Row[Any]], locale: str) -> list[tuple[str, str, Moment]]:
    """Who looked, what they did, and when."""
    now = clock.now()
    return [
        (
            _("%(name)sさん（%(part)s）", name=row.handle, part=words.capacity_label(row.capacity))
            if row.handle
            else words.capacity_label(row.capacity),
            desk_words.look_label(row.what),
            moment(row.at, locale, now),
        )
        for row in rows
    ]
