"""What is shown of a sheet: its parts turned into words. `sheet` gives the whole as a page or a hand-out reads it;
`parts` gives it part by part, as those who work on it and whoever compares two versions see it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode, urlsplit

from markupsafe import Markup
from sqlalchemy import Row

from sccafe.boards import files_shown
from sccafe.boards.files_shown import FileShown
from sccafe.core import clock, taxonomy
from sccafe.core.formats import known_text
from sccafe.core.language import gettext as _
from sccafe.library import files as library_files
from sccafe.library import words
from sccafe.library.sheet import BY_KEY, TEXTS, Part, parts_of

#: A word that leads into the list of all items that carry it; an empty address is a word alone.
Link = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the list of facts: one or several words, some of which lead on."""

    label: str
    links: Sequence[Link]


@dataclass(frozen=True, slots=True)
class TextShown:
    """A part that is a text, under its name; `key` is the part's."""

    key: str
    label: str
    html: Markup


@dataclass(frozen=True, slots=True)
class Source:
    """One source, as it is read in a list of sources."""

    author: str
    title: str
    #: Year and page, in words.
    where: str
    address: str
    licence: str
    separator: str

    def line(self, *also: str) -> str:
        """Who, what, when and where in it, and what else is given, in one line."""
        said = (self.author, _("『%(title)s』", title=self.title), self.where, *also)
        return self.separator.join(filter(None, said))


@dataclass(frozen=True, slots=True)
class SheetShown:
    """A whole sheet; templates/library/_sheet.html shows it."""

    kind: str
    kind_label: str
    title: str
    summary: str
    facts: Sequence[Fact]
    #: By their keys: began, body, money, failed, lessons; those that say something.
    texts: Mapping[str, TextShown]
    #: (day in words, what happened)
    events: Sequence[tuple[str, str]]
    #: (year, what, value with its unit, page), in words.
    results: Sequence[tuple[str, str, str, str]]
    #: The address of a video, and the host it leads to.
    video: str = ""
    video_host: str = ""
    sources: Sequence[Source] = ()
    #: By what it is found: (name of the list, words)
    found_by: Sequence[Fact] = field(default=())


def sheet(said: Mapping[str, Any], html: Mapping[str, str], language: str) -> SheetShown:
    """A sheet (sheet.py) with the HTML of its texts, in the reader's language; nothing else is read."""
    kind = said.get("kind", "case")
    video = said.get("video", "")
    return SheetShown(
        kind=kind,
        kind_label=words.kind(kind),
        title=said.get("title", ""),
        summary=said.get("summary", ""),
        facts=_facts(said, language),
        texts={key: TextShown(key, label(key, kind), Markup(html[key])) for key in TEXTS if html.get(key)},  # noqa: S704
        events=events(said.get("events", ()), language),
        results=results(said.get("results", ()), language),
        video=video,
        video_host=urlsplit(video).hostname or "" if video else "",
        sources=sources(said.get("sources", ()), language),
        found_by=_found_by(said, language),
    )


def label(key: str, kind: str) -> str:
    """What a part is called in an item of this kind: what a material says is nothing that somebody does."""
    if kind == "qa" and key in ("began", "body"):
        return _("質問") if key == "began" else _("答え")
    return _("内容") if key == "body" and kind != "case" else words.part(key)


def events(rows: Iterable[Mapping[str, str]], language: str) -> list[tuple[str, str]]:
    """What happened when: (day in words, what)."""
    return [(known_text(row["on"], language), row["what"]) for row in rows]


def results(rows: Iterable[Mapping[str, Any]], language: str) -> list[tuple[str, str, str, str]]:
    """Figures: (year, what, value with its unit, page), in words."""
    return [
        (
            _year(row, language),
            row["what"],
            _grouped(row["value"]) + row.get("unit", ""),
            page_text(row.get("page", "")),
        )
        for row in rows
    ]


def sources(rows: Iterable[Mapping[str, Any]], language: str) -> list[Source]:
    """Sources, in the order of the sheet."""
    between = ", " if language == "en" else "、"
    return [
        Source(
            author=row.get("author", ""),
            title=row["title"],
            where=between.join(filter(None, (_year(row, language), page_text(row.get("page", ""))))),
            address=row.get("address", ""),
            licence=row.get("licence", ""),
            separator=between,
        )
        for row in rows
    ]


def _year(row: Mapping[str, Any], language: str) -> str:
    return known_text(str(row["year"]), language) if row.get("year") else ""


def page_text(page: str) -> str:
    """12 as 12ページ; what is more than numbers already says what it is."""
    return _("%(page)sページ", page=page) if re.fullmatch(r"[0-9]+(?:[-–~～、,][0-9]+)*", page) else page


