"""Reading a bundle and checking it: what its items are, and all that is wrong with it. Nothing is written here.

The form of a bundle is described in docs/operate/library.md.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, Final

from sccafe.core import clock, taxonomy, text_rules
from sccafe.core.audience import AUDIENCES, PUBLIC
from sccafe.library import fault_words, sheet, words
from sccafe.library.bundle_text import Keys, Line, Rows, decoded, lines, tree
from sccafe.library.bundles import Bundle, plain, read_text_of
from sccafe.library.faults import Fault, Unusable
from sccafe.library.models import KINDS
from sccafe.library.sheet import Sheet, Wrong

MOST_ITEMS: Final = 2_000
MOST_FILES: Final = 50
DESCRIPTION_LENGTH, REF_LENGTH = 200, 80
#: What a bundle says of an item beside its sheet.
OWN_KEYS: Final = ("ref", "audience", "owner", "checked_on", "state", "files")
#: published is the state of an item of which nothing is said.
STATES: Final = ("published", "draft", "archived")
_INDEXES: Final = ("index.csv", "index.yaml", "index.yml")
_REF = re.compile(rf"\w[\w.-]{{0,{REF_LENGTH - 1}}}")
_BETWEEN = re.compile(r"[;；\n]")
_BETWEEN_OPTIONS = re.compile(r"[;；、\n]")


@dataclass(frozen=True)
class Named:
    """A file that an item names: its path in the bundle, and what it holds."""

    name: str
    description: str
    line: int


@dataclass(frozen=True)
class Given:
    """One item of a bundle, whole and checked."""

    file: str
    #: Where it begins in that file, and where each of its keys stands.
    line: int
    lines: Mapping[str, int]
    ref: str
    sheet: Sheet
    audience: str
    #: A handle; empty for whoever imports.
    owner: str
    checked_on: date | None
    state: str
    files: tuple[Named, ...]
    #: What the caller of `read` wanted to be given beside these, as it stands there.
    more: Mapping[str, Any] = field(default_factory=dict)

    def fault(self, key: str, why: str, said: str = "", at: int = 0) -> Fault:
        return Fault(self.file, self.lines.get(key, self.line), key, why, said[:200], at)


@dataclass
class Read:
    """What a bundle holds, and what is wrong with it."""

    items: list[Given] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


@dataclass
class _Entry:
    """One item as it stands in its file."""

    file: str
    line: int
    values: dict[str, Any]
    lines: dict[str, int]

    def line_of(self, key: str, at: int = 0) -> int:
        value = self.values.get(key)
        if at and isinstance(value, Rows) and at <= len(value.lines):
            return value.lines[at - 1]
        return self.lines.get(key, self.line)


def read(bundle: Bundle, also: Collection[str] = ()) -> Read:
    """Everything in a bundle, and every fault; `also` are keys that the caller reads itself."""
    with fault_words.in_japanese():
        return _read(bundle, also)


def _read(bundle: Bundle, also: Collection[str]) -> Read:
    found = Read()
    names = bundle.names()
    try:
        entries = list(_entries(bundle, names, found))
    except Unusable as unusable:
        found.faults += unusable.faults
        return found
    if len(entries) > MOST_ITEMS:
        found.faults.append(Fault(bundle.name, 0, "", "many_items", str(MOST_ITEMS)))
        return found
    if not entries and not found.faults:
        found.faults.append(Fault(bundle.name, 0, "", "empty"))
    present, refs, titles = set(names), dict[str, Given](), dict[str, Given]()
    for entry in entries:
        faults: list[Fault] = []
        given = _given(entry, also, present, faults.append)
        for seen, key, value in ((refs, "ref", given.ref.lower()), (titles, "title", title_key(given.sheet))):
            if value and value in seen:
                other = seen[value]
                faults.append(given.fault(key, "twice", f"{other.file}:{other.line}"))
            elif value:
                seen[value] = given
        found.faults += sorted(faults, key=lambda fault: fault.line)
        found.items.append(given)
    return found


def title_key(said: Mapping[str, Any]) -> str:
    """A title as it is compared with others."""
    return sheet.normalised("".join(str(said.get("title", "")).split()))


# --- from files to entries ---------------------------------------------------------------------------------


def _entries(bundle: Bundle, names: list[str], found: Read) -> Iterator[_Entry]:
    indexes = [name for name in names if name in _INDEXES]
    single = [name for name in names if "/" not in name and name.endswith((".yaml", ".yml")) and name not in _INDEXES]
    if len(indexes) > 1:
        raise Unusable(Fault(bundle.name, 0, "", "indexes", "、".join(indexes)))
    if not indexes and not single:
        raise Unusable(Fault(bundle.name, 0, "", "no_index"))
    if len(single) > MOST_ITEMS:
        raise Unusable(Fault(bundle.name, 0, "", "many_items", str(MOST_ITEMS)))
    if indexes and indexes[0] == "index.csv":
        yield from _of_csv(bundle, indexes[0])
    elif indexes:
        yield from _of_index(bundle, indexes[0])
    else:
        for name in single:
            try:
                yield _of_mapping(tree(decoded(read_text_of(bundle, name), name), name), name, name.rpartition(".")[0])
            except Unusable as unusable:
                found.faults += unusable.faults


def _of_mapping(node: Any, name: str, ref: str = "") -> _Entry:
    if not isinstance(node, Keys):
        raise Unusable(Fault(name, 1, "", "no_mapping"))
    if ref:
        node.setdefault("ref", ref)
    return _Entry(name, node.line, node, node.lines)


def _of_index(bundle: Bundle, name: str) -> Iterator[_Entry]:
    found = tree(decoded(read_text_of(bundle, name), name), name)
    if isinstance(found, Keys) and set(found) == {"items"}:
        found = found["items"]
    if not isinstance(found, Rows):
        raise Unusable(Fault(name, 1, "", "no_list"))
    for node, line in zip(found, found.lines, strict=True):
        if not isinstance(node, Keys):
            raise Unusable(Fault(name, line, "", "no_mapping"))
        yield _of_mapping(node, name)


def _of_csv(bundle: Bundle, name: str) -> Iterator[_Entry]:
    columns, rows = lines(decoded(read_text_of(bundle, name), name), name)
    known = _columns()
    unknown = [column for column in columns if column and column not in known]
    if unknown or not columns:
        raise Unusable(*(Fault(name, 1, "", "column", column[:60]) for column in unknown or [""]))
    keys = [known[column] for column in columns if column]
    twice = [key for key in keys if keys.count(key) > 1]
    if twice:
        raise Unusable(Fault(name, 1, "", "column_twice", twice[0]))
    for row in rows:
        yield _of_line(name, row, known)


def _of_line(name: str, row: Line, known: Mapping[str, str]) -> _Entry:
    values: dict[str, Any] = {known[column]: cell for column, cell in row.cells.items()}
    source = {key: values.pop(f"source_{key}") for key in sheet.SOURCE_KEYS if f"source_{key}" in values}
    if source:
        values["sources"] = [source]
    return _Entry(name, row.line, values, {})


def _columns() -> dict[str, str]:
    """The keys of a spreadsheet's columns, by what may stand in its first line."""
    keys = [key for key in (*(part.key for part in sheet.PARTS), *OWN_KEYS) if key != "sources"]
    found = {key: key for key in keys} | {fault_words.key(key): key for key in keys}
    for key in sheet.SOURCE_KEYS:
        found |= {f"source_{key}": f"source_{key}", fault_words.source_column(key): f"source_{key}"}
    return found


