"""Whom the desk could ask, and why: the ranking of ranking.py in words.

Employer and town of the asker are compared and never said: that somebody is of the same town or workplace is all that
comes out, to the desk alone, and the asker themself looks like one of their colleagues. The expert who answers, and who
may ask a further one in, learns no more than that somebody cannot be asked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Row, and_, case, func, select
from sqlalchemy.orm import Session

from sccafe.accounts.models import ExpertProfile, User
from sccafe.core import clock, taxonomy
from sccafe.core.database import db, end_reading
from sccafe.core.formats import day_text
from sccafe.core.language import gettext as _
from sccafe.core.language import locale
from sccafe.counseling import policy
from sccafe.counseling.deadlines import Span, day_of
from sccafe.counseling.errors import NotThere
from sccafe.counseling.models import Assignment, DaysOff, Request
from sccafe.counseling.ranking import Expert, Hindrance, Need, Ranked, ranked
from sccafe.counseling.sealing import Seal
from sccafe.counseling.service.stepping import Actor, capacities

#: States in which a request takes up a place of its experts.
BUSY_STATES = ("expert", "asker")


@dataclass(frozen=True)
class Proposal:
    """An expert for a request, in words."""

    expert_id: int
    handle: str
    #: Their own, which askers read.
    sentence: str
    #: Sentences computed from the values that ranked.
    reasons: list[str]
    #: What speaks against them; empty where nothing does.
    hindrance: str
    #: Whether a rule may choose them: the field is theirs, and nothing speaks against it.
    is_choosable: bool


@dataclass(frozen=True)
class Proposed:
    """The proposals for a request, the best first, and in words why nobody is left (empty where somebody is)."""

    proposals: list[Proposal]
    nobody: str


def proposals(actor: Actor | None, ref: str) -> list[Proposal]:
    """All experts for a request, the best first, those with a hindrance last.

    For the desk and the expert who answers; raises NotThere for all others.
    """
    return proposed(actor, ref).proposals


def nobody(actor: Actor | None, ref: str) -> str:
    """Why no expert of the request's field is left; empty where one is. Raises NotThere as `proposals` does."""
    return proposed(actor, ref).nobody


def proposed(actor: Actor | None, ref: str) -> Proposed:
    """Both of them, for a page. `actor` None is the clock and the rules. Raises NotThere as `proposals` does."""
    try:
        return judged(db.session(), actor, ref)
    finally:
        end_reading()


def judged(session: Session, actor: Actor | None, ref: str) -> Proposed:
    """The same inside a transaction that goes on."""
    request = session.execute(
        select(
            *(Request.id, Request.ref, Request.asker_id, Request.receipt_hash),
            *(Request.category, Request.data_key, Request.person),
        ).where(Request.ref == ref)
    ).first()
    held = capacities(session, request, actor) if request is not None else frozenset()
    if request is None or not policy.may_be_shown_experts(held):
        raise NotThere
    told = policy.is_told_of_conflicts(held)
    rows = _experts(session, request.id)
    sentences = {row.id: row.sentence for row in rows}
    need = _need(session, request)
    found = ranked(need, _as_values(session, rows, need.today))
    return Proposed(
        [
            Proposal(
                expert_id=one.expert.id,
                handle=one.expert.handle,
                sentence=sentences[one.expert.id],
                reasons=reasons(need, one),
                hindrance=_together(hindrances(one, told)),
                is_choosable=one.is_choosable,
            )
            for one in found
        ],
        why_nobody(need, found, told),
    )


def _need(session: Session, request: Row[Any]) -> Need:
    person = Seal.of(request.data_key).open_person(request.person)
    own_employer = session.scalar(select(ExpertProfile.employer).where(ExpertProfile.user_id == request.asker_id))
    return Need(
        category=request.category,
        today=clock.today(),
        asker_id=request.asker_id,
        # As the asker said: the form offers what their profile has, and whoever empties it wants it to be unknown.
        municipalities=frozenset({person.municipality} - {""}),
        employers=frozenset({person.employer, own_employer or ""} - {""}),
    )


def _experts(session: Session, request_id: int) -> Sequence[Row[Any]]:
    """One row for each expert, with what their assignments come to."""
    lasts = Assignment.state != "over"
    here = Assignment.request_id == request_id
    takes_place = and_(lasts, Request.state.in_(BUSY_STATES))
    # While nobody answers, whoever was asked in beside another can become the one who does.
    is_there = and_(here, lasts, Request.state.not_in(("new", "routing")))
    gave_back = and_(here, Assignment.ended.in_(("handed_back", "expired")))
    work = (
        select(
            Assignment.expert_id,
            func.sum(case((takes_place, 1), else_=0)).label("load"),
            func.max(Assignment.asked_at).label("last_asked"),
            func.max(case((gave_back, 1), else_=0)).label("gave_back"),
            func.max(case((is_there, 1), else_=0)).label("is_there"),
        )
        .join(Request, Request.id == Assignment.request_id)
        .group_by(Assignment.expert_id)
        .subquery()
    )
    profile = ExpertProfile
    return session.execute(
        select(
            *(User.id, User.handle, User.municipality, User.state),
            *(profile.fields, profile.sentence, profile.capacity, profile.away_until, profile.active, profile.employer),
            *(work.c.load, work.c.last_asked, work.c.gave_back, work.c.is_there),
        )
        .join(profile, profile.user_id == User.id)
        .outerjoin(work, work.c.expert_id == User.id)
    ).all()