def files(rows: Sequence[Row[Any]], language: str) -> list[FileShown]:
    """The rows of `queries.files_of`, each with what it shows."""
    found = files_shown.of(rows, language, "/library/files")
    return [
        replace(
            file,
            id=row.id,
            description=row.description,
            inside=f"/library/files/{row.id}/preview" if library_files.pages_shown(row.kind, row.page_count) else "",
        )
        for file, row in zip(found, rows, strict=True)
    ]


def is_overdue(due_on: date | None) -> bool:
    """Whether the day by which an item was to be checked has passed."""
    return due_on is not None and due_on < clock.today()


def place(said: Mapping[str, Any]) -> str:
    return taxonomy.place(said.get("prefecture", ""), said.get("municipality", ""))


def _grouped(value: str) -> str:
    """12000 as 12,000."""
    whole, point, rest = value.partition(".")
    return f"{int(whole):,}{point}{rest}"


def _named(name: str, keys: Iterable[str], language: str) -> list[tuple[str, str]]:
    """Keys of an option list with what they are called; retired ones are left out."""
    return [(said, key) for key in keys if key and (said := taxonomy.label(name, key, language))]


def _options(name: str, keys: Iterable[str], facet: str, language: str) -> list[Link]:
    """Keys of an option list as words that lead to what else carries them."""
    return [(said, _list(facet, key) if facet else "") for said, key in _named(name, keys, language)]


def _list(facet: str, value: str) -> str:
    return "/library?" + urlencode({facet: value})


def _facts(said: Mapping[str, Any], language: str) -> list[Fact]:
    where = [(place(said), _list("prefecture", said["prefecture"]))] if said.get("prefecture") else []
    rate = said.get("ageing_rate", "")
    found: list[tuple[str, list[Link]]] = [
        (_("まち"), where),
        (words.part("population"), _options("population_band", [said.get("population", "")], "population", language)),
        (_("高齢化率"), [(f"{rate}%", "")] if rate else []),
        (words.part("layer"), _options("coordinator_layer", [said.get("layer", "")], "", language)),
        (words.part("carried_by"), _plain(said, "carried_by")),
        (words.part("partners"), _options("partner", said.get("partners", ()), "partner", language)),
        (words.part("target"), _plain(said, "target")),
    ]
    return [Fact(label, links) for label, links in found if links]


def _plain(said: Mapping[str, Any], key: str) -> list[Link]:
    return [(said[key], "")] if said.get(key) else []


def _found_by(said: Mapping[str, Any], language: str) -> list[Fact]:
    single, several = ("collection", "stage"), {"theme": "themes", "function": "functions"}
    keys = {facet: said.get(part, ()) for facet, part in several.items()}
    keys |= {facet: [said.get(facet, "")] for facet in single}
    options = {"theme": "theme", "function": "sc_function"}
    found = [
        (words.facet(facet), _options(options.get(facet) or BY_KEY[facet].options, keys[facet], facet, language))
        for facet in ("theme", "function", "stage", "collection")
    ]
    return [Fact(label, links) for label, links in found if links]


# --- part by part ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PartShown:
    """A part of a sheet: its safe HTML where it is a text, else its lines."""

    key: str
    label: str
    html: Markup = Markup()
    lines: Sequence[str] = ()
    #: Where it leads, for an address.
    href: str = ""


def parts(said: Mapping[str, Any], html: Mapping[str, str], language: str, empty: bool = False) -> list[PartShown]:
    """What a sheet says, in its order; also the parts that say nothing where `empty` is asked for."""
    kind = said.get("kind", "case")
    return [
        _part(part, label(part.key, kind), said.get(part.key), html, language)
        for part in parts_of(kind)
        if said.get(part.key) or empty
    ]


def _part(part: Part, name: str, value: Any, html: Mapping[str, str], language: str) -> PartShown:
    if part.form == "text":
        return PartShown(part.key, name, html=Markup(html.get(part.key, "")))  # noqa: S704  the renderer's own
    href = value if part.form == "address" and value else ""
    return PartShown(part.key, name, lines=lines(part, value, language), href=href)


def lines(part: Part, value: Any, language: str) -> list[str]:
    """What a part that is no text says, in lines of words."""
    if not value:
        return []
    match part.form:
        case "option" if part.key == "kind":
            return [words.kind(value)]
        case "option" | "options":
            keys = [value] if part.form == "option" else value
            return [_("、").join(name for name, _key in _named(part.options, keys, language))]
        case "prefecture":
            return [taxonomy.place(value, "")]
        case "municipality":
            return [taxonomy.place("", value)]
        case "events":
            return [f"{day} {what}" for day, what in events(value, language)]
        case "results":
            return [_figure(*row) for row in results(value, language)]
        case "sources":
            return [source.line(source.licence, source.address) for source in sources(value, language)]
    return str(value).splitlines()


def _figure(year: str, what: str, value: str, page: str) -> str:
    return " ".join(filter(None, (year, what, value))) + (_("（%(page)s）", page=page) if page else "")
