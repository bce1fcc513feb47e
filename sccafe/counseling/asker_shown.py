"""A request in the words that its asker reads: who said what, where it stands, and what happens next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from markupsafe import Markup
from sqlalchemy import Row

from sccafe.core import clock, site_settings, taxonomy
from sccafe.core.formats import Moment, day_text, moment, size_text
from sccafe.core.language import gettext as _
from sccafe.core.language import ngettext
from sccafe.counseling import policy, words
from sccafe.counseling.policy import Capacity
from sccafe.counseling.reading import Conversation, Said
from sccafe.counseling.settings import CLOSED_AFTER_DAYS

ASKER: frozenset[Capacity] = frozenset({"asker"})


@dataclass(frozen=True)
class FileLine:
    name: str
    href: str
    size: str


@dataclass(frozen=True)
class Line:
    """One message; `name` is whose words these are, in plain words."""

    number: int
    name: str
    initial: str
    is_mine: bool
    #: What it is: a question back, an answer, or nothing in particular.
    label: str
    is_answer: bool
    html: Markup
    at: Moment
    files: Sequence[FileLine]


@dataclass(frozen=True)
class Reply:
    """What the field for the next message is called; an empty `button` is no field."""

    label: str = ""
    button: str = ""
    help: str = ""


@dataclass(frozen=True)
class Shown:
    """A request's page for its asker."""

    ref: str
    title: str
    category: str
    worries: Sequence[str]
    state: str
    state_label: str
    #: What happens next and by when.
    next: str
    lines: Sequence[Line]
    reply: Reply
    may_withdraw: bool
    may_close: bool
    may_rate: bool
    may_delete: bool
    helped: str
    rating_line: str
    #: Empty, or what the link to the page about publishing says.
    publication: str
    sent: Moment


def shown(seen: Conversation, language: str) -> Shown:
    now = clock.now()

    def may(action: str) -> bool:
        # As the asker, also where this asker works at the desk besides.
        return policy.may(action, seen.state, ASKER)

    category = taxonomy.label("counseling_category", seen.category, language)
    return Shown(
        ref=seen.ref,
        title=seen.matter.subject or _("%(category)sの相談", category=category),
        category=category,
        worries=[taxonomy.label("worry", key, language) for key in seen.matter.worries],
        state=seen.state,
        state_label=state_label(seen.state, waits_for_yes=words.waits_for_yes(seen.experts)),
        next=_next(seen, language),
        lines=[_line(seen.ref, said, language, now) for said in seen.messages],
        reply=_reply(seen.state),
        may_withdraw=may("withdraw"),
        may_close=may("close"),
        may_rate=may("rate"),
        may_delete=may("delete"),
        helped=seen.helped,
        rating_line=seen.rating_line,
        publication=_publication(seen.publication),
        sent=moment(seen.created_at, language, now),
    )


def state_label(state: str, *, waits_for_yes: bool = False) -> str:
    """The state as its asker is told it."""
    own = {"new": _("受け付けました"), "asker": _("あなたのお返事待ち")}
    return own.get(state) or words.state_label(state, waits_for_yes=waits_for_yes)


def chip_of(state: str) -> str:
    """The kind of its chip (macros/chip.html)."""
    return {"asker": "open", "answered": "done", "closed": "plain", "withdrawn": "plain"}.get(state, "live")


def _line(ref: str, said: Said, language: str, now: datetime) -> Line:
    name = _("あなた") if said.capacity == "asker" else words.capacity_label(said.capacity)
    if said.capacity in ("expert", "second") and said.handle:
        name = _("%(who)s（%(handle)s）", who=name, handle=said.handle)
    label = {"ask_back": _("おたずね"), "answer": _("答え")}.get(said.kind, "")
    return Line(
        number=said.number,
        name=name,
        initial=(said.handle or name)[:1],
        is_mine=said.capacity == "asker",
        label=label,
        is_answer=said.kind == "answer",
        html=said.html,
        at=moment(said.at, language, now),
        files=[
            FileLine(file.name, f"/counseling/requests/{ref}/files/{file.id}", size_text(file.size))
            for file in said.files
        ],
    )


def _reply(state: str) -> Reply:
    help_ = _("住民の方の名前や住所は書かないでください。")
    if policy.may("reply", state, ASKER):
        return Reply(_("お返事を書く"), _("返事を送る"), help_)
    if policy.may("follow_up", state, ASKER):
        return Reply(_("聞き返す・続きを書く"), _("続きを送る"), help_)
    if policy.may("add", state, ASKER):
        return Reply(_("書き足す"), _("書き足して送る"), help_)
    return Reply()


