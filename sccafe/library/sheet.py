"""The sheet: what an item of the library says, part by part.

A sheet is a dict of the parts' keys. A part that says nothing is left out. This one list is behind the form, the page,
the comparison of versions, the automatic checks, import and export.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit

from sccafe.core import taxonomy, text_rules
from sccafe.core.markup import render
from sccafe.library.models import KINDS

Sheet = dict[str, Any]

TITLE_LENGTH, SUMMARY_LENGTH, LINE_LENGTH, TEXT_LENGTH = 100, 160, 200, 10_000
MOST_SOURCES, MOST_LINES = 20, 100
#: Parts of one source.
SOURCE_KEYS: Final = ("author", "title", "year", "address", "licence", "page")
RESULT_KEYS: Final = ("what", "value", "unit", "year", "page")
#: A year that a source or a figure can have.
_YEARS = range(1868, 2101)
_ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}

CASE: Final = frozenset({"case"})
ALL: Final = frozenset(KINDS)


@dataclass(frozen=True)
class Part:
    """One part of the sheet.

    `form` says what its value is: line, text (Markdown) and address are str; option is a key of `options`, and options
    a list of keys; prefecture and municipality are codes; number is a str of digits with at most one point; events,
    results and sources are lists of dicts.
    """

    key: str
    form: str
    #: The option list it is chosen from.
    options: str = ""
    kinds: frozenset[str] = ALL
    most: int = LINE_LENGTH


PARTS: Final = (
    Part("title", "line", most=TITLE_LENGTH),
    Part("kind", "option"),
    Part("collection", "option", "library_collection"),
    Part("summary", "line", most=SUMMARY_LENGTH),
    Part("prefecture", "prefecture"),
    Part("municipality", "municipality"),
    Part("population", "option", "population_band", CASE),
    Part("ageing_rate", "number", kinds=CASE),
    Part("layer", "option", "coordinator_layer"),
    Part("carried_by", "line", kinds=CASE, most=400),
    Part("partners", "options", "partner", CASE),
    Part("target", "line", most=400),
    Part("began", "text", most=TEXT_LENGTH),
    Part("events", "events"),
    Part("body", "text", most=20_000),
    Part("money", "text", kinds=CASE, most=TEXT_LENGTH),
    Part("results", "results"),
    Part("failed", "text", most=TEXT_LENGTH),
    Part("lessons", "text", most=TEXT_LENGTH),
    Part("themes", "options", "theme"),
    Part("functions", "options", "sc_function"),
    Part("stage", "option", "stage"),
    Part("video", "address", kinds=frozenset({"video"}), most=400),
    Part("sources", "sources"),
)
BY_KEY: Final = {part.key: part for part in PARTS}
TEXTS: Final = tuple(part.key for part in PARTS if part.form == "text")

#: What an item of a kind needs before it can be published.
_NEEDED: Final = ("title", "body", "sources")
_NEEDED_OF: Final = {"case": ("municipality",), "video": ("video",)}


def parts_of(kind: str) -> tuple[Part, ...]:
    """The parts that a kind of item has, in the order of the sheet."""
    return tuple(part for part in PARTS if kind in part.kinds)


def missing(sheet: Mapping[str, Any]) -> list[str]:
    """The keys of the parts that have to be there before it can be published, and are not.

    A case about no single municipality (a chain of shops, a story that must not be recognised) says so in its
    sources or by its prefecture alone: `carried_by` then takes the place of the municipality.
    """
    needed = [*_NEEDED, *_NEEDED_OF.get(sheet.get("kind", "case"), ())]
    found = [key for key in needed if not sheet.get(key)]
    if "municipality" in found and sheet.get("carried_by"):
        found.remove("municipality")
    return sorted(found, key=[part.key for part in PARTS].index)


class Wrong(ValueError):
    """A value that does not fit its part: `key` names the part, `why` is one of the reasons of words.py, `at` the line
    (from 1, 0 for the whole), `said` what stood there."""

    def __init__(self, key: str, why: str, at: int = 0, said: str = "") -> None:
        super().__init__(f"{key}: {why}" + (f" (line {at})" if at else ""))
        self.key, self.why, self.at, self.said = key, why, at, said


def clean(values: Mapping[str, Any]) -> Sheet:
    """A sheet of these values: normalised, and without empty parts and those that its kind has not.

    Raises Wrong for the first value that does not fit; `problems` finds them all.
    """
    sheet, wrong = checked(values)
    if wrong:
        raise wrong[0]
    return sheet


def checked(values: Mapping[str, Any]) -> tuple[Sheet, list[Wrong]]:
    """The parts that fit, and what is wrong with the others."""
    kind = values.get("kind") or "case"
    sheet: Sheet = {}
    wrong: list[Wrong] = [Wrong(key, "unknown") for key in values if key not in BY_KEY]
    if kind not in KINDS:
        wrong.append(Wrong("kind", "option", said=str(kind)))
        kind = "case"
    for part in parts_of(kind):
        try:
            value = _cleaned(part, values.get(part.key))
        except Wrong as problem:
            wrong.append(problem)
        else:
            if value:
                sheet[part.key] = value
    town = taxonomy.municipalities().get(sheet.get("municipality", ""))
    if town:
        sheet["prefecture"] = town.prefecture_code
    sheet["kind"] = kind
    return {part.key: sheet[part.key] for part in PARTS if part.key in sheet}, wrong


def _cleaned(part: Part, value: Any) -> Any:
    if value is None or value == "" or value == []:
        return None
    if part.form in ("line", "text", "address"):
        return _words(part, value)
    if part.form == "number":
        return _number(part.key, value)
    if part.form == "option":
        keys = KINDS if part.key == "kind" else tuple(option.key for option in taxonomy.options(part.options))
        if value not in keys:
            raise Wrong(part.key, "option", said=str(value))
        return value
    if part.form == "options":
        if not isinstance(value, list):
            raise Wrong(part.key, "list")
        for key in value:
            if not isinstance(key, str) or not taxonomy.has(part.options, key):
                raise Wrong(part.key, "option", said=str(key))
        return list(dict.fromkeys(value))
    if part.form == "prefecture":
        if value not in taxonomy.prefectures():
            raise Wrong(part.key, "prefecture", said=str(value))
        return value
    if part.form == "municipality":
        if value not in taxonomy.municipalities():
            raise Wrong(part.key, "municipality", said=str(value))
        return value
    if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
        raise Wrong(part.key, "list")
    if len(value) > (MOST_SOURCES if part.form == "sources" else MOST_LINES):
        raise Wrong(part.key, "many")
    row_of = {"events": _event, "results": _result, "sources": _source}[part.form]
    rows = [row_of(part.key, row, at) for at, row in enumerate(value, 1)]
    rows = [row for row in rows if row]
    return sorted(rows, key=lambda row: row["on"]) if part.form == "events" else rows


def _words(part: Part, value: Any, at: int = 0) -> str:
    if not isinstance(value, str):
        raise Wrong(part.key, "text", at)
    text = text_rules.normalise(value).strip()
    if part.form != "text":
        text = " ".join(text.split())
    if len(text) > part.most:
        raise Wrong(part.key, "long", at, said=str(len(text)))
    if part.form == "address" and text:
        check_address(part.key, text, at)
    return text


def check_address(key: str, text: str, at: int = 0) -> None:
    """Raises Wrong for what is no address of the web, complete with http:// or https://."""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        parts, host = None, ""
    if parts is None or parts.scheme not in ("http", "https") or "." not in host or any(c.isspace() for c in text):
        raise Wrong(key, "address", at, said=text)


