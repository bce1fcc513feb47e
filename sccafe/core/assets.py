"""Static files under names that carry a hash of their content, so that browsers keep them for ever.

`build` writes static/build/; `init_app` serves it, or the plain files of static/ as long as there is none or it is
older than what it was made from.
"""

import gzip
import hashlib
import json
import logging
import posixpath
import re
from pathlib import Path

from flask import Flask, current_app
from whitenoise import WhiteNoise

from sccafe.core.files import write_whole

log = logging.getLogger(__name__)

SOURCES = ("css", "img", "js", "vendor")
_COMPRESSED = {".css", ".js", ".json", ".map", ".svg", ".txt"}
#: A file named in a stylesheet: url(…) and @import "…".
_REFERENCE = re.compile(r"""(url\(\s*["']?|@import\s+["'])(?!["']?(?:[a-z]+:|/|#))([^"')\s?#]+)""")
#: A name that `build` gave: its content never changes.
_HASHED = r"\.[0-9a-f]{12}\.\w+$"


class AssetMissing(Exception):
    """A stylesheet names a file that is not in static/."""


def _sources(static: Path) -> list[Path]:
    found = (path for folder in SOURCES for path in (static / folder).rglob("*"))
    return sorted(path for path in found if path.is_file() and not path.name.startswith("."))


class _Build:
    def __init__(self, static: Path) -> None:
        self.contents = {path.relative_to(static).as_posix(): path.read_bytes() for path in _sources(static)}
        self.folder = static / "build"
        self.names: dict[str, str] = {}

    def name_of(self, name: str, named_by: tuple[str, ...] = ()) -> str:
        """The hashed name of one file, written if it is not there yet."""
        if name in self.names:
            return self.names[name]
        if name not in self.contents or name in named_by:
            why = "stylesheets import each other in a ring" if name in named_by else "there is no such file"
            raise AssetMissing(f"static/{named_by[-1]} names {name}, but {why}.")
        content = self.contents[name]
        if name.endswith(".css"):
            content = _REFERENCE.sub(
                lambda found: found[1] + self._reference(name, found[2], named_by), content.decode()
            ).encode()
        stem, extension = posixpath.splitext(name)
        hashed = f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}{extension}"
        if not (self.folder / hashed).exists():
            packed = gzip.compress(content, 9, mtime=0) if extension in _COMPRESSED else content
            if len(packed) < len(content):
                write_whole(self.folder / (hashed + ".gz"), packed)
            write_whole(self.folder / hashed, content)
        self.names[name] = hashed
        return hashed

    def _reference(self, stylesheet: str, reference: str, named_by: tuple[str, ...]) -> str:
        named = posixpath.normpath(posixpath.join(posixpath.dirname(stylesheet), reference))
        hashed = self.name_of(named, (*named_by, stylesheet))
        return posixpath.join(posixpath.dirname(reference), posixpath.basename(hashed))


def build(static: Path) -> int:
    """Write the hashed files, their .gz and, last, the manifest; gives their number, raises AssetMissing.

    The files of the manifest before stay: a server that started with it goes on serving them.
    """
    made = _Build(static)
    for name in made.contents:
        made.name_of(name)
    before = _manifest(static)
    written = json.dumps(made.names, indent=1, sort_keys=True)
    # Written also where nothing changed: it must be newer than the files it was made from.
    write_whole(made.folder / "manifest.json", written.encode())
    if before != made.names:
        kept = {*made.names.values(), *before.values()}
        for path in made.folder.rglob("*"):
            name = path.relative_to(made.folder).as_posix()
            if path.is_file() and name != "manifest.json" and name.removesuffix(".gz") not in kept:
                path.unlink()
    return len(made.names)


def _manifest(static: Path) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads((static / "build" / "manifest.json").read_text())
    except FileNotFoundError:
        return {}
    return found


def _is_current(static: Path) -> bool:
    manifest = static / "build" / "manifest.json"
    if not manifest.is_file():
        return False
    made = manifest.stat().st_mtime_ns
    if all(path.stat().st_mtime_ns <= made for path in _sources(static)):
        return True
    log.warning("static files have changed since `sccafe assets` ran: they are served under their plain names")
    return False


def asset(name: str) -> str:
    """The address of a file of static/, as in asset('css/site.css')."""
    return "/static/" + str(current_app.extensions["sccafe_assets"].get(name, name))


def content(name: str) -> str:
    """What a text file of static/ says, for a page that goes out whole; empty where it was never fetched."""
    path: Path = current_app.extensions["sccafe_static"] / name
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _add_headers(headers: "dict[str, str]", path: str, url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"


def init_app(app: Flask, static: Path) -> None:
    """Serve the static files before anything else is asked; call it after all other wrapping of `wsgi_app`."""
    names = _manifest(static) if _is_current(static) else {}
    app.extensions["sccafe_assets"] = names
    app.extensions["sccafe_static"] = static
    app.add_template_global(asset, "asset")
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(static / "build" if names else static),
        prefix="static/",
        max_age=0,
        immutable_file_test=_HASHED if names else None,
        autorefresh=app.debug,
        allow_all_origins=False,
        add_headers_function=_add_headers,
    )