def _next(seen: Conversation, language: str) -> str:
    """One or two sentences; a day that was promised is named while it is owed."""
    if seen.text_removed_at is not None and seen.state in ("closed", "withdrawn") and seen.publication == "published":
        return _(
            "お預かりする期間が過ぎたので、相談の文は消しました。"
            "資料室に載っている答えは、「資料室へ」から見たり、取り下げたりできます。"
        )
    if seen.state == "asker":
        return _(
            "おたずねしたいことがあります。下の欄からお返事ください。お返事をいただくまで、答えの期限は止まります。"
        )
    if seen.state == "answered":
        days = int(site_settings.get(CLOSED_AFTER_DAYS))
        return ngettext(
            "答えが届いています。わからないところは、下の欄から聞き返せます。%(num)s日のあいだ続きがなければ、終わりにします。",
            "答えが届いています。わからないところは、下の欄から聞き返せます。%(num)s日のあいだ続きがなければ、終わりにします。",
            days,
        )
    if seen.state == "closed":
        return _("この相談は終わりました。続きがあれば、下の欄からまた書き込めます。")
    if seen.state == "withdrawn":
        return _("この相談は取り下げました。もう答えは届きません。別の相談は、あらためて送れます。")
    if seen.state == "new":
        told = _("相談窓口が読んで、お答えする専門家をさがします。")
    elif seen.state == "routing":
        told = _("相談窓口が読みました。お答えする専門家をさがしています。")
    elif seen.state == "passed_on" and seen.passed_to == "ministry":
        told = _("国の窓口に確かめています。返事が届いたら、お知らせします。")
    elif seen.state == "passed_on":
        told = _("都道府県の窓口に確かめています。返事が届いたら、お知らせします。")
    elif any(not row.is_second and row.state == "accepted" for row in seen.experts):
        told = _("専門家が答えを考えています。")
    else:
        told = _("専門家にお願いして、引き受けるかどうかの返事を待っています。")
    return " ".join(filter(None, (told, _by_when(seen, language))))


def _by_when(seen: Conversation, language: str) -> str:
    today = clock.now().astimezone(clock.TOKYO).date()
    if any(day is not None and day < today for day in (seen.first_due_on, seen.due_on)):
        return _("お約束の日を過ぎています。お待たせしてすみません。相談窓口にも、遅れていることを知らせてあります。")
    if seen.first_due_on is not None and seen.due_on is not None:
        return _(
            "はじめのご連絡は%(first)sまで、答えは%(day)sまでにお届けする予定です。",
            first=day_text(seen.first_due_on, language),
            day=day_text(seen.due_on, language),
        )
    if seen.due_on is not None:
        return _("答えは、%(day)sまでにお届けする予定です。", day=day_text(seen.due_on, language))
    return ""


def _publication(state: str) -> str:
    return {
        "asked": _("答えを資料室に載せてよいか、おたずねしています"),
        "published": _("資料室に載った答えを見る・取り下げる"),
    }.get(state, "")


# --- lists ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OwnRequest:
    """A request in its asker's list: no word of what it says."""

    href: str
    category: str
    state_label: str
    chip: str
    sent: Moment
    changed: Moment


def own_requests(rows: Iterable[Row[Any]], language: str) -> list[OwnRequest]:
    now = clock.now()
    return [
        OwnRequest(
            href=f"/counseling/requests/{row.ref}",
            category=taxonomy.label("counseling_category", row.category, language),
            state_label=state_label(row.state),
            chip=chip_of(row.state),
            sent=moment(row.created_at, language, now),
            changed=moment(row.state_at, language, now),
        )
        for row in rows
    ]


@dataclass(frozen=True)
class LookLine:
    """Somebody looked: who, in which capacity, what they did."""

    who: str
    what: str
    at: Moment


def looks(rows: Iterable[Row[Any]], language: str) -> list[LookLine]:
    now = clock.now()
    what = {
        "read": _("相談を読んだ"),
        "file": _("ファイルを開いた"),
        "search": _("検索で見つけた"),
        "export": _("書き出した"),
    }
    found = []
    for row in rows:
        who = _("相談した方（あなた）") if row.capacity == "asker" else words.capacity_label(row.capacity)
        if row.handle and row.capacity != "asker":
            who = _("%(who)s（%(handle)s）", who=who, handle=row.handle)
        found.append(LookLine(who, what[row.what], moment(row.at, language, now)))
    return found


# --- who answers ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ExpertCard:
    """An expert on the entrance page."""

    name: str
    initial: str
    picture: str
    fields: str
    sentence: str
    #: Empty, or from when they answer again.
    away: str


def experts(rows: Iterable[Row[Any]], language: str) -> list[ExpertCard]:
    """Those who are there first."""
    today = clock.now().astimezone(clock.TOKYO).date()
    found = []
    for row in rows:
        back = max([day for day in (row.away_until, row.off and row.off + timedelta(days=1)) if day], default=today)
        keys = [key for key in row.fields.split(",") if key]
        found.append(
            ExpertCard(
                name=row.handle,
                initial=row.handle[:1],
                picture=f"/counseling/experts/{row.user_id}/picture" if row.picture else "",
                fields=_("、").join(taxonomy.label("counseling_category", key, language) for key in keys),
                sentence=row.sentence,
                away=_("%(day)sからお答えします。", day=day_text(back, language)) if back > today else "",
            )
        )
    return sorted(found, key=lambda card: bool(card.away))


def picture_made_at(stored: str) -> datetime:
    """When a picture was kept: its name in the store says the day."""
    try:
        return datetime.strptime(stored.split("/")[1], "%Y%m%d").replace(tzinfo=UTC)
    except (IndexError, ValueError):
        return clock.now()
