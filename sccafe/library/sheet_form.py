"""The sheet as a form: what is shown in its fields, and what was typed into them.

It follows the one list of parts (sheet.py), so that a part that is added there has its field here. Events and figures
are typed as lines, sources in as many sets of six fields as are wanted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from werkzeug.datastructures import MultiDict
from wtforms import ValidationError

from sccafe.accounts.forms.people import municipality_meant
from sccafe.core import taxonomy
from sccafe.core.language import gettext as _
from sccafe.core.markup import render
from sccafe.core.text_rules import TextRefused, normalise
from sccafe.library import sheet as sheets
from sccafe.library import shown, words
from sccafe.library.models import KINDS
from sccafe.library.service import Said
from sccafe.library.sheet import BY_KEY, MOST_SOURCES, PARTS, SOURCE_KEYS, Part, Sheet, Wrong

#: The parts under their headings, in the order of the page.
GROUPS: Final = (
    ("start", ("title", "kind", "collection", "summary")),
    (
        "where",
        ("prefecture", "municipality", "population", "ageing_rate", "layer", "carried_by", "partners", "target"),
    ),
    ("doing", ("began", "events", "body", "video", "money")),
    ("learnt", ("results", "failed", "lessons")),
    ("find", ("themes", "functions", "stage")),
    ("sources", ("sources",)),
)


def heading(group: str) -> str:
    """What stands above a group of parts."""
    found: dict[str, str] = {
        "start": _("はじめに"),
        "where": _("どこで、だれが"),
        "doing": _("取り組みと経過"),
        "learnt": _("結果と、わかったこと"),
        "find": _("さがすときの手がかり"),
        "sources": _("出典"),
        "files": _("ファイル"),
    }
    return found[group]


@dataclass(slots=True)
class FieldShown:
    """A part as a field: `form` says which control it gets, `value` what stands in it."""

    key: str
    label: str
    hint: str
    form: str
    value: Any
    most: int
    #: Asked for before it can be published.
    needed: bool
    choices: list[tuple[str, str]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    #: Of sources: what is wrong with each, by its number.
    row_errors: dict[int, list[str]] = field(default_factory=dict)


class SheetForm:
    """What stands in the fields, as text; after `said` also what is wrong with it."""

    def __init__(self, typed: dict[str, Any]) -> None:
        self.typed = typed
        self.errors: dict[str, list[str]] = {}
        self.row_errors: dict[int, list[str]] = {}

    @classmethod
    def of(cls, sheet: Mapping[str, Any]) -> "SheetForm":
        """The form of what a version says."""
        typed: dict[str, Any] = {}
        for part in PARTS:
            value = sheet.get(part.key)
            if part.form == "events":
                value = sheets.events_text(value or ())
            elif part.form == "results":
                value = sheets.results_text(value or ())
            elif part.form == "municipality":
                town = taxonomy.municipalities().get(value or "")
                value = town.name if town else ""
            elif part.form == "sources":
                value = [{key: str(row.get(key, "")) for key in SOURCE_KEYS} for row in value or ()]
            typed[part.key] = value or ([] if part.form == "options" else "")
        typed["sources"] = typed["sources"] or []
        return cls(typed)

    @classmethod
    def sent(cls, form: "MultiDict[str, str]", stands: Mapping[str, Any]) -> "SheetForm":
        """The form as it was sent. A program that sends some of the fields leaves the others as they stand; from a
        page, which says `whole`, a box that is not sent is not ticked."""
        typed = cls.of(stands).typed
        for part in PARTS:
            if part.form == "sources":
                if any(f"source_{key}" in form for key in SOURCE_KEYS):
                    typed[part.key] = _sources(form)
            elif part.form == "options":
                if part.key in form or "whole" in form:
                    typed[part.key] = form.getlist(part.key)
            elif part.key in form:
                typed[part.key] = normalise(form[part.key]).strip("\n")
        return cls(typed)

    @property
    def kind(self) -> str:
        return self.typed["kind"] if self.typed["kind"] in KINDS else "case"

    @property
    def title(self) -> str:
        return str(self.typed["title"])

    def said(self) -> Said | None:
        """What it says, ready to be stored, or None where something is wrong. Slow: not inside a transaction."""
        values: dict[str, Any] = {key: value for key, value in self.typed.items() if value}
        lines_of: dict[str, list[int]] = {}
        for key, parse in (("events", sheets.events_from), ("results", sheets.results_from)):
            values[key], lines_of[key] = self._rows(key, parse)
        self._find_town(values)
        cleaned, wrong = sheets.checked(values)
        for problem in wrong:
            self._note(problem, lines_of.get(problem.key))
        if not cleaned.get("title") and "title" not in self.errors:
            self._wrong("title", words.wrong(Wrong("title", "missing")))
        self._keep_what_the_kind_has_not(cleaned)
        html = {}
        for key in sheets.TEXTS:
            if cleaned.get(key):
                try:
                    html[key] = render(cleaned[key])
                except TextRefused as refused:
                    self._wrong(key, str(refused.message))
        return None if self.errors else Said(cleaned, html)

    def _rows(self, key: str, parse: Callable[[str], list[Any]]) -> tuple[list[Any], list[int]]:
        """The rows of the lines that can be read, and the number of the line of each; the others are noted, each."""
        rows: list[Any] = []
        numbers: list[int] = []
        for at, line in enumerate(self.typed[key].splitlines(), 1):
            try:
                read = parse(line)
            except Wrong as wrong:
                self._wrong(key, words.wrong(Wrong(key, wrong.why, at, wrong.said)))
            else:
                rows += read
                numbers += [at] * len(read)
        return rows, numbers

    def _find_town(self, values: dict[str, Any]) -> None:
        prefecture = self.typed["prefecture"] if self.typed["prefecture"] in taxonomy.prefectures() else ""
        try:
            town = municipality_meant(prefecture, self.typed["municipality"].strip())
        except ValidationError as wrong:
            self._wrong("municipality", str(wrong))
            town = None
        values["municipality"] = town.code if town else ""

    def _keep_what_the_kind_has_not(self, cleaned: Sheet) -> None:
        """Nothing that was written goes because another kind was chosen."""
        over = [key for key in self._written() if self.kind not in BY_KEY[key].kinds]
        if over and "kind" not in self.errors:
            named = _("、").join(words.part(key) for key in over)
            self._wrong(
                "kind",
                _(
                    "この種類には、書いてある次の欄がありません：%(parts)s。中身をほかの欄に移してから、"
                    "種類を変えてください。",
                    parts=named,
                ),
            )

    def _written(self) -> list[str]:
        return [key for key, value in self.typed.items() if value]

    def _note(self, problem: Wrong, lines: list[int] | None) -> None:
        if problem.key == "sources" and problem.at:
            message = words.wrong(Wrong(problem.key, problem.why, 0, problem.said))
            self.row_errors.setdefault(problem.at, []).append(message)
            self._wrong("sources", _("%(number)sつ目の出典：%(problem)s", number=problem.at, problem=message))
            return
        at = lines[problem.at - 1] if lines and 0 < problem.at <= len(lines) else problem.at
        self._wrong(problem.key, words.wrong(Wrong(problem.key, problem.why, at, problem.said)))

    def _wrong(self, key: str, message: str) -> None:
        self.errors.setdefault(key if key in BY_KEY else "title", []).append(message)

    # --- the page ------------------------------------------------------------------------------------------

    def problems(self) -> list[tuple[str, str, str]]:
        """All that is wrong, in the order of the page: key of the part, its name, the words."""
        order = [key for _group, keys in GROUPS for key in keys]
        return [(key, shown.label(key, self.kind), message) for key in order for message in self.errors.get(key, ())]

    def add_source(self) -> None:
        """One more set of fields for a source, behind the empty one that is always there."""
        self.typed["sources"] = [*self.typed["sources"], {}]

    def groups(self, language: str, may_be_qa: bool) -> list[tuple[str, str, list[FieldShown]]]:
        """The fields under their headings: (key, heading, fields)."""
        needed = set(sheets.missing({"kind": self.kind}))
        written = set(self._written())
        found = []
        for group, keys in GROUPS:
            parts = [BY_KEY[key] for key in keys if self.kind in BY_KEY[key].kinds or key in written]
            fields = [self._field(part, needed, language, may_be_qa) for part in parts]
            found.append((group, heading(group), fields))
        return found

    def _field(self, part: Part, needed: set[str], language: str, may_be_qa: bool) -> FieldShown:
        value = self.typed[part.key]
        if part.key == "kind":
            value = self.kind
        if part.form == "sources":
            # One more than are filled in, as long as there may be more.
            value = [*value, {}] if len(value) < MOST_SOURCES else value
        return FieldShown(
            key=part.key,
            label=shown.label(part.key, self.kind),
            hint=words.hint(part.key),
            form=part.form,
            value=value,
            most=part.most,
            needed=part.key in needed,
            choices=self._choices(part, language, may_be_qa),
            errors=[] if part.form == "sources" and self.row_errors else self.errors.get(part.key, []),
            row_errors=self.row_errors if part.form == "sources" else {},
        )

    def _choices(self, part: Part, language: str, may_be_qa: bool) -> list[tuple[str, str]]:
        if part.key == "kind":
            return [(key, words.kind(key)) for key in KINDS if key != "qa" or may_be_qa or self.kind == "qa"]
        if part.form == "sources":
            return [(key, words.source_part(key)) for key in SOURCE_KEYS]
        if part.form == "prefecture":
            return [("", _("えらばない")), *taxonomy.prefectures().items()]
        if part.form == "municipality":
            return [(row.name, "") for row in taxonomy.municipalities_of(self.typed["prefecture"])]
        if part.form in ("option", "options"):
            labels = [(option.key, option.label(language)) for option in taxonomy.options(part.options)]
            return labels if part.form == "options" else [("", _("えらばない")), *labels]
        return []


def _sources(form: "MultiDict[str, str]") -> list[dict[str, str]]:
    """The sets of fields that say something, in their order."""
    columns = {key: form.getlist(f"source_{key}") for key in SOURCE_KEYS}
    count = min(max((len(column) for column in columns.values()), default=0), MOST_SOURCES + 2)
    rows = [
        {key: column[at].strip() if at < len(column) else "" for key, column in columns.items()} for at in range(count)
    ]
    return [row for row in rows if any(row.values())]
