"""The name that people choose for themselves: what it may be made of, and by what key it is found."""

import unicodedata
from enum import Enum

from sccafe.accounts.texts import is_invisible

LEAST, MOST = 2, 20
#: One NFKC letter can be many: the key has its own bound.
MOST_OF_KEY = 40

_MARKS = "_-・ー"

#: Refused wherever they stand in a handle.
_STAFF_PARTS = (
    "事務局",
    "管理者",
    "管理人",
    "運営者",
    "運営スタッフ",
    "モデレーター",
    "scカフェ",
    "sccafe",
    "アドミン",
)
#: Refused as the whole handle, or as a part set off by a mark or a digit.
_STAFF_WORDS = {"運営", "公式", "管理", "staff", "official", "root", "system", "support", "owner", "operator"}
#: Refused where a handle begins with them.
_STAFF_BEGINNINGS = ("admin", "moderator", "secretariat", "webmaster")
_ANONYMOUS = ("匿名", "anonymous")

#: Letters and digits that pass for others at a glance.
_LOOKS_LIKE = str.maketrans(
    {
        **dict(zip("аеіоρрсухкмтнвдпάαοιυνκητ", "aeioppcyxkmthbdnaaoiuvknt", strict=True)),
        **dict(zip("013457", "oieast", strict=True)),
        **dict(zip("ıłɑ亊务菅埋", "ila事務管理", strict=True)),
    }
)


class Problem(Enum):
    """Why a handle cannot be taken."""

    LENGTH = "length"
    CHARACTERS = "characters"
    MIXED = "mixed"
    STAFF = "staff"
    ANONYMOUS = "anonymous"


def key(handle: str) -> str:
    """What must be unique: NFKC, without regard to case and width."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", handle.strip()).casefold())


def _allowed(text: str) -> bool:
    marks = 0
    for index, character in enumerate(text):
        category = unicodedata.category(character)
        marks = marks + 1 if category[0] == "M" else 0
        if is_invisible(character) or 0xFE00 <= ord(character) <= 0xFE0F or ord(character) >= 0xE0100:
            return False
        if marks > 2 or (marks and index == 0):
            return False
        if not (category[0] in "LM" or category == "Nd" or character in _MARKS):
            return False
    return any(unicodedata.category(character)[0] in "LN" for character in text.replace("ー", ""))


def _is_mixed(text: str) -> bool:
    """Whether Latin letters stand beside letters that are made to be taken for them."""
    scripts = {unicodedata.name(character, "").split(" ")[0] for character in text if character.isalpha()}
    return "LATIN" in scripts and bool(scripts & {"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})


def _words(text: str) -> set[str]:
    """The parts of a handle between its marks and digits."""
    return set("".join(" " if c in _MARKS.replace("ー", "") or c.isdigit() else c for c in text).split())


def _is_like_staff(handle_key: str) -> bool:
    bare = "".join(character for character in handle_key if character not in "_-・")
    for seen in (bare, bare.translate(_LOOKS_LIKE)):
        if any(part in seen for part in _STAFF_PARTS) or seen.startswith(_STAFF_BEGINNINGS) or seen in _STAFF_WORDS:
            return True
    return bool((_words(handle_key) | _words(handle_key.translate(_LOOKS_LIKE))) & (_STAFF_WORDS | {"admin"}))


def problem(handle: str, of_staff: bool = False) -> Problem | None:
    """What is wrong with a handle by itself; `of_staff` lets the words of the secretariat through."""
    handle_key = key(handle)
    if not LEAST <= len(handle) <= MOST or len(handle_key) > MOST_OF_KEY:
        return Problem.LENGTH
    if not _allowed(handle) or not _allowed(handle_key):
        return Problem.CHARACTERS
    if _is_mixed(handle_key):
        return Problem.MIXED
    if handle_key.startswith(_ANONYMOUS):
        return Problem.ANONYMOUS
    if not of_staff and _is_like_staff(handle_key):
        return Problem.STAFF
    return None
