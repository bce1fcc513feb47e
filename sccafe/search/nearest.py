"""Nothing was found: the nearest word of which the reader would find something, and no other.

Candidates come from what the reader may read at this moment (titles, people) and from words that are everybody's (our
own list of spellings, the themes), never from the secretariat's own list or an index of all words that there are. Of
these, one is offered only if the reader finds something with it, behind the wall.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache

from sqlalchemy import Select, func, select

from sccafe.boards.models import Topic
from sccafe.core import taxonomy
from sccafe.core.audience import Viewer, readable
from sccafe.core.database import db, run
from sccafe.library.models import ON_SHELF, Item
from sccafe.search import circles, entries, families, folding
from sccafe.search.index import index
from sccafe.search.models import Entry
from sccafe.search.wanted import Spelling, Wanted, Word

#: What is longer is a sentence, and no slip of the pen.
LONGEST = 30
#: The newest titles of each kind that are looked at, and people with a name like it.
_TITLES, _PEOPLE = 200, 300
#: So many numbers back from the newest; who may read little is not looked for further.
_BACK = 2_000
#: Candidates that the index is asked for.
_ASKED = 4
_KANJI = re.compile("[一-鿿々〆]")
_RUNS = re.compile(r"[一-鿿々〆]+|[ぁ-ゖ]+|[ァ-ヺー]+|[a-z0-9]+")


def nearest(viewer: Viewer, typed: str, spellings: Callable[[str], tuple[Spelling, ...]]) -> str | None:
    """The nearest word of which the viewer would find something in one of its `spellings`; None where there is none."""
    folded = folding.fold(typed)
    most = _slips(len(folded))
    if not most:
        return None
    ranked: list[tuple[int, int, int, str]] = []
    characters = frozenset(folded)
    seen = {folded}
    for order, candidates in enumerate((_names(viewer, folded, most), _known(), _titles(viewer, folded, most))):
        for word, other in candidates:
            longer = abs(len(other) - len(folded))
            if longer > most or other in seen:
                continue
            seen.add(other)
            if _is_like(characters, other) and (distance := _distance(folded, other, most)) <= most:
                ranked.append((distance, longer, order, word))
    for *_rank, word in sorted(ranked)[:_ASKED]:
        if _finds(viewer, spellings(word)):
            return word
    return None


def _slips(length: int) -> int:
    """How many slips there may be in a word of so many characters."""
    if length < 2 or length > LONGEST:
        return 0
    return 1 if length < 6 else 2 if length < 12 else 3


def _is_like(characters: frozenset[str], other: str) -> bool:
    """Whether half of these characters stand in the other; quick."""
    return len(characters.intersection(other)) * 2 >= len(characters)


def _distance(one: str, other: str, most: int) -> int:
    """Slips between two words: a character too many, missing, wrong, or two changed about. Stops beyond `most`."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, character in enumerate(one, 1):
        older, before, row = before, row, [at]
        for place, wanted in enumerate(other, 1):
            cost = min(before[place] + 1, row[place - 1] + 1, before[place - 1] + (character != wanted))
            if older and place > 1 and character == other[place - 2] and one[at - 2] == wanted:
                cost = min(cost, older[place - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


# --- candidates, each as it is written and folded ----------------------------------------------------------


@cache
def _known() -> tuple[tuple[str, str], ...]:
    """Words that are everybody's: of our own list of spellings, and of the themes."""
    words = [(member.text, folding.fold(member.text)) for family in families.supplied().families for member in family]
    for option in taxonomy.options("theme"):
        words += [(option.ja, folding.fold(option.ja)), *_pieces(option.ja, range(2, LONGEST))]
    return tuple(words)


def _names(viewer: Viewer, folded: str, most: int) -> Iterator[tuple[str, str]]:
    """What people are called in whose name a part of it is: with so many slips one part more is without any."""
    length = -(-len(folded) // (most + 1))
    parts = [folded[at : at + length] for at in range(0, len(folded), length)]
    wanted = Wanted(
        (tuple(Word((Spelling(part),)) for part in dict.fromkeys(parts)),), marks=((entries.in_group("people"),),)
    )
    found = index().found(wanted, circles.of_reader(viewer), _PEOPLE)
    for name in db.session.scalars(select(Entry.title).where(Entry.id.in_(found), readable(Entry.audience, viewer))):
        yield name, folding.fold(name)


def _newest(model: type[Topic] | type[Item]) -> Select[tuple[str]]:
    last = select(func.max(model.id)).scalar_subquery()
    return (
        select(model.title)
        .where(model.id > last - _BACK, readable(model.audience))
        .order_by(model.id.desc())
        .limit(_TITLES)
    )


_TOPICS = _newest(Topic).where(Topic.visibility == "published")
_ITEMS = _newest(Item).where(ON_SHELF)


def _titles(viewer: Viewer, folded: str, most: int) -> Iterator[tuple[str, str]]:
    """Pieces of the newest titles that the viewer may read, of about the same length."""
    characters = frozenset(folded)
    lengths = range(max(2, len(folded) - most), len(folded) + most + 1)
    for statement in (_TOPICS, _ITEMS):
        for row in run(statement, audiences=sorted(viewer.audiences)):
            if _is_like(characters, folding.fold(row.title)):
                yield from _pieces(row.title, lengths)


def _pieces(title: str, lengths: range) -> Iterator[tuple[str, str]]:
    """Parts of a title that could be words: they begin and end where kanji, kana and letters change.

    Four and more kanji are taken for words of two.
    """
    folded, kept = folding.with_kana(title)
    written = unicodedata.normalize("NFKC", title)
    if len(written) != len(kept):
        written = kept
    parts: list[tuple[int, int]] = []
    for run_of_kind in _RUNS.finditer(kept):
        begin, end = run_of_kind.span()
        if end - begin > 3 and _KANJI.match(kept, begin):
            parts += [(at, min(at + 2, end)) for at in range(begin, end, 2)]
        else:
            parts.append((begin, end))
    for first, (begin, until) in enumerate(parts):
        for following, end in parts[first:]:
            if following > until or end - begin >= lengths.stop:
                break
            until = end
            if end - begin in lengths:
                yield written[begin:end], folded[begin:end]


def _finds(viewer: Viewer, spellings: tuple[Spelling, ...]) -> bool:
    wanted = Wanted(((Word(spellings),),))
    found = index().found(wanted, circles.of_reader(viewer), 1)
    here = select(Entry.id).where(Entry.id.in_(found), readable(Entry.audience, viewer))
    return db.session.scalar(here) is not None
