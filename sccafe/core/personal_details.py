"""Finds in a text what could point to a resident: numbers and addresses of all kinds, people's names, their ages.

A hint for who writes and who looks at it, and never a proof: some names are missed, and some words are taken for one.
Every pattern looks at a bounded number of characters from each place, so that the time grows with the text and no more.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import yaml

from sccafe.core import places_and_ages

Kind = Literal["telephone", "email", "postal_code", "address", "name", "age"]


@dataclass(frozen=True)
class Found:
    """One such detail: `text` is what stands from `start` to before `end`, as it was written."""

    kind: Kind
    start: int
    end: int
    text: str


def find(text: str) -> list[Found]:
    """What could point to somebody, in the order of the text; of two that overlap the one that begins earlier."""
    plain = text.translate(_PLAIN)
    spans: list[_Span] = [*_telephones(plain), *_emails(plain), *_postal_codes(plain), *_names(text)]
    spans += [(start, end, "address") for start, end in places_and_ages.addresses(text, plain)]
    spans += [(start, end, "age") for start, end in places_and_ages.ages(plain)]
    found: list[Found] = []
    for start, end, kind in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not found or start >= found[-1].end:
            found.append(Found(kind, start, end, text[start:end]))
    return found


_Span = tuple[int, int, Kind]

#: One character for one, so that places stay the same: what has full width, and all that serves as a hyphen.
_PLAIN: Final = (
    {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    | dict.fromkeys(map(ord, "‐‑‒–—―−ーｰ─"), "-")
    | {0x3000: " "}
)

# --- numbers and addresses ----------------------------------------------------------------------------------

_BETWEEN = r"(?:-|[ ]|[ ]?\)[ ]?|[ ]?\([ ]?)"
_TELEPHONE = re.compile(
    rf"(?<![0-9A-Za-z.,/_-])(?P<open>\()?(?:\+81[ -]?\(?0?\)?(?P<abroad>[1-9]\d{{0,3}})|(?P<home>0\d{{1,4}}))"
    rf"(?P<first>{_BETWEEN})?(?P<middle>\d{{1,4}})(?P<second>{_BETWEEN})?(?P<last>\d{{3,4}})(?![0-9A-Za-z_]|-\d|[.,]\d)"
)
#: Ten or eleven digits in a row begin as a telephone number of Japan does.
_SOLID = re.compile(r"(?<![0-9A-Za-z.,/_-])0[1-9]\d{8,9}(?![0-9A-Za-z_]|-\d|[.,]\d)")
#: A number without its area, where the word before it says what it is.
_LOCAL = re.compile(
    r"(?:電話番号|電話|携帯|ファクス|ファックス|(?<![A-Za-z])(?:TEL|Tel|tel|FAX|Fax|fax))[ ]?[:はが]?[ ]?"
    r"(\d{2,4}-\d{4})(?![\d-])"
)
_EMAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9_%+][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})\.){1,6}[A-Za-z]{2,24}(?![A-Za-z0-9])"
)
#: Without its mark it is taken for one unless it counts something.
_POSTAL_CODE = re.compile(
    r"〒[ ]?\d{3}-?\d{4}(?!\d)"
    r"|(?<![0-9A-Za-z.,/_-])\d{3}-\d{4}"
    r"(?![0-9A-Za-z_.,%-]|[ ]?(?:人|円|名|件|年|個|世帯|食|回|歩|点|時間|万|千))"
)


def _telephones(plain: str) -> Iterator[_Span]:
    for match in _TELEPHONE.finditer(plain):
        abroad = match["abroad"]
        area = "0" + abroad if abroad else match["home"]
        digits = len(area + match["middle"] + match["last"])
        parted = match["first"] is not None and match["second"] is not None
        if area[1] != "0" and (parted or abroad) and (digits == 10 or (digits == 11 and _has_eleven(area))):
            opened = bool(match["open"]) and ")" not in (match["first"] or "")
            yield match.start() + opened, match.end(), "telephone"
    for match in _SOLID.finditer(plain):
        if len(match[0]) == 10 or _has_eleven(match[0][:3]):
            yield match.start(), match.end(), "telephone"
    for match in _LOCAL.finditer(plain):
        yield match.start(1), match.end(1), "telephone"


def _has_eleven(area: str) -> bool:
    """Mobile telephones, those over the Internet, and 0800."""
    return area[:3] in ("050", "060", "070", "080", "090", "020")


def _emails(plain: str) -> Iterator[_Span]:
    for match in _EMAIL.finditer(plain):
        yield match.start(), match.end(), "email"


def _postal_codes(plain: str) -> Iterator[_Span]:
    for match in _POSTAL_CODE.finditer(plain):
        yield match.start(), match.end(), "postal_code"


# --- names --------------------------------------------------------------------------------------------------

_HONORIFIC = re.compile(
    r"さん(?!ぽ|ざん|かい)|さま(?!ざま|よ|た)|様(?![々式相態子])|氏(?![名族神子])|くん(?!せい|れん)|ちゃん(?!ぽん)"
)
#: No family or given name is longer.
_LONGEST = 8
_SPACES = " \u3000"

#: Before an honorific nobody's name ends so.
_ROLE_ENDINGS: Final = tuple("員者長師社店課局署省係班隊党団庁会役")
#: A name of these characters is that of a place where more stands before them.
_PLACE_ENDINGS: Final = tuple("市町区県郡園所館校室家")
#: Verbs and their 「くんです」.
_VERBS: Final = frozenset("行書聞働動続歩泣描置着付届招向解引抜焼巻叩吹磨敷開空響築履退除咲効利透導傾輝驚")
#: Before 氏 and 様 these are no names, and make other words: 同様, 各氏.
_OTHER_WORDS: Final = frozenset("同両各諸仕模多一異有摂華源平今")


@cache
def _words(name: str) -> tuple[str, ...]:
    """A list of sccafe/data/name_words.yaml."""
    lists = yaml.safe_load((files("sccafe") / "data" / "name_words.yaml").read_text(encoding="utf-8"))
    return tuple(lists[name].split())


@cache
def _longer(name: str) -> tuple[str, ...]:
    """Those of more than one character, which count at the end of a longer word as well."""
    return tuple(word for word in _words(name) if len(word) > 1)


def _names(text: str) -> Iterator[_Span]:
    for match in _HONORIFIC.finditer(text):
        start = _name_before(text, match.start(), match[0])
        if start is not None:
            yield start, match.end(), "name"


def _name_before(text: str, end: int, honorific: str) -> int | None:
    """Where the name that ends here begins; None where there is no name."""
    if end and text[end - 1] in _SPACES:
        end -= 1
    if not end:
        return None
    if _is_kanji(text[end - 1]):
        return _in_kanji(text, end, honorific)
    if _is_hiragana(text[end - 1]):
        return _in_hiragana(text, end)
    return _in_katakana(text, end) if _is_katakana(text[end - 1]) else None


def _in_kanji(text: str, end: int, honorific: str) -> int | None:
    start = _back(text, end, _is_kanji)
    word, before = text[start:end], text[start - 1 : start]
    if before in ("お", "ご") or word.startswith("御") or set(word) <= {"〇", "○", "々"}:
        return None
    if word in _words("roles") or word.endswith((*_ROLE_ENDINGS, *_longer("roles"))):
        return None
    if (len(word) > 2 and word.endswith(_PLACE_ENDINGS)) or (honorific in ("様", "氏") and word in _OTHER_WORDS):
        return None
    if honorific == "くん" and word in _VERBS:
        return None
    if _is_kanji(before or " "):
        # The run is longer than any name: where a name begins in it nobody can tell.
        return end - 2
    return _with_family(text, start)


def _with_family(text: str, start: int) -> int:
    """Where a given name's family name begins that stands before it with a space between, or the given name's start."""
    if start > 1 and text[start - 1] in _SPACES and _is_kanji(text[start - 2]):
        family = _back(text, start - 1, _is_kanji)
        word = text[family : start - 1]
        if len(word) <= 4 and word not in _words("roles") and not word.endswith((*_ROLE_ENDINGS, *_longer("roles"))):
            return family
    return start


def _in_hiragana(text: str, end: int) -> int | None:
    start = _back(text, end, _is_hiragana)
    word, before = text[start:end], text[start - 1 : start]
    if before and _is_kanji(before):
        family = _back(text, start, _is_kanji)
        return family if word in _words("given_names") and start - family <= 4 else None
    if before.isalnum() or before == "ー":
        return None
    # お and ご make a word polite, and no name begins with ん or a small letter.
    if not 2 <= len(word) <= 5 or word[0] in "おごんぁぃぅぇぉっゃゅょ":
        return None
    if word in _words("not_names_hiragana") or word.endswith(_longer("not_names_hiragana")):
        return None
    return _with_family(text, start)


def _in_katakana(text: str, end: int) -> int | None:
    start = _back(text, end, _is_katakana)
    word, before = text[start:end], text[start - 1 : start]
    if not 2 <= len(word) <= 6 or word.endswith(("ー", *_words("not_names_katakana"))):
        return None
    return None if before.isascii() and before.isalnum() else _with_family(text, start)


def _back(text: str, end: int, belongs: Callable[[str], bool]) -> int:
    """Where the run of such characters that ends here begins, looking no further back than a name is long."""
    start = end
    while start and end - start < _LONGEST and belongs(text[start - 1]):
        start -= 1
    return start


def _is_kanji(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or "\uf900" <= character <= "\ufaff" or character in "々〆ヶヵ𠮷"


def _is_hiragana(character: str) -> bool:
    return "ぁ" <= character <= "ゖ"


def _is_katakana(character: str) -> bool:
    return "ァ" <= character <= "ヺ" or character == "ー"
