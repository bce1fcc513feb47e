"""What a machine can notice of a sheet before people look at it: hints, which keep nobody from saving."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sccafe.core import personal_details
from sccafe.library.sheet import PARTS, Wrong, check_address, missing, parts_of

#: Larger files do not go through the mail of many offices.
MAIL_SIZE: Final = 10 * 1024**2
#: Of each reason in one part so many are named.
_MOST: Final = 5
#: What was meant as an address, well-formed or not, once full width is made half; and a link of Markdown that leads to
#: none.
_MEANT: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:h?t{1,3}ps?[ ]?[:;.,]{0,2}/{1,9}[^\s、。，）)」』】>\]]{0,80}|(?<!/)www\.[\w.-]{1,80})"
    r"|(?<=\]\()(?!https?:)[^)\s]{1,80}(?=\))",
    re.IGNORECASE,
)
_WELL_FORMED: Final = re.compile(
    r"https?://[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,10}(?![A-Za-z0-9@])", re.IGNORECASE
)
_HALF_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


@dataclass(frozen=True)
class FileSeen:
    """What the checks look at of a file."""

    name: str
    kind: str
    size: int
    description: str


@dataclass(frozen=True)
class Alike:
    """Another item with the same title or the same source: `part` says which, `said` what stands in both."""

    part: str
    said: str
    item_id: int
    title: str


@dataclass(frozen=True)
class Finding:
    """Something to look at in one part: `why` is a key of review_words.py, `said` what it is about."""

    part: str
    why: str
    said: str = ""
    #: Which source, from 1; 0 for the part as a whole.
    at: int = 0
    #: The other item, where there is one.
    item_id: int | None = None


def findings(sheet: Mapping[str, Any], files: Sequence[FileSeen] = (), alike: Iterable[Alike] = ()) -> list[Finding]:
    """What is missing, thin, malformed, too personal or there already, in the order of the sheet."""
    found = [Finding(part, "missing") for part in missing(sheet)]
    found += _of_sources(sheet.get("sources", ()))
    for key, text in _texts(sheet):
        found += _of_links(key, text)
        if sheet.get("kind") == "case":
            found += _personal(key, text)
    found += [Finding("files", "no_description", file.name) for file in files if _needs_description(file)]
    found += [Finding("files", "large", file.name) for file in files if file.size > MAIL_SIZE]
    found += [
        Finding(other.part, "same_title" if other.part == "title" else "same_source", other.title, 0, other.item_id)
        for other in alike
    ]
    order = [part.key for part in PARTS] + ["files"]
    return sorted(dict.fromkeys(found), key=lambda finding: order.index(finding.part))


def _needs_description(file: FileSeen) -> bool:
    return file.kind == "image" and not file.description.strip()


def _of_sources(sources: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    for at, source in enumerate(sources, 1):
        thin = [name for name in ("year", "licence") if not source.get(name)]
        if thin:
            why = "source_thin" if len(thin) == 2 else f"source_{thin[0]}"
            yield Finding("sources", why, str(source.get("title", "")), at)
        if source.get("address"):
            try:
                check_address("sources", source["address"])
            except Wrong:
                yield Finding("sources", "link", source["address"], at)


def _texts(sheet: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The words of each part; those of events and figures line by line."""
    for part in parts_of(sheet.get("kind", "case")):
        value = sheet.get(part.key)
        if not value:
            continue
        if part.form in ("line", "text"):
            yield part.key, value
        elif part.form in ("events", "results"):
            for row in value:
                yield part.key, row["what"]
        elif part.form == "sources":
            for source in value:
                yield part.key, f"{source.get('title', '')}\n{source.get('licence', '')}"


def _of_links(part: str, text: str) -> list[Finding]:
    meant = (text[match.start() : match.end()] for match in _MEANT.finditer(text.translate(_HALF_WIDTH)))
    wrong = dict.fromkeys(said for said in meant if not _WELL_FORMED.match(said))
    return [Finding(part, "link", said) for said in list(wrong)[:_MOST]]


def _personal(part: str, text: str) -> list[Finding]:
    """A telephone number of the publisher belongs to a source; everything else may be a resident's."""
    seen = dict.fromkeys((found.kind, found.text) for found in personal_details.find(text))
    return [Finding(part, kind, said) for kind, said in list(seen)[:_MOST]]
