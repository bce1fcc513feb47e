"""The option lists and the municipalities, read from sccafe/data once per process."""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml


@dataclass(frozen=True)
class Option:
    """One entry of a list: `key` is stored, `ja` and `en` are what people read."""

    key: str
    ja: str
    en: str
    #: The one kind of board this option is for; empty means all.
    only_on: str = ""

    def label(self, locale: str) -> str:
        return self.en if locale == "en" else self.ja


@dataclass(frozen=True)
class Municipality:
    """One of the 1,741, with its six-digit code and its reading in kana."""

    code: str
    prefecture_code: str
    prefecture: str
    name: str
    kana: str


@cache
def _lists() -> dict[str, dict[str, Option]]:
    raw = yaml.safe_load((files("sccafe") / "data" / "taxonomies.yaml").read_text(encoding="utf-8"))
    return {
        name: {entry["key"]: Option(entry["key"], entry["ja"], entry["en"], entry.get("only_on", "")) for entry in rows}
        for name, rows in raw.items()
    }


def options(name: str) -> tuple[Option, ...]:
    """All entries of a list in their order; raises KeyError for an unknown list."""
    return tuple(_lists()[name].values())


def label(name: str, key: str, locale: str) -> str:
    """What people read for a stored key; the empty string for an empty or retired key."""
    option = _lists()[name].get(key)
    return option.label(locale) if option else ""


def has(name: str, key: str) -> bool:
    return key in _lists()[name]


@cache
def municipalities() -> dict[str, Municipality]:
    """All municipalities by code, in the order of their codes."""
    with (files("sccafe") / "data" / "municipalities.csv").open(encoding="utf-8") as file:
        return {row["code"]: Municipality(**row) for row in csv.DictReader(file)}


@cache
def prefectures() -> dict[str, str]:
    """The 47 names by their two-digit code."""
    return {row.prefecture_code: row.prefecture for row in municipalities().values()}


@cache
def municipalities_of(prefecture_code: str) -> tuple[Municipality, ...]:
    return tuple(row for row in municipalities().values() if row.prefecture_code == prefecture_code)


def place(prefecture_code: str, municipality_code: str) -> str:
    """Prefecture and municipality as one name, as far as they are known: 東京都八王子市."""
    municipality = municipalities().get(municipality_code)
    if municipality:
        return municipality.prefecture + municipality.name
    return prefectures().get(prefecture_code, "")