# --- from an entry to an item ------------------------------------------------------------------------------

_Tell = Callable[[Fault], None]


def _given(entry: _Entry, also: Collection[str], present: Collection[str], tell: _Tell) -> Given:
    """The item that an entry gives, as far as it can be read; what is wrong is told."""

    told: dict[Fault, None] = {}

    def wrong(key: str, why: str, said: Any = "", at: int = 0) -> None:
        fault = Fault(entry.file, entry.line_of(key, at), key, why, str(said)[:200], at)
        if fault not in told:
            told[fault] = None
            tell(fault)

    values = {key: value for key, value in entry.values.items() if value is not None}
    more = {key: values.pop(key) for key in also if key in values}
    for key in [key for key in values if key not in sheet.BY_KEY and key not in OWN_KEYS]:
        wrong(key, "unknown", key)
        del values[key]
    for key in [key for key, value in values.items() if not _is_well_formed(value)]:
        wrong(key, "form")
        del values[key]
    own = {key: values.pop(key, "") for key in OWN_KEYS}
    said = _sheet(values, wrong)
    state = str(own["state"] or "published")
    if state not in STATES:
        wrong("state", "state", state)
    elif state != "draft":
        wrong_keys = {fault.key for fault in told}
        if "prefecture" in wrong_keys:
            wrong_keys.add("municipality")
        for key in [*([] if values.get("kind") else ["kind"]), *sheet.missing(said)]:
            if key not in wrong_keys:  # it is there, and wrong
                wrong(key, "missing")
    return Given(
        file=entry.file,
        line=entry.line,
        lines=entry.lines,
        ref=_ref(own["ref"], wrong),
        sheet=said,
        audience=_audience(own["audience"], wrong),
        owner=_line(own["owner"], "owner", wrong),
        checked_on=_checked_on(own["checked_on"], wrong),
        state=state,
        files=tuple(_files(entry, own["files"], present, wrong)),
        more=more,
    )


