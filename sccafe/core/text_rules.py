"""What a text may be before it is rendered: how long, and how tangled.

Python-Markdown takes quadratic time or worse on some texts, and recurses without end on others: `check` refuses them,
with a message that names the rule and the remedy.
"""

import re
from typing import Any

from flask_babel import lazy_gettext as _l

_MAX_LENGTH = 20_000
_MAX_BRACKETS = 200
_MAX_TAGS = 400
_MAX_DEPTH = 9
_MAX_HEADINGS = 200
# Python-Markdown copies the paragraph for every mark in it, bleach looks for elements among all their siblings, and a
# short line below a wide table's head makes a whole row: these four keep the products small.
_MAX_LINES = 1_500
_MAX_ITEMS = 600
_MAX_MARKS = 1_000
MAX_CELLS = 1_500

_REFUSALS: dict[str, tuple[int, Any]] = {
    "too_long": (
        _MAX_LENGTH,
        _l("本文は%(limit)s文字までです。いくつかの書き込みに分けてください。", limit=f"{_MAX_LENGTH:,}"),
    ),
    "too_many_brackets": (
        _MAX_BRACKETS,
        _l("半角の「[」は%(limit)s個までです。減らすか、全角の「［」にしてください。", limit=f"{_MAX_BRACKETS:,}"),
    ),
    "too_many_tags": (
        _MAX_TAGS,
        _l("半角の「<」は%(limit)s個までです。減らすか、全角の「＜」にしてください。", limit=f"{_MAX_TAGS:,}"),
    ),
    "too_deep": (
        _MAX_DEPTH,
        _l("箇条書きや引用の重なりは%(limit)s段までです。行の先頭の記号を減らしてください。", limit=f"{_MAX_DEPTH:,}"),
    ),
    "too_many_headings": (
        _MAX_HEADINGS,
        _l(
            "見出しと区切り線は合わせて%(limit)s個までです。減らすか、いくつかの書き込みに分けてください。",
            limit=f"{_MAX_HEADINGS:,}",
        ),
    ),
    "too_many_lines": (
        _MAX_LINES,
        _l("本文は%(limit)s行までです。いくつかの書き込みに分けてください。", limit=f"{_MAX_LINES:,}"),
    ),
    "too_many_items": (
        _MAX_ITEMS,
        _l(
            "箇条書きと引用の記号は合わせて%(limit)s個までです。いくつかの書き込みに分けてください。",
            limit=f"{_MAX_ITEMS:,}",
        ),
    ),
    "too_many_marks": (
        _MAX_MARKS,
        _l(
            "半角の記号（* _ ` \\ & >）とアドレスは、合わせて%(limit)s個までです。減らすか、全角の記号にしてください。",
            limit=f"{_MAX_MARKS:,}",
        ),
    ),
    "too_many_cells": (
        MAX_CELLS,
        _l("表のマスは合わせて%(limit)s個までです。表をファイルにして添付してください。", limit=f"{MAX_CELLS:,}"),
    ),
    "too_complex": (
        0,
        _l("箇条書きや引用の組み合わせが複雑で表示できません。字下げと行の先頭の記号を減らしてください。"),
    ),
}


class TextRefused(ValueError):
    """The text breaks one of the rules; `message` names the rule and the remedy in the reader's language."""

    def __init__(self, rule: str) -> None:
        self.rule = rule
        self.limit, self.message = _REFUSALS[rule]
        super().__init__(f"{rule} (limit {self.limit})")


NOT_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")

_ITEM = r"(?:[ \t]*+(?:>|(?:[-+*]|\d++\.)(?=[ \t])))"
_ITEMS = re.compile(rf"^{_ITEM}++[ \t]?", re.MULTILINE)
# Marks in a row work as one, up to ten: hundreds of rows of growing length cost as much as many marks.
_MARK = re.compile(r"\*{1,10}|_{1,10}|`{1,10}|[\\&>]|://")
# A line that only draws a rule ("- - - - - - - - - - - -") is flat however many dashes it has.
_DRAWN = rf"(?:[ ]{{0,3}}>){{0,{_MAX_DEPTH}}}[ ]*(?:(?:-[ ]{{0,2}}){{3,}}|(?:\*[ ]{{0,2}}){{3,}})$"
_TOO_DEEP = re.compile(rf"^(?!{_DRAWN}){_ITEM}{{{_MAX_DEPTH + 1}}}", re.MULTILINE)
# Every heading and rule makes Python-Markdown look at the rest of its block again.
_HEADING = re.compile(r"^[ \t>]*+(?:#{1,6}[ \t\u3000]|=++[ \t]*$|(?:[-*_][ \t]*+)++$)", re.MULTILINE)


def check(text: str) -> None:
    """Raise TextRefused where a normalised text is longer or more tangled than can be rendered within half a second."""
    counts = (
        ("too_long", len(text)),
        ("too_many_brackets", text.count("[")),
        ("too_many_tags", text.count("<")),
        ("too_many_lines", text.count("\n") + 1),
        ("too_many_headings", len(_HEADING.findall(text))),
        ("too_many_items", sum(len(re.findall(_ITEM, items)) for items in _ITEMS.findall(text))),
        ("too_many_marks", len(_MARK.findall(text))),
    )
    for rule, count in counts:
        if count > _REFUSALS[rule][0]:
            raise TextRefused(rule)
    if _TOO_DEEP.search(text):
        raise TextRefused("too_deep")


def normalise(source: str) -> str:
    """Return the text as it is stored: newlines as `\\n`, no control characters but `\\n` and `\\t`, no blank end."""
    text = source.replace("\r\n", "\n").replace("\r", "\n")
    return NOT_TEXT.sub("", text).rstrip()
