"""Best first: title above text, a whole word above a part of one, what is trusted above the rest, new above old."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple

from sccafe.search.folding import fold
from sccafe.search.wanted import Word

#: What counts: a word in the title outweighs all else, a whole word outweighs trust and newness, trust newness alone.
_IN_TITLE, _WHOLE, _TRUSTED = 4.5, 2.25, 1.1
#: After so many days newness, which is 1 at most, is worth half.
_HALF = 730
#: A whole word is looked for by so many of its spellings, and so far into the text.
_SPELLINGS, _BEGINNING = 8, 1_000
#: Characters that a word in them goes on in: kanji, kana, letters and digits.
_KANJI = "々㐀-䶿一-鿿\U00020000-\U0003ffff"
_KANA = "ぁ-ヿ-"
#: Kana is one in the folded text, so the particles between words are told from their neighbours by themselves alone.
_PARTICLES = "のをにはがでとへもやか"
#: For a word that begins or ends with one of the first, what it goes on in.
_KINDS = tuple(
    (re.compile(of), re.compile(beside))
    for of, beside in (
        (f"[{_KANJI}]", f"[{_KANJI}]"),
        (f"[{_KANA}]", f"[{''.join(sorted(set(map(chr, range(0x3041, 0x3100))) - set(_PARTICLES)))}-]"),
        (r"[^\W_]", f"[^\\W_{_KANJI}{_KANA}]"),
    )
)


class RankedRow(NamedTuple):
    """An entry as far as its rank depends on it."""

    id: int
    #: As it stands in the entry, or folded.
    title: str
    #: The folded text, with the title before it; the beginning of a long one will do.
    folded: str
    trusted: bool
    at: datetime


def best(rows: Iterable[RankedRow], words: Sequence[Word], now: datetime) -> list[int]:
    """The rows' ids, the best first; what is equal stays in its order."""
    looked_for = [_of_word(word) for word in words]
    share = 1 / (len(looked_for) or 1)
    newness: dict[int, float] = {}
    ranked = []
    for row_id, row_title, folded, trusted, at in rows:
        days = (now - at).days
        rank = newness.get(days)
        if rank is None:
            rank = newness[days] = 0.5 ** (max(days, 0) / _HALF)
        if trusted:
            rank += _TRUSTED
        title = fold(row_title) if row_title else ""
        for word in looked_for:
            rank += share * _of_text(title, folded, word)
        ranked.append((-rank, row_id))
    ranked.sort(key=itemgetter(0))
    return [number for _, number in ranked]


class _Looked(NamedTuple):
    text: str
    #: What the word goes on in before and after it; None where nothing goes on.
    before: re.Pattern[str] | None
    after: re.Pattern[str] | None

    def is_whole_in(self, text: str) -> bool:
        """Whether it stands somewhere without going on in the characters beside it, as far as these tell."""
        at = text.find(self.text, 0, _BEGINNING)
        while at >= 0:
            end = at + len(self.text)
            # At the text's beginning and end nothing matches.
            if not (self.before and at and self.before.match(text, at - 1)) and not (
                self.after and self.after.match(text, end)
            ):
                return True
            at = text.find(self.text, at + 1, _BEGINNING)
        return False


def _of_word(word: Word) -> list[_Looked]:
    return [
        _Looked(spelling.text, _goes_on(spelling.text[0]), _goes_on(spelling.text[-1]))
        for spelling in word.spellings
        if spelling.text
    ]


def _goes_on(character: str) -> re.Pattern[str] | None:
    """In which characters a word goes on that begins or ends with this one; None for what is no letter."""
    return next((beside for kind, beside in _KINDS if kind.match(character)), None)


def _of_text(title: str, folded: str, word: Sequence[_Looked]) -> float:
    """How well one word stands in title and text."""
    in_title = 0.0
    if title:
        for looked in word:
            if looked.text in title:
                if looked.is_whole_in(title):
                    return _IN_TITLE + _WHOLE
                in_title = _IN_TITLE
    for looked in word[:_SPELLINGS]:
        if looked.is_whole_in(folded):
            return in_title + _WHOLE
    return in_title
