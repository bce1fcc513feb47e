"""What the site's texts are like: a thousand of them, kept in the process, by which the index is asked for little.

A piece of Japanese text holds pairs of characters that stand in nearly every text (ます, した) and some that hardly any
has. To go through the lists of all its pairs costs by the longest of them; those few that say as much as all together
cost a fraction, and what they find is looked into. Which ones these are, the sample knows, also of words that usually
stand together. It decides how the index is asked and never what is found.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from sqlalchemy import bindparam, func, select

from sccafe.core.database import db, run
from sccafe.search import folding
from sccafe.search.models import Entry
from sccafe.search.wanted import Wanted, Word

#: Below so many entries every way is quick.
_LARGE = 20_000
_TEXTS, _SECONDS = 1_000, 3_600.0
#: Where so many of the sampled texts hold all that is looked for, the newest thousand are soon found as they are.
_MANY = 20
#: Pairs asked for together, beside a second one of each word where that one stands in fewer texts than this.
_PAIRS, _SELDOM = 6, 300

_SMALL = select(func.count()).select_from(select(Entry.ref).limit(bindparam("limit")).subquery())
_SPAN = select(func.min(Entry.id), func.max(Entry.id))
_ONE = select(Entry.folded).where(Entry.id >= bindparam("place")).order_by(Entry.id).limit(1)
_NEWEST = select(Entry.id).order_by(Entry.id.desc()).offset(bindparam("rank")).limit(1)


@dataclass(frozen=True)
class Sample:
    texts: Sequence[str]
    #: Of each pair, in which of the texts it stands: one bit for each.
    bits: dict[str, int]

    def standing(self, pair: str) -> int:
        return self.bits.get(pair, 0)

    def holding(self, groups: Iterable[Sequence[Word]]) -> int:
        """In how many of the texts everything stands that is looked for."""
        wanted = [[spelling.text for word in group for spelling in word.spellings] for group in groups]
        return sum(all(any(text in each for text in group) for group in wanted) for each in self.texts)


_kept: dict[str, tuple[float, Sample | None]] = {}


def sample() -> Sample | None:
    """The sample, or None on a small site."""
    site = str(db.engine.url)
    until, found = _kept.get(site, (0.0, None))
    if time.monotonic() > until:
        found = _taken() if run(_SMALL, limit=_LARGE).scalar_one() >= _LARGE else None
        _kept[site] = (time.monotonic() + _SECONDS, found)
    return found


def _taken() -> Sample:
    least, most = run(_SPAN).one()
    random = Random(most)  # noqa: S311 - nothing is to be kept secret
    texts = [run(_ONE, place=random.randint(least, most)).scalar_one() for _ in range(_TEXTS)]
    bits: dict[str, int] = {}
    for number, text in enumerate(texts):
        for pair in set(folding.pairs(text)[:-1]):
            bits[pair] = bits.get(pair, 0) | 1 << number
    return Sample(texts, bits)


def place_of_rank(rank: int) -> int | None:
    """The place of the entry before which so many newer ones stand, as it was within the last hour."""
    site = f"{db.engine.url} {rank}"
    until, found = _ranks.get(site, (0.0, None))
    if time.monotonic() > until:
        found = run(_NEWEST, rank=rank).scalar()
        _ranks[site] = (time.monotonic() + _SECONDS, found)
    return found


_ranks: dict[str, tuple[float, int | None]] = {}


def picked(wanted: Wanted) -> dict[str, tuple[int, ...]] | None:
    """For each word of more than two characters the places of those of its pairs that are to be asked for.

    What has a place here is to be looked into afterwards, also where the list is empty. None: ask for everything.
    """
    words = [text for group in wanted.all_of if (text := alone(group)) is not None]
    here = sample() if words else None
    if here is None:
        return None
    true = here.holding(wanted.all_of)
    if true >= _MANY:
        return None
    left = (1 << len(here.texts)) - 1
    for group in wanted.all_of:
        if alone(group) is None and all(len(spelling.text) == 2 for word in group for spelling in word.spellings):
            left &= _any(here, group)
    pool = [(word, place) for word in dict.fromkeys(words) for place in range(len(word) - 1)]
    chosen: list[tuple[str, int]] = []

    def said(each: tuple[str, int]) -> int:
        return here.standing(each[0][each[1] : each[1] + 2])

    while pool and len(chosen) < _PAIRS:
        best = min(pool, key=lambda each: ((left & said(each)).bit_count(), said(each).bit_count()))
        after = left & said(best)
        if chosen and after == left:
            break
        chosen.append(best)
        pool.remove(best)
        left = after
        if left.bit_count() <= true:
            break
    found: dict[str, tuple[int, ...]] = {}
    for word in words:
        mine = [place for of, place in chosen if of == word]
        others = [
            each
            for each in pool
            if each[0] == word and said(each).bit_count() < _SELDOM and all(abs(each[1] - place) > 1 for place in mine)
        ]
        if len(mine) < 2 and others:
            mine.append(min(others, key=lambda each: said(each).bit_count())[1])
        found[word] = tuple(sorted(mine, key=lambda place, word=word: said((word, place)).bit_count()))  # type: ignore[misc]
    return found if any(found.values()) else None


def alone(group: Sequence[Word]) -> str | None:
    """The text of a group that is one word with one spelling of more than two characters, somewhere in a text."""
    if len(group) == 1 and len(group[0].spellings) == 1:
        (spelling,) = group[0].spellings
        if not spelling.whole and len(spelling.text) > 2:
            return spelling.text
    return None


def _any(here: Sample, group: Sequence[Word]) -> int:
    found = 0
    for word in group:
        for spelling in word.spellings:
            found |= here.standing(spelling.text)
    return found
