"""The segmenter: a text becomes its folded form, and that becomes grams: three characters that stand together.

After NFKC each character folds by itself, whatever stands beside it, so a part of a text always folds to a part of the
folded text: whatever a reader sees in a text finds it, at any length. Width, case and kana are one; so are the many
dashes, the long-vowel mark among them; any white space is one blank.
"""

import re
import unicodedata
from bisect import bisect_right
from functools import lru_cache

#: Rises with every change of `fold` or `runs`: rows of an older version are made anew by `reindex`. What `grams` makes
#: of a folded text changes with a migration that makes the index anew, or nothing could be taken out of it.
VERSION = 2

#: Characters of a gram.
GRAM = 3
#: Begins what the index holds beside texts: no folded text has a full-width letter (migration 0012 knows it).
MARK = "Ｍ"

_DASHES = "‐‑‒–—―−〜~─"
#: Seen by nobody: controls, soft hyphens, zero-width spaces, marks of writing direction, variation selectors.
_UNSEEN = "".join(
    map(
        chr,
        [
            *(*range(0x09), *range(0x0E, 0x1C), 0x7F),
            *(0xAD, 0x61C, 0x200B, 0x200C, 0x200E, 0x200F, *range(0x202A, 0x202F), 0x2060, *range(0x2066, 0x206A)),
            *(0xFEFF, *range(0x180B, 0x180E), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)),
        ],
    )
)
_ONE_DASH = str.maketrans(dict.fromkeys(_DASHES, "-") | dict.fromkeys(_UNSEEN))
#: What most texts are made of, and what NFKC leaves as it is, whatever stands around it: the rest alone has to go
#: through NFKC, which takes more time than all else here together.
_COMMON = "\t-\r\x1c-}\u3001-\u3006\u3008-\u301b\u3041-\u3096\u309d\u309e\u30a1-\u30fe\u4e00-\u9fff"
_RARE = re.compile(f"[^{_COMMON}]+")
#: Followed by nothing that could change it.
_ALONE = re.compile(f"(?:[{_COMMON}](?![^{_COMMON}]))+")
_KANA = {chr(number): chr(number - 0x60) for number in (*range(0x30A1, 0x30F7), 0x30FD, 0x30FE)} | {"ー": "-"}
_ONE_KANA = str.maketrans(_KANA)
#: Letters and digits without a break, and words in katakana: short ones can be asked for as what stands by itself.
_RUN = re.compile(r"[a-z0-9]+|[ァ-ヺー]+")


def fold(text: str) -> str:
    """The text as it is compared: NFKC, lower case, hiragana for katakana, one dash, one blank."""
    return _one_kana(_bare(text))


def _bare(text: str) -> str:
    """The folded text but for its kana: each character of the one stands where the other has its own."""
    return " ".join(_plain(text).split())


def _plain(text: str) -> str:
    made: list[str] = []
    at = 0
    for rare in _RARE.finditer(text):
        begin, end = rare.span()
        if begin > at and joins(text[begin]):
            begin -= 1
        made += (text[at:begin], unicodedata.normalize("NFKC", text[begin:end]).translate(_ONE_DASH))
        at = end
    made.append(text[at:])
    # Lower case comes last: what it takes apart (`ẖ`, `ß`) stays apart, or what follows could change it.
    return "".join(made).casefold()


def _one_kana(bare: str) -> str:
    if len(bare) < 100:
        return bare.translate(_ONE_KANA)
    # One after the other over a long text is many times faster than looking up each of its characters.
    for katakana, hiragana in _KANA.items():
        bare = bare.replace(katakana, hiragana)
    return bare


def grams(folded: str) -> set[str]:
    """Each three neighbouring characters; at the end also the last two and the last one.

    So each two and each one begin a gram, and are found by the beginning.
    """
    return {folded[place : place + GRAM] for place in range(len(folded))}


def covering(word: str) -> list[str]:
    """Grams that hold, overlapping, all of a folded word of GRAM characters or more: a text with it has them all."""
    last = len(word) - GRAM
    return list(dict.fromkeys(word[place : place + GRAM] for place in (*range(0, last, GRAM - 1), last)))


def runs(text: str) -> set[str]:
    """Short words of letters, digits or katakana that stand by themselves in the text, folded."""
    return {_one_kana(run) for run in set(_RUN.findall(_bare(text))) if _is_short(run)}


def _is_short(run: str) -> bool:
    return len(run) <= 8 if run.isascii() else 2 <= len(run) <= 5


def stands_by_itself(text: str) -> bool:
    """Whether this is what `runs` marks: 1 to 8 letters and digits, or 2 to 5 characters in katakana."""
    bare = _bare(text)
    return _RUN.fullmatch(bare) is not None and _is_short(bare)


