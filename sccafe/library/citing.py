"""How an item is named elsewhere: as a line of text, as BibTeX, and as data."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sccafe.core import clock
from sccafe.core.formats import known_text
from sccafe.core.language import gettext as _
from sccafe.library import shown


@dataclass(frozen=True)
class Cited:
    """All that a citation says of an item."""

    id: int
    title: str
    #: Who handed it in or answers for it; empty where nobody is named.
    author: str
    #: Number of its version, and when that was published.
    version: int
    published: datetime
    address: str
    sheet: Mapping[str, Any]

    @property
    def day(self) -> str:
        return f"{self.published.astimezone(clock.TOKYO):%Y-%m-%d}"


def as_lines(cited: Cited, language: str) -> list[str]:
    """Lines to be copied: the item, and below it the sources that it was written from."""
    head = _(
        "%(author)s「%(title)s」SCカフェ 資料室、%(day)s（第%(version)s版）、%(address)s",
        author=cited.author or _("SCカフェ 事務局"),
        title=cited.title,
        day=known_text(cited.day, language),
        version=cited.version,
        address=cited.address,
    )
    return [head, *(_("出典：%(source)s", source=source) for source in _sources(cited.sheet, language))]


def _sources(sheet: Mapping[str, Any], language: str) -> Sequence[str]:
    return [source.line(source.address) for source in shown.sources(sheet.get("sources", ()), language)]


#: BibTeX counts braces even where they are escaped: so they are named instead.
_NAMED = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
} | {character: "\\" + character for character in "$&#_%"}


def escaped(text: str) -> str:
    """A text as it may stand in a field of BibTeX, on one line."""
    return "".join(_NAMED.get(character, character) for character in " ".join(text.split()))


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def as_bibtex(cited: Cited) -> str:
    """One entry in UTF-8. Inner braces keep a name from being taken apart, and a title's letters as they are."""
    fields = {
        "author": "{" + escaped(cited.author or "SCカフェ 事務局") + "}",
        "title": "{" + escaped(cited.title) + "}",
        "year": cited.day[:4],
        "howpublished": escaped("SCカフェ 資料室"),
        "note": escaped("; ".join([f"version {cited.version}, {cited.day}", *_sources(cited.sheet, "en")])),
        "url": cited.address,
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items()]
    lines.insert(3, f"  month = {_MONTHS[int(cited.day[5:7]) - 1]},")
    return f"@misc{{sccafe-library-{cited.id}-{cited.version},\n" + "\n".join(lines) + "\n}\n"


def as_json(cited: Cited) -> str:
    """The sheet by its keys, with where and when it was published."""
    said = {
        "id": cited.id,
        "version": cited.version,
        "published": cited.published.astimezone(clock.TOKYO).isoformat(timespec="seconds"),
        "address": cited.address,
    } | dict(cited.sheet)
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n"