_Wrong = Callable[..., None]


def _is_well_formed(value: Any) -> bool:
    """A text, or a list of texts or of mappings of texts: nothing in a bundle is deeper."""
    if isinstance(value, str):
        return True
    if not isinstance(value, list):
        return False
    return all(
        isinstance(row, str)
        or (isinstance(row, dict) and all(isinstance(cell, str) or cell is None for cell in row.values()))
        for row in value
    )


def _sheet(values: dict[str, Any], wrong: _Wrong) -> Sheet:
    """The sheet of these values: names and labels become keys and codes."""
    kind = _key_of(values.get("kind", ""), {words.kind(key): key for key in KINDS})
    if kind:
        values["kind"] = kind
    for part in sheet.PARTS:
        value = values.get(part.key)
        if not value:
            continue
        if kind in KINDS and kind not in part.kinds:
            wrong(part.key, "not_of_kind", words.kind(kind))
        elif part.form == "option" and part.options and isinstance(value, str):
            values[part.key] = _key_of(value, _labels(part.options))
        elif part.form == "options":
            values[part.key] = _options(value, part.options)
        elif part.form in ("events", "results") and isinstance(value, str):
            try:
                values[part.key] = (sheet.events_from if part.form == "events" else sheet.results_from)(value)
            except Wrong as unread:
                wrong(unread.key, unread.why, unread.said, unread.at)
                del values[part.key]
    _place(values, wrong)
    said, problems = sheet.checked(values)
    for problem in problems:
        wrong(problem.key, problem.why, problem.said, problem.at)
    for key in sheet.TEXTS:
        try:
            text_rules.check(said.get(key, ""))
        except text_rules.TextRefused as refused:
            wrong(key, f"text_{refused.rule}")
    return said


def _key_of(value: Any, labels: Mapping[str, str]) -> Any:
    """The key that a label stands for; a key, and what is neither, stays as it is."""
    return labels.get(value.strip(), value.strip()) if isinstance(value, str) else value


@cache
def _labels(options: str) -> dict[str, str]:
    return {label: option.key for option in taxonomy.options(options) for label in (option.ja, option.en)}


