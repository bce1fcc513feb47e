"""What the secretariat's page of spellings shows: the families, and what a change of them would find."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Row, func, select

from sccafe.core.audience import Viewer, readable
from sccafe.core.database import db
from sccafe.search import circles, spelling
from sccafe.search.families import Family
from sccafe.search.index import index
from sccafe.search.models import Entry, SpellingFamily
from sccafe.search.variants import Variants
from sccafe.search.wanted import Spelling, Wanted, Word

#: Counting stops here.
MOST_COUNTED = 1000


class Change(NamedTuple):
    """One spelling, and how many texts are found by it as it is and as it would be."""

    text: str
    whole: bool
    now: int
    after: int


def own_families() -> Sequence[Row[tuple[int, str]]]:
    """The secretariat's families, those last changed first."""
    order = SpellingFamily.changed_at.desc(), SpellingFamily.id.desc()
    return db.session.execute(select(SpellingFamily.id, SpellingFamily.text).order_by(*order)).all()


def own_family(family_id: int) -> Row[tuple[int, str]] | None:
    statement = select(SpellingFamily.id, SpellingFamily.text).where(SpellingFamily.id == family_id)
    return db.session.execute(statement).first()


def changes(viewer: Viewer, family_id: int | None, family: Family) -> list[Change]:
    """What each spelling of this family finds for the viewer, now and when it is kept in place of `family_id`."""
    rows = [(row.id, row.text) for row in own_families()]
    others = [row for row in rows if row[0] != family_id]
    before = spelling.made_of(rows)
    after = spelling.made_of([*others, (0, "\n".join(member.typed for member in family))])
    return _compared(viewer, family, before, after)


def changes_without(viewer: Viewer, family_id: int, family: Family) -> list[Change]:
    """The same for taking the family out."""
    rows = [(row.id, row.text) for row in own_families()]
    without = spelling.made_of(row for row in rows if row[0] != family_id)
    return _compared(viewer, family, spelling.made_of(rows), without)


def _compared(viewer: Viewer, family: Family, before: Variants, after: Variants) -> list[Change]:
    counted: dict[tuple[Spelling, ...], int] = {}

    def count(variants: Variants, text: str) -> int:
        found = spelling.with_normal_form(text, variants.of(text))
        if found not in counted:
            counted[found] = found_count(viewer, found)
        return counted[found]

    return [
        Change(member.text, member.whole, count(before, member.text), count(after, member.text)) for member in family
    ]


def found_count(viewer: Viewer, spellings: Iterable[Spelling]) -> int:
    """How many texts the viewer finds by a word that is written in one of these ways, at most MOST_COUNTED."""
    found = index().found(Wanted(((Word(tuple(spellings)),),)), circles.of_reader(viewer), MOST_COUNTED)
    here = select(func.count(Entry.id)).where(Entry.id.in_(found), readable(Entry.audience, viewer))
    return db.session.scalar(here) or 0
