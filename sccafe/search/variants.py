"""All ways to write a word: the families in it, and rules that need no list."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import combinations, product
from typing import NamedTuple

from sccafe.search import folding
from sccafe.search.families import MOST, Family, united
from sccafe.search.wanted import Spelling

_KATAKANA = re.compile(r"[ァ-ヺー]{3,}")
#: Ends of words from English that are written with and without a long-vowel mark: サーバ, メモリ.
_MAY_BE_LONG = frozenset("かがさざただなはばぱまやゃらわりぃ")
#: Kana of two verbs that make one word: 飛び込み. に, の, を and others stand between words; 若い人 is two.
_OKURIGANA = re.compile(
    r"(?<=[一-鿿々])[いきぎしちびみりえけげせねべめれ]([一-鿿々])([いきぎしちびみりえけげせてねべめれ])"
)
#: So many ways of each place in a word are tried, by how many places there are.
_OF_EACH = {1: MOST, 2: 6, 3: 4, 4: 3}


class Place(NamedTuple):
    """Where something in the word can be written in other ways."""

    begin: int
    end: int
    others: Sequence[Spelling]


class Variants:
    """Compiled once; asked for every word that is looked for."""

    def __init__(self, families: Iterable[Family], other_words: frozenset[str] = frozenset()) -> None:
        self._members: dict[str, tuple[bool, tuple[Spelling, ...]]] = {}
        self._lengths: dict[str, list[int]] = {}
        self._other_words = other_words
        lengths: dict[str, set[int]] = {}
        for family in united(families):
            spellings = [member.spelling for member in family]
            for spelling in spellings:
                # The shortest first: in a word of its own it stands for those that contain it.
                others = sorted((other for other in spellings if other != spelling), key=lambda other: len(other.text))
                self._members[spelling.text] = spelling.whole, tuple(others)
                lengths.setdefault(spelling.text[0], set()).add(len(spelling.text))
        self._lengths = {first: sorted(found, reverse=True) for first, found in lengths.items()}

    def of(self, typed: str) -> tuple[Spelling, ...]:
        """The word as it was typed, then the others, at most MOST; none contains another but the first."""
        folded, plain = folding.with_kana(typed)
        found = [Spelling(folded)]
        places = self._places(folded, plain)
        if not places:
            return tuple(found)
        for vector in _vectors(tuple(len(place.others) for place in places)):
            spelling = _composed(folded, places, vector)
            if spelling.whole:
                if spelling not in found:
                    found.append(spelling)
            elif not any(not other.whole and other.text in spelling.text for other in found):
                found[1:] = [other for other in found[1:] if other.whole or spelling.text not in other.text]
                found.append(spelling)
            if len(found) == MOST:
                break
        return tuple(found)

    def known_in(self, folded: str, plain: str) -> list[tuple[int, int]]:
        """Where words of families stand in a text as `folding.with_kana` gives it, from the left."""
        return [(place.begin, place.end) for place in self._of_families(folded, plain)]

    def _places(self, folded: str, plain: str) -> list[Place]:
        places = self._of_families(folded, plain)
        taken = bytearray(len(folded))
        for place in places:
            taken[place.begin : place.end] = b"\1" * (place.end - place.begin)
        more = [*self._long_vowels(folded, plain), *self._okurigana(plain)]
        places += [place for place in more if place.others and not any(taken[place.begin : place.end])]
        return sorted(places)[: max(_OF_EACH) + 2]

    def _of_families(self, folded: str, plain: str) -> list[Place]:
        """The longest member at each place, from the left; none overlaps another."""
        places = []
        begin = 0
        while begin < len(folded):
            length = self._member_at(folded, plain, begin)
            if length:
                places.append(Place(begin, begin + length, self._members[folded[begin : begin + length]][1]))
            begin += length or 1
        return places

    def _member_at(self, folded: str, plain: str, begin: int) -> int:
        for length in self._lengths.get(folded[begin], ()):
            member = self._members.get(folded[begin : begin + length]) if begin + length <= len(folded) else None
            if member and (not member[0] or len(folding.run_at(plain, begin)) == length):
                return length
        return 0

    def _long_vowels(self, folded: str, plain: str) -> Iterable[Place]:
        for run in _KATAKANA.finditer(plain):
            begin, end = run.span()
            if plain[end - 1] == "ー":
                if end - begin > 3 and folded[end - 2] in _MAY_BE_LONG:
                    # By itself, as far as the index marks it: さっか of サッカー stands in other words too.
                    is_short = folding.stands_by_itself(plain[begin : end - 1])
                    yield Place(begin, end, (Spelling(folded[begin : end - 1], is_short),))
            elif end < len(folded) and folded[end - 1] in _MAY_BE_LONG:
                # At the end of what was typed the longer one is found by the shorter one.
                yield Place(end - 1, end, (Spelling(f"{folded[end - 1]}-"),))

    def _okurigana(self, plain: str) -> Iterable[Place]:
        for found in _OKURIGANA.finditer(plain):
            kanji, end = found.groups()
            before = plain[found.start() - 1]
            ways = kanji + end, kanji
            yield Place(*found.span(), tuple(Spelling(way) for way in ways if before + way not in self._other_words))


def _composed(folded: str, places: Sequence[Place], vector: Sequence[int]) -> Spelling:
    pieces: list[str] = []
    at = 0
    for place, rank in zip(places, vector, strict=True):
        if rank:
            other = place.others[rank - 1]
            if other.whole and place.begin == 0 and place.end == len(folded):
                return other
            pieces += folded[at : place.begin], other.text
            at = place.end
    return Spelling("".join([*pieces, folded[at:]]))


@lru_cache(512)
def _vectors(counts: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """Which other way is taken at each place (0: as typed): few changes first, and of those the first ways."""
    most = _OF_EACH.get(len(counts), 2)
    ranks = [range(1, min(count, most) + 1) for count in counts]
    found = []
    for changes in range(1, 3 if len(counts) > 3 else len(counts) + 1):
        of_these = []
        for places in combinations(range(len(counts)), changes):
            for chosen in product(*(ranks[place] for place in places)):
                vector = [0] * len(counts)
                for place, rank in zip(places, chosen, strict=True):
                    vector[place] = rank
                of_these.append(tuple(vector))
        found += sorted(of_these, key=sum)
    return tuple(found)
