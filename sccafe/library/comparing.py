"""What differs between two sheets, part by part, and between two texts: by sentences first, inside them by words."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from sccafe.library import shown
from sccafe.library.sheet import PARTS, Part

#: A sentence with its end, or a line.
_PIECES = re.compile(r"[^。\n]*(?:[。\n]|$)")
#: As far as words can be told without a dictionary: what is written in letters, digits or katakana stays whole.
_WORDS = re.compile(r"[A-Za-z0-9]+|[ァ-ヺー]+|.", re.DOTALL)
#: Comparing costs as much as both lengths multiplied; beyond this the whole stretch is marked.
_MOST_PIECES, _MOST_WORDS = 250_000, 160_000


@dataclass(frozen=True, slots=True)
class Difference:
    """A part in two versions, as it was written; where it differs both hold marks."""

    key: str
    label: str
    before: Markup
    after: Markup
    differs: bool


def compared(before: Mapping[str, Any], after: Mapping[str, Any], language: str) -> list[Difference]:
    """Part by part, those that one of two sheets has."""
    kind = after.get("kind", "case")
    found = []
    for part in PARTS:
        old, new = (_as_text(part, sheet.get(part.key), language) for sheet in (before, after))
        if old or new:
            found.append(Difference(part.key, shown.label(part.key, kind), *marked(old, new), old != new))
    return found


def _as_text(part: Part, value: Any, language: str) -> str:
    """A part as it was written, options in words."""
    return str(value or "") if part.form == "text" else "\n".join(shown.lines(part, value, language))


def marked(before: str, after: str) -> tuple[Markup, Markup]:
    """Both texts, escaped, with `<del>` around what went and `<ins>` around what came."""
    old, new = _PIECES.findall(before), _PIECES.findall(after)
    head = _common(old, new)
    tail = min(_common(old[::-1], new[::-1]), len(old) - head, len(new) - head)
    begin, end = escape("".join(old[:head])), escape("".join(old[len(old) - tail :]))
    gone, come = _compared(old[head : len(old) - tail], new[head : len(new) - tail], _MOST_PIECES, inside=True)
    return begin + gone + end, begin + come + end


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many pieces both begin with."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count


def _compared(before: Sequence[str], after: Sequence[str], most: int, inside: bool) -> tuple[Markup, Markup]:
    if len(before) * len(after) > most:
        return _went("".join(before)), _came("".join(after))
    old, new = Markup(), Markup()
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for what, a, b, c, d in matcher.get_opcodes():
        gone, come = "".join(before[a:b]), "".join(after[c:d])
        if what == "equal":
            old, new = old + escape(gone), new + escape(come)
        elif what == "replace" and inside:
            pair = _compared(_WORDS.findall(gone), _WORDS.findall(come), _MOST_WORDS, inside=False)
            old, new = old + pair[0], new + pair[1]
        else:
            old, new = old + _went(gone), new + _came(come)
    return old, new


def _went(text: str) -> Markup:
    return Markup("<del>{}</del>").format(text) if text else Markup()


def _came(text: str) -> Markup:
    return Markup("<ins>{}</ins>").format(text) if text else Markup()