def run_at(bare: str, place: int) -> str:
    """The short word that begins at this place and stands by itself, in a text as `with_kana` gives it; or nothing."""
    found, before = _RUN.match(bare, place), _RUN.match(bare, place - 1) if place else None
    goes_on = before is not None and before.end() > place
    return found[0] if found and not goes_on and _is_short(found[0]) else ""


def with_kana(text: str) -> tuple[str, str]:
    """The folded text, and the same, character by character, with its kana as they were."""
    bare = _bare(text)
    return _one_kana(bare), bare


# --- from the folded text to the text ----------------------------------------------------------------------


@lru_cache(4096)
def joins(character: str) -> bool:
    """Whether NFKC may put the character together with what stands before it."""
    first = unicodedata.normalize("NFKD", character)[0]
    return (
        unicodedata.category(first).startswith("M")
        or "\u1160" <= first <= "\u11ff"  # vowels and endings of Hangul
        or first in "\U00016d63\U00016d67"  # vowels of Kirat Rai, which Unicode calls letters
    )


def with_places(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters the place in `text` where what it was made of begins.

    One more place stands at the end: the length of `text`.
    """
    plain, places = _mapped(text)
    begin, end = len(plain) - len(plain.lstrip()), len(plain.rstrip())
    return _one_kana(plain[begin:end]), [*places[begin:end], len(text)]


def _mapped(text: str) -> tuple[str, list[int]]:
    """The plain text with one blank for several, and the place of each character."""
    made: list[str] = []
    places: list[int] = []
    begin = 0
    while begin < len(text):
        alone = _ALONE.match(text, begin)
        if alone:
            end = alone.end()
            made.append(alone[0].casefold())
            places.extend(range(begin, end))
        else:
            end = begin + 1
            while end < len(text) and joins(text[end]):
                end += 1
            cluster = _plain(text[begin:end])
            made.append(cluster)
            # A heap of marks is no character that anybody sees: it is not taken as one.
            step = 1 if end - begin > _LARGEST else 0
            places.extend(min(begin + step * number, end - 1) for number in range(len(cluster)))
        begin = end
    plain = "".join(made)
    for blanks in reversed(list(_BLANKS.finditer(plain))):
        del places[blanks.start() + 1 : blanks.end()]
    return _BLANKS.sub(" ", plain), places


_BLANKS = re.compile(r"\s+")
#: Characters of the largest that is seen as one.
_LARGEST = 64


class Folded:
    """A text that is folded in pieces, so that a place in it can be told without going through all of it."""

    def __init__(self, source: str, piece: int = 400) -> None:
        self.source = source
        #: Characters of a piece, or a few more: it ends where NFKC begins anew.
        self._piece = piece
        #: Where each piece begins: in the source, and in the folded text.
        self._begins: list[int] = []
        self._offsets: list[int] = []
        self._known: dict[int, list[int]] = {}
        bare: list[str] = []
        begin = length = 0
        while begin < len(source):
            end = self._end(begin)
            plain = _plain(source[begin:end])
            made = " ".join(plain.split())
            made = f"{' ' * plain[:1].isspace()}{made}{' ' * (bool(made) and plain[-1:].isspace())}"
            if not length or bare[-1].endswith(" "):
                made = made.lstrip()
            if made:
                self._begins.append(begin)
                self._offsets.append(length)
                bare.append(made)
                length += len(made)
            begin = end
        self._bare = "".join(bare).rstrip()
        self.text = _one_kana(self._bare)

    def _end(self, begin: int) -> int:
        end = min(begin + self._piece, len(self.source))
        while end < len(self.source) and joins(self.source[end]):
            end += 1
        return end

    def span(self, begin: int, end: int) -> tuple[int, int]:
        """The part of the source that `text[begin:end]`, which is not empty, was made of."""
        first, last = self._place(begin), self._place(end - 1)
        return first[0], last[1]

    def _place(self, at: int) -> tuple[int, int]:
        """Where what one character was made of begins, and where it ends."""
        piece = bisect_right(self._offsets, at) - 1
        places = self._known.get(piece)
        if places is None:
            begin = self._begins[piece]
            end = self._end(begin)
            plain, places = _mapped(self.source[begin:end])
            after_blank = not piece or self._bare[self._offsets[piece] - 1] == " "
            places = [begin + place for place in places[plain.startswith(" ") and after_blank :]] + [end]
            self._known[piece] = places
        here = at - self._offsets[piece]
        return places[here], places[bisect_right(places, places[here])]

    def stands_alone(self, begin: int, end: int) -> bool:
        """Whether `text[begin:end]` is one of `runs`."""
        run = _RUN.fullmatch(self._bare, begin, end)
        if run is None or not _is_short(run[0]):
            return False
        around = self._bare[max(0, begin - 1) : begin], self._bare[end : end + 1]
        return not any(beside and _RUN.match(beside) and beside.isascii() == run[0].isascii() for beside in around)