def _options(value: Any, options: str) -> Any:
    labels = _labels(options)
    if isinstance(value, str):
        # A label may hold a comma of its own: what is a label as it stands is not taken apart.
        pieces = [piece.strip() for piece in _BETWEEN.split(value)]
        value = [
            part.strip()
            for piece in pieces
            for part in ([piece] if piece in labels else _BETWEEN_OPTIONS.split(piece))
            if part.strip()
        ]
    return [_key_of(each, labels) for each in value]


@cache
def _towns() -> dict[str, list[taxonomy.Municipality]]:
    found: dict[str, list[taxonomy.Municipality]] = {}
    for town in taxonomy.municipalities().values():
        found.setdefault(town.name, []).append(town)
    return found


def _place(values: dict[str, Any], wrong: _Wrong) -> None:
    """Codes for the names of a prefecture and of a municipality in it; codes stay."""
    names = {name: code for code, name in taxonomy.prefectures().items()}
    prefecture, town = (values.pop(key, "") for key in ("prefecture", "municipality"))
    for key, value in (("prefecture", prefecture), ("municipality", town)):
        if not isinstance(value, str):
            wrong(key, "text")
            return
    prefecture, town = prefecture.strip(), town.strip()
    code = names.get(prefecture, prefecture)
    if code and code not in taxonomy.prefectures():
        wrong("prefecture", "prefecture", prefecture)
        return
    if code:
        values["prefecture"] = code
    by_code = taxonomy.municipalities().get(town)
    found = [by_code] if by_code else _towns().get(town, [])
    found = [each for each in found if code in ("", each.prefecture_code)]
    if len(found) == 1:
        values["municipality"] = found[0].code
    elif town:
        wrong("municipality", "several_towns" if found else "municipality", town)


def _ref(value: Any, wrong: _Wrong) -> str:
    if not value:
        wrong("ref", "missing")
    elif not isinstance(value, str) or not _REF.fullmatch(value) or value.lower() == "index":
        wrong("ref", "ref", value)
    else:
        return plain(value)
    return ""


def _audience(value: Any, wrong: _Wrong) -> str:
    if value and value not in AUDIENCES:
        wrong("audience", "audience", value)
    return str(value) if value in AUDIENCES else PUBLIC


def _line(value: Any, key: str, wrong: _Wrong) -> str:
    if isinstance(value, str):
        return plain(" ".join(text_rules.normalise(value).split()))
    wrong(key, "text")
    return ""


def _checked_on(value: Any, wrong: _Wrong) -> date | None:
    if not value:
        return None
    try:
        # Spreadsheets write 2026/4/1.
        found = re.fullmatch(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})", str(value))
        day = date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        day = None
    if day is None or day > clock.today():
        wrong("checked_on", "checked_on", value)
        return None
    return day


def _files(entry: _Entry, value: Any, present: Collection[str], wrong: _Wrong) -> Iterator[Named]:
    if isinstance(value, str):
        pieces = [piece for piece in _BETWEEN.split(value) if piece.strip()]
        value = [
            dict(zip(("name", "description"), re.split(r"[|｜]", piece, maxsplit=1), strict=False)) for piece in pieces
        ]
    if len(value) > MOST_FILES:
        wrong("files", "many_files", MOST_FILES)
        return
    seen: set[str] = set()
    for at, row in enumerate(value, 1):
        row = {"name": row} if isinstance(row, str) else row
        unknown = [key for key in row if key not in ("name", "description")]
        name = plain((row.get("name") or "").strip())
        description = " ".join(text_rules.normalise(row.get("description") or "").split())
        if unknown:
            wrong("files", "unknown", unknown[0], at)
        elif name not in present:
            wrong("files", "no_file", name, at)
        elif name in seen:
            wrong("files", "file_twice", name, at)
        elif len(description) > DESCRIPTION_LENGTH:
            wrong("files", "long", len(description), at)
        else:
            seen.add(name)
            yield Named(name, description, entry.line_of("files", at))
