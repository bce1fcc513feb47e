"""The segmenter: a text becomes its folded form, and that becomes pairs of neighbouring characters.

Folding goes character by character, so that a part of a text always folds to a part of the folded text: whatever a
reader sees in a text finds it, at any length. Width, case and kana are one; so are the many dashes, the long-vowel mark
among them; any white space is one blank.
"""

import re
import unicodedata
from collections.abc import Iterator

#: Rises with every change of what this module makes of a text: rows of an older version are made anew by `reindex`.
VERSION = 1

_DASHES = "‐‑‒–—―−ー〜~─"
#: Seen by nobody: soft hyphens, zero-width spaces, marks of writing direction, variation selectors.
_UNSEEN = "\u00ad\u200b\u200c\u200e\u200f\u2060\ufeff" + "".join(map(chr, range(0xFE00, 0xFE10)))
_FOLDED = str.maketrans(
    {chr(number): chr(number - 0x60) for number in [*range(0x30A1, 0x30F7), 0x30FD, 0x30FE]}
    | dict.fromkeys(_DASHES, "-")
    | dict.fromkeys(_UNSEEN)
)
_NOTHING = dict.fromkeys(map(ord, _UNSEEN))
#: FTS5's `ascii` tokenizer ends a token at every character of ASCII but letters and digits. Their full-width forms
#: never stand in a text in NFKC, so they can stand for them.
_SHIELDED = str.maketrans(
    {chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F) if not chr(code).isalnum()} | {" ": "\u3000"}
)
#: Letters and digits without a break, and short words in katakana: what stands by itself can be asked for as such.
_RUN = re.compile(r"(?<![a-z0-9])[a-z0-9]{1,8}(?![a-z0-9])|(?<![ァ-ヺー])[ァ-ヺー]{2,5}(?![ァ-ヺー])")


def fold(text: str) -> str:
    """The text as it is compared: NFKC, lower case, hiragana for katakana, one dash, one blank."""
    return " ".join(_plain(text).translate(_FOLDED).split())


def _plain(text: str) -> str:
    # Lower case may undo the normal form, as in `İ`.
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def pairs(folded: str) -> list[str]:
    """Each two neighbouring characters in their order, and the last one alone, so that one character finds it too."""
    return [*(folded[place : place + 2] for place in range(len(folded) - 1)), *folded[-1:]]


def runs(text: str) -> set[str]:
    """Short words of letters, digits or katakana that stand by themselves in the text, folded."""
    return {fold(run) for run in _RUN.findall(_plain(text))}


def stands_by_itself(text: str) -> bool:
    """Whether this is what `runs` marks: 1 to 8 letters and digits, or 2 to 5 characters in katakana."""
    return _RUN.fullmatch(_plain(text)) is not None


def run_at(plain: str, place: int) -> str:
    """The short word that begins at this place and stands by itself, in a text as `with_kana` gives it; or nothing."""
    found = _RUN.match(plain, place)
    return found[0] if found else ""


def with_kana(text: str) -> tuple[str, str]:
    """The folded text, and the same, character by character, with its kana and dashes as they were."""
    kept = " ".join(_plain(text).translate(_NOTHING).split())
    return kept.translate(_FOLDED), kept


def shielded(token: str) -> str:
    """A token in which FTS5 sees no end."""
    return token.translate(_SHIELDED)


def with_places(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters the place in `text` where what it was made of begins.

    One more place stands at the end: the length of `text`.
    """
    folded: list[str] = []
    places: list[int] = []
    for place, cluster in _clusters(text):
        made = _plain(cluster).translate(_FOLDED)
        for character in made:
            blank = character.isspace()
            if blank and (not folded or folded[-1] == " "):
                continue
            folded.append(" " if blank else character)
            places.append(place)
    if folded and folded[-1] == " ":
        folded.pop()
        places.pop()
    return "".join(folded), [*places, len(text)]


def _clusters(text: str) -> Iterator[tuple[int, str]]:
    """A character with the marks that change it, as NFKC puts them together."""
    begin = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or not (unicodedata.combining(text[place]) or text[place] in "ﾞﾟ\u3099\u309a"):
            if place > begin:
                yield begin, text[begin:place]
            begin = place