def _number(key: str, value: Any, at: int = 0) -> str:
    text = unicodedata.normalize("NFKC", str(value)).strip().rstrip("%").replace(",", "").strip()
    if isinstance(value, bool) or not re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,4})?", text):
        raise Wrong(key, "number", at, said=str(value))
    return text


def _year(key: str, value: Any, at: int) -> int:
    text = unicodedata.normalize("NFKC", str(value)).strip()
    found = re.fullmatch(r"(明治|大正|昭和|平成|令和)?\s*(\d{1,4}|元)\s*(?:年度?)?", text)
    if found:
        number = 1 if found[2] == "元" else int(found[2])
        year = _ERAS[found[1]] + number if found[1] else number
        if year in _YEARS:
            return year
    raise Wrong(key, "year", at, said=str(value))


def _event(key: str, row: Mapping[str, Any], at: int) -> dict[str, Any]:
    _refuse_unknown(key, row, ("on", "what"), at)
    what = _words(Part(key, "line", most=400), row.get("what") or "", at)
    if not what and not row.get("on"):
        return {}
    if not what:
        raise Wrong(key, "event", at, said=str(row.get("on")))
    return {"on": _day(key, row.get("on"), at), "what": what}


def _day(key: str, value: Any, at: int) -> str:
    """A date as far as it is known: 2016, 2016-04 or 2016-04-01."""
    text = str(value.isoformat() if isinstance(value, date) else value or "")
    found = re.fullmatch(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", text)
    if found is None or int(found[1]) not in _YEARS:
        raise Wrong(key, "day", at, said=text)
    try:
        date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        raise Wrong(key, "day", at, said=text) from None
    return text


def _result(key: str, row: Mapping[str, Any], at: int) -> dict[str, Any]:
    _refuse_unknown(key, row, RESULT_KEYS, at)
    line = Part(key, "line")
    found: dict[str, Any] = {name: _words(line, str(row.get(name) or ""), at) for name in ("what", "unit", "page")}
    if not any(row.get(name) not in (None, "") for name in RESULT_KEYS):
        return {}
    if not found["what"] or row.get("value") in (None, ""):
        raise Wrong(key, "result", at, said=found["what"])
    found["value"] = _number(key, row["value"], at)
    if row.get("year"):
        found["year"] = _year(key, row["year"], at)
    return {name: found[name] for name in RESULT_KEYS if found.get(name)}


def _source(key: str, row: Mapping[str, Any], at: int) -> dict[str, Any]:
    _refuse_unknown(key, row, SOURCE_KEYS, at)
    line = Part(key, "line", most=300)
    found: dict[str, Any] = {
        name: _words(line, str(row.get(name) or ""), at) for name in ("author", "title", "address", "licence", "page")
    }
    if not any(row.get(name) for name in SOURCE_KEYS):
        return {}
    if not found["title"]:
        raise Wrong(key, "source", at)
    if found["address"]:
        check_address(key, found["address"], at)
    if row.get("year"):
        found["year"] = _year(key, row["year"], at)
    return {name: found[name] for name in SOURCE_KEYS if found.get(name)}


def _refuse_unknown(key: str, row: Mapping[str, Any], known: Iterable[str], at: int) -> None:
    unknown = [name for name in row if name not in known]
    if unknown:
        raise Wrong(key, "unknown", at, said=str(unknown[0]))


# --- lines, as people write events and figures in a form --------------------------------------------------

_YEAR_PATTERN = r"(?:明治|大正|昭和|平成|令和)?\s*(?:\d{1,4}|元)"
_LINE_DAY = re.compile(
    rf"({_YEAR_PATTERN})"
    r"(?:年度?(?:(\d{1,2})月(?:(\d{1,2})日)?)?|[-/.／．－](\d{1,2})(?:[-/.／．－](\d{1,2}))?(?!\d)|(?!\d))"
    # What follows a space is the event's own: 「2020年5月 はじめた」 has lost no は.
    r"(?:には|に|は(?=[、\s]))?(?:、|：|:|\s)*(.*)"
)
_LINE_RESULT = re.compile(
    rf"(?:(?P<year>{_YEAR_PATTERN}\s*年度?)[\s、：:]+)?"
    r"(?P<what>.+?)[\s：:]+(?P<value>[\d,，]+(?:[.．]\d+)?)\s*(?P<unit>[^\d\s(（]*)\s*(?:[(（](?P<page>.+)[)）])?"
)


def events_from(text: str) -> list[dict[str, str]]:
    """Events of lines such as 「2016年4月 話し合いを始めた」, 「令和2年 …」, 「2016-04-01 …」. Raises Wrong."""
    events = []
    for at, line in _lines(text):
        found = _LINE_DAY.fullmatch(line)
        if found is None or not found[6]:
            raise Wrong("events", "event", at, said=line)
        rest = (found[2] or found[4], found[3] or found[5])
        day = f"{_year('events', found[1], at):04}" + "".join(f"-{int(part):02}" for part in rest if part)
        events.append({"on": _day("events", day, at), "what": found[6]})
    return events


def events_text(events: Iterable[Mapping[str, str]]) -> str:
    """The same lines, for the form."""
    return "\n".join(f"{event['on']} {event['what']}" for event in events)


def results_from(text: str) -> list[dict[str, Any]]:
    """Figures of lines such as 「2019年 登録している担い手 120人（12ページ）」. Raises Wrong."""
    results = []
    for at, line in _lines(text):
        found = _LINE_RESULT.fullmatch(line)
        if found is None:
            raise Wrong("results", "result", at, said=line)
        row: dict[str, Any] = {name: value for name, value in found.groupdict().items() if value}
        row["value"] = _number("results", row["value"], at)
        if "year" in row:
            row["year"] = _year("results", row["year"], at)
        results.append(row)
    return results


def results_text(results: Iterable[Mapping[str, Any]]) -> str:
    """The same lines, for the form."""
    lines = []
    for row in results:
        year = f"{row['year']}年 " if row.get("year") else ""
        page = f"（{row['page']}）" if row.get("page") else ""
        lines.append(f"{year}{row['what']} {row['value']}{row.get('unit', '')}{page}")
    return "\n".join(lines)


def _lines(text: str) -> list[tuple[int, str]]:
    """The lines that say something, with their numbers."""
    lines = enumerate(text_rules.normalise(text).splitlines(), 1)
    return [(at, line.strip()) for at, line in lines if line.strip()]


# --- what follows from a sheet -----------------------------------------------------------------------------


def rendered(sheet: Sheet) -> dict[str, str]:
    """The safe HTML of its texts, by their keys. Raises text_rules.TextRefused. Slow: not inside a transaction."""
    return {key: render(sheet[key]) for key in TEXTS if sheet.get(key)}


def year_of(sheet: Sheet) -> str:
    """The year by which an item is found: of its newest source."""
    return max((str(source["year"]) for source in sheet.get("sources", ()) if source.get("year")), default="")


def tags_of(sheet: Sheet) -> str:
    """All that an item is found by, as `facet:value` with spaces between."""
    single = {"kind": "kind", "collection": "collection", "prefecture": "prefecture", "population": "population"}
    single |= {"stage": "stage"}
    several = {"theme": "themes", "function": "functions", "partner": "partners"}
    found = [f"{facet}:{sheet[key]}" for facet, key in single.items() if sheet.get(key)]
    found += [f"{facet}:{value}" for facet, key in several.items() for value in sheet.get(key, ())]
    year = year_of(sheet)
    return " ".join([*found, f"year:{year}"] if year else found)


def normalised(text: str) -> str:
    """As texts are compared in a search: NFKC, small letters."""
    return unicodedata.normalize("NFKC", text).lower()


def said(sheet: Sheet) -> str:
    """All its words but the title, a line for each."""
    lines = [str(sheet.get(part.key, "")) for part in PARTS if part.form in ("line", "text") and part.key != "title"]
    lines += [event["what"] for event in sheet.get("events", ())]
    lines += [f"{row['what']} {row['value']}{row.get('unit', '')}" for row in sheet.get("results", ())]
    for source in sheet.get("sources", ()):
        lines.append(" ".join(str(source.get(name, "")) for name in ("author", "title")))
    lines.append(taxonomy.place(sheet.get("prefecture", ""), sheet.get("municipality", "")))
    return "\n".join(filter(None, lines))
