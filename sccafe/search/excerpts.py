"""Excerpts: the pieces of a text in which the words that somebody looked for stand, with the words marked."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from sccafe.core.markup import belongs_together
from sccafe.search.folding import Folded, joins
from sccafe.search.wanted import Spelling, Word

#: So many pieces where they hold all words; where words stand further apart there are more, each of them a short one.
_PIECES = 3
#: Places of one word that are looked at when the pieces are chosen: the first ones, as there may be thousands.
_PLACES = 60
#: What is seen as one character, a flag or a letter with its marks, is no longer than this.
_CLUSTER = 64
#: Characters around a piece that decide what stands in it; more than a word has.
_AROUND = 80
_GAP = "…"
_BLANKS = re.compile(r"\s+")
#: Behind these a sentence begins, or a line.
_SENTENCE = re.compile(r"(?:[。！？!?]+[」』）)”\"]*|\n|\.\s)\s*")
_PAUSE = re.compile(r"[、，,・／/\s]\s*")


class Bit(NamedTuple):
    """A part of an excerpt or of a title; `found` where it is a word that was looked for."""

    text: str
    found: bool


class Span(NamedTuple):
    """Where something stands in a text."""

    begin: int
    end: int


class _Place(NamedTuple):
    begin: int
    end: int
    word: int


def marked(title: str, words: Sequence[Word]) -> tuple[Bit, ...]:
    """The whole title; the bits put together are the title again."""
    return tuple(_bits(title, Span(0, len(title)), _merged(_spans(title, Folded(title), words))))


def excerpt(text: str, words: Sequence[Word], length: int = 120) -> tuple[Bit, ...]:
    """About `length` characters of the text on one line; each word that stands in the text stands in it at least once.

    Nothing is cut inside what is seen as one character, nor inside a word that was found. A text in which none of the
    words stands is shown from its beginning.
    """
    folded = Folded(text)
    pieces = [_whole(text, folded, piece, words) for piece in _joined(_rough_pieces(text, folded, words, length))]
    bits: list[Bit] = []
    shown = 0
    for piece, found in _joined_when_whole(pieces):
        left_out = text[shown : piece.begin]
        if left_out.strip():
            bits.append(Bit(_GAP, False))
        elif left_out and shown:
            bits.append(Bit(" ", False))
        bits += _bits(text, piece, _merged(found))
        shown = piece.end
    if text[shown:].strip():
        bits.append(Bit(_GAP, False))
    return tuple(_on_one_line(bits))


# --- where words stand -------------------------------------------------------------------------------------


def _places(folded: Folded, spelling: Spelling) -> Iterator[tuple[int, int]]:
    """Where this spelling stands in the folded text."""
    begin = folded.text.find(spelling.text) if spelling.text else -1
    while begin >= 0:
        end = begin + len(spelling.text)
        if not spelling.whole or folded.stands_alone(begin, end):
            yield begin, end
            begin = folded.text.find(spelling.text, end)
        else:
            begin = folded.text.find(spelling.text, begin + 1)


def _spans(source: str, folded: Folded, words: Iterable[Word]) -> list[Span]:
    """Where words stand in the source, each with all of the characters that it takes a part of."""
    found = set()
    for word in words:
        for spelling in word.spellings:
            for place in _places(folded, spelling):
                begin, end = folded.span(*place)
                found.add(Span(_edge_before(source, begin), _edge_after(source, end)))
    return sorted(found)


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, those that overlap as one."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.begin < merged[-1].end:
            merged[-1] = Span(merged[-1].begin, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


# --- which pieces are shown --------------------------------------------------------------------------------


def _rough_pieces(text: str, folded: Folded, words: Sequence[Word], length: int) -> list[Span]:
    """Pieces that hold all words between them, and a sentence's beginning where there is one near."""
    places = []
    for number, word in enumerate(words):
        of_word = sorted({place for spelling in word.spellings for place in _some(_places(folded, spelling))})
        places += [_Place(*place, number) for place in of_word[:_PLACES]]
    if not places:
        return [_around(text, Span(0, 0), length)]
    places.sort()
    width = length
    cores = _cores(places, width)
    for pieces in range(2, _PIECES + 1):
        if len(cores) < pieces:
            break
        width = length // pieces
        cores = _cores(places, width)
    return sorted(_around(text, Span(*folded.span(*core)), width) for core in cores)


