"""The message catalogue: Japanese texts are the keys, English is the one translation.

`extract` brings sccafe/translations/en up to date with the code and the templates; `problems` tells what a complete
catalogue may not have; `compile_catalogues` writes the .mo files that a running site reads.
"""

import io
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from sccafe.core.files import write_whole

FOLDER = Path(__file__).parent.parent / "translations"
ENGLISH = FOLDER / "en" / "LC_MESSAGES" / "messages.po"

_KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None, "lazy_ngettext": (1, 2)}
_OPTIONS = {"**.html": {"silent": "false", "extensions": "sccafe.core.fragments.Kept"}}
_METHODS = {"sccafe": [("**.py", "python")], "templates": [("**.html", "jinja2"), ("**.txt", "jinja2")]}
_JAPANESE = re.compile(r"[\u3041-\u30ff\u3400-\u9fff\uff66-\uff9f]")


def _used(root: Path) -> Catalog:
    """Every message of the checkout at `root`."""
    found = Catalog()
    for folder, methods in _METHODS.items():
        for file, _line, text, comments, context in extract_from_dir(
            root / folder, methods, _OPTIONS, _KEYWORDS, ("translators:",)
        ):
            # Files without their lines: an edit elsewhere in the file changes nothing here.
            found.add(
                text, locations=[(f"{folder}/{Path(file).as_posix()}", 0)], auto_comments=comments, context=context
            )
    return found


def _read(path: Path) -> Catalog:
    if not path.exists():
        return Catalog(
            locale="en",
            header_comment="# The English texts. `sccafe translations extract` keeps them in step with the code.",
            project="SC Café",
            version="1",
            language_team="English",
            last_translator="SC Café",
            msgid_bugs_address="",
            fuzzy=False,
        )
    with path.open("rb") as file:
        return read_po(file, locale="en")


def extract(root: Path, path: Path = ENGLISH) -> int:
    """Add new messages (untranslated) and drop unused ones; gives the number still without a translation."""
    used, kept = _used(root), _read(path)
    used.creation_date = kept.creation_date  # a date that changes at every run would hide what changed
    kept.update(used, no_fuzzy_matching=True)
    kept.obsolete.clear()
    written = io.BytesIO()
    write_po(written, kept, width=110, sort_output=True, ignore_obsolete=True, include_lineno=False)
    write_whole(path, written.getvalue())
    return sum(1 for message in kept if message.id and not _is_translated(message))


def _texts(value: "str | tuple[str, ...] | list[str] | None") -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def _is_translated(message: Message) -> bool:
    texts = _texts(message.string)
    return bool(texts) and all(text.strip() for text in texts)


def problems(root: Path, path: Path = ENGLISH) -> Iterator[str]:
    """What is missing, unused, empty, fuzzy, copied from the Japanese, or has other placeholders."""
    used, kept = _used(root), _read(path)
    for message in used:
        if message.id and message.id not in kept:
            yield f"missing: {message.id!r} ({message.locations[0][0]})"
    for message in kept:
        if not message.id:
            continue
        if message.id not in used:
            yield f"unused: {message.id!r}"
        if not _is_translated(message):
            yield f"empty: {message.id!r}"
        elif message.fuzzy:
            yield f"fuzzy: {message.id!r}"
        elif any(_JAPANESE.search(text) and text in _texts(message.id) for text in _texts(message.string)):
            yield f"copied: {message.id!r}"
        else:
            yield from (f"{error}: {message.id!r}" for error in message.check(kept))


def compile_catalogues(folder: Path = FOLDER) -> int:
    """Write the .mo of every catalogue that is newer than its own; gives their number."""
    made = 0
    for path in folder.glob("*/LC_MESSAGES/messages.po"):
        compiled = path.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime_ns > path.stat().st_mtime_ns:
            continue
        written = io.BytesIO()
        write_mo(written, _read(path))
        write_whole(compiled, written.getvalue())
        made += 1
    return made
