"""Sentences that nobody wrote, in which characters follow each other as in the demo's texts.

A town that is searched must be like a real one where an index feels it: a few groups of characters stand in most posts
(ました。), most stand in hardly any, and a longer piece stands in one or two. Sentences with holes are not like that,
as each piece of one stands in as many posts as its sentence.
"""

import re
from collections.abc import Iterator
from functools import cache
from random import Random
from typing import Any

import yaml

from sccafe import beside

#: Characters that decide what may follow.
_BEFORE = 2
_LEAST, _MOST = 12, 90
_WRITTEN = re.compile(r"[^\s。「」『』（）()*_`#<>&]+。")


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)


@cache
def _following() -> dict[str, str]:
    """After each two characters, those that follow them in the demo, each as often as it does."""
    found: dict[str, list[str]] = {}
    for file in sorted(beside("demo").rglob("*.yaml")):
        for text in _strings(yaml.safe_load(file.read_text(encoding="utf-8"))):
            for sentence in _WRITTEN.findall(text):
                said = "。" * _BEFORE + sentence
                for at in range(_BEFORE, len(said)):
                    found.setdefault(said[at - _BEFORE : at], []).append(said[at])
    return {before: "".join(after) for before, after in found.items()}


def _sentence(random: Random, following: dict[str, str]) -> str:
    said = "。" * _BEFORE
    while len(said) < _MOST:
        said += random.choice(following[said[-_BEFORE:]])
        if said[-1] == "。":
            break
    return said[_BEFORE:]


def sentences(random: Random, count: int) -> list[str]:
    """So many different sentences of 12 to 90 characters; nothing in them is Markdown or HTML."""
    following = _following()
    found: dict[str, None] = {}
    while len(found) < count:
        sentence = _sentence(random, following)
        if len(sentence) >= _LEAST and sentence.endswith("。"):
            found[sentence] = None
    return list(found)
