"""Which expert fits a request best: computed from plain values, so that the words for it can tell nothing else.

Best first: whose fields hold the request's, then whose share of free places is larger, then who was asked longest ago,
then by handle. Whoever something speaks against comes after all others.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final, Literal

from sccafe.counseling.deadlines import Span

#: What speaks against somebody, the strongest first: they ask themselves; they are not to be asked at all; they are
#: asked already; the same employer or town as the asker's; they gave this request back or let it run out; away; full.
Hindrance = Literal["own", "inactive", "there", "employer", "municipality", "given_back", "absent", "full"]

#: Kinds of legal person, as they stand before or after an employer's name (in NFKC and lower case).
_KINDS: Final = (
    *("社会福祉法人", "特定非営利活動法人", "認定特定非営利活動法人", "npo法人", "認定npo法人", "医療法人社団"),
    *("医療法人財団", "社会医療法人", "医療法人", "一般社団法人", "公益社団法人", "社団法人", "一般財団法人"),
    *("公益財団法人", "財団法人", "学校法人", "宗教法人", "国立大学法人", "公立大学法人", "独立行政法人"),
    *("地方独立行政法人", "生活協同組合", "株式会社", "有限会社", "合同会社", "合資会社", "合名会社"),
    *("(社福)", "(福)", "(特非)", "(npo)", "(医)", "(一社)", "(公社)", "(社)", "(一財)", "(公財)", "(財)", "(学)"),
    *("(株)", "(有)", "(同)"),
)
_KIND: Final = "|".join(re.escape(kind) for kind in sorted(_KINDS, key=len, reverse=True))
_AROUND: Final = re.compile(rf"^(?:{_KIND})+|(?:{_KIND})+$")


@dataclass(frozen=True)
class Expert:
    """Everything of an expert that counts."""

    id: int
    handle: str
    #: Keys of counseling_category.
    fields: frozenset[str] = frozenset()
    #: How many requests at a time, and how many they have been asked for or have accepted.
    capacity: int = 3
    load: int = 0
    #: The day (in Japan) on which they were last asked; None where they never were.
    last_asked: date | None = None
    active: bool = True
    #: Not to be asked before this day; and their days off.
    away_until: date | None = None
    off: tuple[Span, ...] = ()
    employer: str = ""
    municipality: str = ""
    #: Of the request in question: they gave it back or let it run out; they are asked or have accepted.
    gave_back: bool = False
    is_there: bool = False


@dataclass(frozen=True)
class Need:
    """Everything of a request that counts."""

    category: str
    today: date
    asker_id: int | None = None
    #: What is known of the asker: towns (codes) and names of employers.
    municipalities: frozenset[str] = frozenset()
    employers: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Ranked:
    """An expert, and what their place was computed from."""

    expert: Expert
    fits: bool
    #: The share of their places that is free, from 0 to 1.
    free: Fraction
    #: Days since they were last asked; None where they never were.
    idle_days: int | None
    hindrances: tuple[Hindrance, ...]
    #: The last day of the absence that holds today.
    absent_until: date | None

    @property
    def is_choosable(self) -> bool:
        """Whether a rule may choose them: the field is theirs, and nothing speaks against it."""
        return self.fits and not self.hindrances


def employer_key(name: str) -> str:
    """What two names of one employer have in common: without spaces, width, case and kind of legal person."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", name).casefold()).replace("社会福祉協議会", "社協")
    return _AROUND.sub("", plain) or plain


def ranked(need: Need, experts: Iterable[Expert]) -> list[Ranked]:
    """All experts, the best first, those with a hindrance last."""
    return sorted((_judged(need, expert) for expert in experts), key=_place)


def _place(one: Ranked) -> tuple[bool, bool, Fraction, bool, int, str]:
    never = one.idle_days is None
    return bool(one.hindrances), not one.fits, -one.free, not never, -(one.idle_days or 0), one.expert.handle


def _judged(need: Need, expert: Expert) -> Ranked:
    absent_until = _absent_until(need.today, expert.away_until, expert.off)
    return Ranked(
        expert=expert,
        fits=need.category in expert.fields,
        free=max(Fraction(0), Fraction(expert.capacity - expert.load, expert.capacity or 1)),
        idle_days=(need.today - expert.last_asked).days if expert.last_asked else None,
        hindrances=_hindrances(need, expert, absent_until),
        absent_until=absent_until,
    )


def _hindrances(need: Need, expert: Expert, absent_until: date | None) -> tuple[Hindrance, ...]:
    employers = {employer_key(name) for name in need.employers} - {""}
    found: dict[Hindrance, bool] = {
        "own": expert.id == need.asker_id,
        "inactive": not expert.active,
        "there": expert.is_there,
        "employer": employer_key(expert.employer) in employers,
        "municipality": expert.municipality in need.municipalities - {""},
        "given_back": expert.gave_back,
        "absent": absent_until is not None,
        "full": expert.load >= expert.capacity,
    }
    return tuple(kind for kind, holds in found.items() if holds)


def _absent_until(today: date, away_until: date | None, off: Sequence[Span]) -> date | None:
    """The last day of the absence that holds today, through all that follow one another without a day between."""
    spans = list(off)
    if away_until is not None:
        spans.append(Span(today, away_until - timedelta(days=1)))
    day = today
    while ends := [span.last for span in spans if span.last is not None and span.holds(day)]:
        day = max(ends) + timedelta(days=1)
    return day - timedelta(days=1) if day > today else None
