"""Nothing was found: the nearest word of which the reader would find something, and no other.

Candidates come from what the reader may read (titles, people) and from words that are everybody's (the list of
spellings, the themes). Whichever it is, it is offered only if the index, behind the wall, finds it as it stands.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from sqlalchemy import Select, func, select

from sccafe.boards.models import Topic
from sccafe.core import taxonomy
from sccafe.core.audience import Viewer, readable
from sccafe.core.database import db, run
from sccafe.library.models import ON_SHELF, Item
from sccafe.search import entries, families, folding
from sccafe.search.index import index
from sccafe.search.models import Entry
from sccafe.search.wanted import Spelling, Wanted, Word

#: What is longer is a sentence, and no slip of the pen.
LONGEST = 30
#: The newest titles of each kind that are looked at, and people with a name like it.
_TITLES, _PEOPLE = 300, 100
#: So many numbers back from the newest; who may read little is not looked for further.
_BACK = 2_000
#: Candidates that the index is asked for.
_ASKED = 4
_KANJI = re.compile("[一-鿿々〆]")
_RUNS = re.compile(r"[一-鿿々〆]+|[ぁ-ゖ]+|[ァ-ヺー]+|[a-z0-9]+", re.IGNORECASE)


def nearest(viewer: Viewer, typed: str) -> str | None:
    """The nearest way to write a word of which the viewer would find something, as it stands there; None without."""
    folded = folding.fold(typed)
    most = _slips(len(folded))
    if not most:
        return None
    ranked: list[tuple[int, int, int, str]] = []
    seen = {folded}
    for order, candidates in enumerate((_names(viewer, folded), _known(), _titles(viewer, folded, most))):
        for word, other in candidates:
            if other in seen or abs(len(other) - len(folded)) > most or not _is_like(folded, other):
                continue
            seen.add(other)
            distance = _distance(folded, other, most)
            if distance <= most:
                ranked.append((distance, abs(len(other) - len(folded)), order, word))
    for *_rank, word in sorted(ranked)[:_ASKED]:
        if _finds(viewer, word):
            return word
    return None


def _slips(length: int) -> int:
    """How many slips there may be in a word of so many characters."""
    if length < 2 or length > LONGEST:
        return 0
    return 1 if length < 6 else 2 if length < 12 else 3


def _is_like(one: str, other: str) -> bool:
    """Whether they share characters enough to be worth comparing; quick."""
    return len(set(one) & set(other)) * 2 >= min(len(set(one)), len(set(other)))


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
    words = [member.text for family in families.supplied().families for member in family]
    for option in taxonomy.options("theme"):
        words += [option.ja, *_pieces(option.ja, range(2, LONGEST))]
    return tuple((word, folded) for folded, word in {folding.fold(word): word for word in words}.items())


def _names(viewer: Viewer, folded: str) -> Iterator[tuple[str, str]]:
    """What people are called who share two neighbouring characters with it."""
    pairs = [Word((Spelling(pair),)) for pair in dict.fromkeys(folding.pairs(folded)[:-1])]
    wanted = Wanted((tuple(pairs),), marks=((entries.in_group("people"),),))
    found = index().found(wanted, entries.of_reader(viewer)).limit(_PEOPLE)
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
    lengths = range(max(2, len(folded) - most), len(folded) + most + 1)
    for statement in (_TOPICS, _ITEMS):
        for row in run(statement, audiences=sorted(viewer.audiences)):
            if _is_like(folded, folding.fold(row.title)):
                for piece in _pieces(row.title, lengths):
                    yield piece, folding.fold(piece)


def _pieces(title: str, lengths: range) -> Iterator[str]:
    """Parts of a title that could be words: they begin and end where kanji, kana and letters change.

    Four and more kanji are taken for words of two.
    """
    text = unicodedata.normalize("NFKC", title)
    parts: list[tuple[int, int]] = []
    for run_of_kind in _RUNS.finditer(text):
        begin, end = run_of_kind.span()
        step = 2 if end - begin > 3 and _KANJI.match(text, begin) else end - begin
        parts += [(at, min(at + step, end)) for at in range(begin, end, step)]
    for first, (begin, end) in enumerate(parts):
        for following, (_begin, end) in enumerate(parts[first:], first):
            if end - begin >= lengths.stop or (following > first and parts[following - 1][1] != _begin):
                break
            if end - begin in lengths:
                yield text[begin:end]


def _finds(viewer: Viewer, word: str) -> bool:
    """Whether the viewer finds this very word; another spelling of it may stand where they may not read."""
    wanted = Wanted(((Word((Spelling(folding.fold(word)),)),),))
    found = index().found(wanted, entries.of_reader(viewer)).limit(1)
    here = select(Entry.id).where(Entry.id.in_(found), readable(Entry.audience, viewer))
    return db.session.scalar(here) is not None
