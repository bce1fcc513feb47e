"""Themes that a text speaks of, to be offered to its writer; never required, never set by themselves."""

import unicodedata
from functools import cache
from importlib.resources import files

import yaml

MOST = 3


@cache
def _words() -> dict[str, tuple[str, ...]]:
    raw = yaml.safe_load((files("sccafe") / "data" / "theme_words.yaml").read_text(encoding="utf-8"))
    return {theme: tuple(_folded(str(word)) for word in words) for theme, words in raw.items()}


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def themes_for(text: str) -> list[str]:
    """At most MOST keys of themes, the one with the most of its words first."""
    folded = _folded(text)
    found = {theme: sum(folded.count(word) for word in words) for theme, words in _words().items()}
    ranked = sorted((theme for theme, count in found.items() if count), key=lambda theme: -found[theme])
    return ranked[:MOST]