def _as_values(session: Session, rows: Sequence[Row[Any]], today: date) -> list[Expert]:
    off: dict[int, list[Span]] = {}
    for row in session.execute(select(DaysOff.expert_id, DaysOff.first, DaysOff.last).where(DaysOff.last >= today)):
        off.setdefault(row.expert_id, []).append(Span(row.first, row.last))
    return [
        Expert(
            id=row.id,
            handle=row.handle,
            fields=frozenset(key for key in row.fields.split(",") if key),
            capacity=row.capacity,
            load=row.load or 0,
            last_asked=_day(row.last_asked),
            active=row.active and row.state == "active",
            away_until=row.away_until,
            off=tuple(off.get(row.id, ())),
            employer=row.employer,
            municipality=row.municipality,
            gave_back=bool(row.gave_back),
            is_there=bool(row.is_there),
        )
        for row in rows
    ]


def _day(moment: datetime | None) -> date | None:
    return day_of(moment) if moment else None


# --- words -------------------------------------------------------------------------------------------------


def _field(category: str) -> str:
    return taxonomy.label("counseling_category", category, locale())


def _together(sentences: Iterable[str]) -> str:
    return (" " if locale() == "en" else "").join(sentences)


def reasons(need: Need, one: Ranked) -> list[str]:
    """What an expert's place was computed from, a sentence for each value, in the order in which they count."""
    expert, field = one.expert, _field(need.category)
    if one.idle_days is None:
        asked = _("まだお願いしたことがありません。")
    elif one.idle_days == 0:
        asked = _("今日お願いしたばかりです。")
    else:
        asked = _("最後にお願いしたのは%(days)s日前です。", days=one.idle_days)
    return [
        _("お答えする分野に「%(field)s」があります。", field=field)
        if one.fits
        else _("お答えする分野に「%(field)s」はありません。", field=field),
        _("いま%(load)s件を受け持っています（%(most)s件まで）。", load=expert.load, most=expert.capacity),
        asked,
    ]


#: What would tell of the asker, or of what another expert did.
_BEHIND: Final = frozenset({"own", "inactive", "employer", "municipality", "given_back"})


def hindrances(one: Ranked, told: bool) -> list[str]:
    """What speaks against an expert; of the asker it says that something is the same or, unless `told`, nothing."""
    colleague = _("相談した方と同じ職場です。")
    until = day_text(one.absent_until, locale()) if one.absent_until else ""
    words: dict[Hindrance, str] = {
        "own": colleague,
        "inactive": _("いまは相談をお願いしないことになっています。"),
        "there": _("この相談を、もうお願いしています。"),
        "employer": colleague,
        "municipality": _("相談した方と同じまちです。"),
        "given_back": _("この相談を前に戻したか、期限までに返事がありませんでした。"),
        "absent": _("%(day)sまでお休みです。", day=until),
        "full": _("受け持ちがいっぱいです（%(load)s/%(most)s件）。", load=one.expert.load, most=one.expert.capacity),
    }
    if not told and _BEHIND.intersection(one.hindrances):
        return [_("この相談は、いまお願いできません。")]
    # The asker themself must not be told from a colleague by a sentence that stands there twice.
    return list(dict.fromkeys(words[kind] for kind in one.hindrances))


def why_nobody(need: Need, found: Sequence[Ranked], told: bool = True) -> str:
    """Why nobody of the field can be asked: each of them is counted once, under the strongest of their hindrances."""
    of_field = [one for one in found if one.fits]
    field = _field(need.category)
    if any(one.is_choosable for one in of_field):
        return ""
    if not of_field:
        return _("「%(field)s」にお答えする専門家が、まだいません。", field=field)
    if not told:
        return _("「%(field)s」にお答えする専門家に、いまお願いできる方がいません。", field=field)
    counts = [
        (_("お休み：%(count)s人"), {"absent"}),
        (_("受け持ちがいっぱい：%(count)s人"), {"full"}),
        (_("相談した方と同じ職場かまち：%(count)s人"), {"own", "employer", "municipality"}),
        (_("前に戻したか、返事がなかった：%(count)s人"), {"given_back"}),
        (_("もうお願いしている：%(count)s人"), {"there"}),
        (_("いまはお願いしない：%(count)s人"), {"inactive"}),
    ]
    parts = [
        label % {"count": count}
        for label, kinds in counts
        if (count := sum(1 for one in of_field if one.hindrances[0] in kinds))
    ]
    return _(
        "「%(field)s」にお答えする専門家%(count)s人のうち、いまお願いできる方がいません（%(parts)s）。",
        field=field,
        count=len(of_field),
        parts=(", " if locale() == "en" else "、").join(parts),
    )