def _some(places: Iterator[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for _, place in zip(range(_PLACES), places, strict=False):
        yield place


def _cores(places: Sequence[_Place], width: int) -> list[tuple[int, int]]:
    """Parts of the folded text that hold each word once: first the one of at most `width` that holds the most."""
    cores = []
    missing = {place.word for place in places}
    while missing:
        left = [place for place in places if place.word in missing]
        best: set[int] = set()
        core = (0, 0)
        for number, first in enumerate(left):
            here, end = {first.word}, first.end
            for place in left[number + 1 :]:
                if place.begin - first.begin >= width or len(here) == len(missing):
                    break
                if place.word not in here and place.end - first.begin <= width:
                    here.add(place.word)
                    end = max(end, place.end)
            if len(here) > len(best):
                best, core = here, (first.begin, end)
            if len(best) == len(missing):
                break
        cores.append(core)
        missing -= best
    return cores


def _around(text: str, core: Span, width: int) -> Span:
    """About `width` characters with the core in them."""
    spare = max(0, width - (core.end - core.begin))
    is_last = len(text) - core.begin < width
    least = max(0, core.begin - spare * 2 // 3)
    if is_last:
        least = max(0, min(least, len(text) - width))
    sentences = [0] * (not least) + [match.end() for match in _SENTENCE.finditer(text, least, core.begin)]
    if sentences:
        begin = sentences[0] if is_last else sentences[-1]
    else:
        begin = max(least, core.begin - spare // 3)
        pause = _PAUSE.search(text, begin, core.begin)
        begin = pause.end() if pause else begin
    end = max(core.end, begin + width)
    # One or two characters more are less than the mark that says that something was left out.
    return Span(begin, len(text) if end + 2 >= len(text) else end)


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Spans in order, those between which next to nothing is left out as one."""
    joined: list[Span] = []
    for span in spans:
        if joined and span.begin <= joined[-1].end + 2:
            joined[-1] = Span(joined[-1].begin, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


def _joined_when_whole(pieces: Sequence[tuple[Span, list[Span]]]) -> list[tuple[Span, list[Span]]]:
    """The same once more: pieces may have come to touch, or to hold one another."""
    return [
        (span, [mark for piece, marks in pieces if span.begin <= piece.begin <= span.end for mark in marks])
        for span in _joined(sorted(piece for piece, _ in pieces))
    ]


def _whole(text: str, folded: Folded, piece: Span, words: Sequence[Word]) -> tuple[Span, list[Span]]:
    """The piece without anything cut at its ends, and the words in it."""
    begin, end = _edge_before(text, piece.begin), _edge_after(text, piece.end)
    first, last = _edge_before(text, max(0, begin - _AROUND)), _edge_after(text, min(len(text), end + _AROUND))
    if (first, last) == (0, len(text)):
        found = _spans(text, folded, words)
    else:
        window = text[first:last]
        found = [Span(first + span.begin, first + span.end) for span in _spans(window, Folded(window), words)]
    for span in reversed(found):
        if span.begin < begin < span.end:
            begin = span.begin
    for span in found:
        if span.begin < end < span.end:
            end = span.end
    found = [span for span in found if begin <= span.begin and span.end <= end]
    least, most = (found[0].begin, max(span.end for span in found)) if found else (end, begin)
    while begin < least and text[begin].isspace() and _is_edge(text, begin + 1):
        begin += 1
    while end > max(begin, most) and text[end - 1].isspace() and _is_edge(text, end - 1):
        end -= 1
    return Span(begin, end), found


def _is_edge(text: str, at: int) -> bool:
    """Whether a cut here leaves everything that is seen as one character whole."""
    if at <= 0 or at >= len(text):
        return True
    left, right = text[at - 1], text[at]
    if _is_half_a_flag(left) and _is_half_a_flag(right):
        before = at - 1
        while before > 0 and _is_half_a_flag(text[before - 1]) and at - before < _CLUSTER:
            before -= 1
        return (at - before) % 2 == 0
    return not (belongs_together(left, right) or joins(right))


def _is_half_a_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _edge_before(text: str, at: int) -> int:
    return next((edge for edge in range(at, max(0, at - _CLUSTER), -1) if _is_edge(text, edge)), max(0, at - _CLUSTER))


def _edge_after(text: str, at: int) -> int:
    last = min(len(text), at + _CLUSTER)
    return next((edge for edge in range(at, last) if _is_edge(text, edge)), last)


# --- bits --------------------------------------------------------------------------------------------------


def _bits(text: str, piece: Span, found: Iterable[Span]) -> Iterator[Bit]:
    at = piece.begin
    for span in found:
        if at < span.begin:
            yield Bit(text[at : span.begin], False)
        yield Bit(text[span.begin : span.end], True)
        at = span.end
    if at < piece.end:
        yield Bit(text[at : piece.end], False)


def _on_one_line(bits: Iterable[Bit]) -> Iterator[Bit]:
    """One blank for several, and one bit for what stands side by side and is not found."""
    for found, group in groupby(bits, lambda bit: bit.found):
        said = [_BLANKS.sub(" ", bit.text) for bit in group]
        yield from (Bit(text, True) for text in said) if found else [Bit("".join(said), False)]
