"""From what people type to one of the 1,741 municipalities."""

import difflib
import unicodedata
from dataclasses import dataclass

from sccafe.core import taxonomy
from sccafe.core.taxonomy import Municipality

NEAR_NAMES = 5
_KINDS = ("", "市", "区", "町", "村")


@dataclass(frozen=True)
class NotFound(Exception):
    """No municipality of this name; `near` are the names that come closest."""

    written: str
    prefecture: str
    near: tuple[str, ...]


@dataclass(frozen=True)
class Ambiguous(Exception):
    """Several municipalities have this name; the prefecture decides."""

    written: str
    names: tuple[str, ...]


def _plain(text: str) -> str:
    """Without regard to width, to the small ケ of 鎌ケ谷 and to spaces."""
    return "".join(unicodedata.normalize("NFKC", text).split()).replace("ヶ", "ケ").replace("ｹ", "ケ")


def _hiragana(text: str) -> str:
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in text)


def _bare(written: str) -> str:
    """The name alone: without the prefecture before it and the district (郡) between."""
    text = _plain(written)
    for prefecture in taxonomy.prefectures().values():
        text = text.removeprefix(prefecture)
    district, _, name = text.partition("郡")
    return name if district and len(name) > 1 and name[-1] in "町村" else text


def _said(row: Municipality) -> str:
    return f"{row.name}（{row.prefecture}）"


def resolve(prefecture_code: str, written: str) -> Municipality | None:
    """The municipality meant by a name, a reading or a six-digit code; None where nothing is written.

    Looks within the prefecture, or everywhere where none is chosen. Raises NotFound and Ambiguous.
    """
    text = _bare(written)
    if not text:
        return None
    rows = taxonomy.municipalities_of(prefecture_code) if prefecture_code else tuple(taxonomy.municipalities().values())
    names = {text + kind for kind in _KINDS}
    found = (
        [row for row in rows if row.code == text]
        or [row for row in rows if _plain(row.name) == text]
        or [row for row in rows if _plain(row.name) in names]
        or [row for row in rows if row.kana == _hiragana(text)]
    )
    if len(found) == 1:
        return found[0]
    said = [_said(row) if not prefecture_code else row.name for row in found]
    if found:
        raise Ambiguous(written, tuple(said))
    raise NotFound(written, taxonomy.prefectures().get(prefecture_code, ""), _near(rows, text, bool(prefecture_code)))


def _near(rows: tuple[Municipality, ...], text: str, in_prefecture: bool) -> tuple[str, ...]:
    if text.isdigit():
        return ()
    said = _hiragana(text[:20])
    is_reading = all("ぁ" <= character <= "ゖ" or character == "ー" for character in said)
    known = {row.kana if is_reading else _plain(row.name): row for row in rows}
    close = [
        known[name] for name in difflib.get_close_matches(said if is_reading else text[:20], known, NEAR_NAMES, 0.5)
    ]
    return tuple(row.name if in_prefecture else _said(row) for row in close)
