"""Files of the store as answers: with ranges and conditions, and as something that can do nothing in a browser.

Whether somebody may have a file the caller has asked before, at each request anew; a row of a file has the columns that
every table of files has (core/uploads/placing.py).
"""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any, BinaryIO
from urllib.parse import quote

from flask import abort, request
from sqlalchemy import Row
from werkzeug.http import dump_options_header, parse_content_range_header
from werkzeug.wrappers import Response
from werkzeug.wsgi import wrap_file

from sccafe.core import files

#: A file is shown by itself, runs nothing and loads nothing, even where a browser takes it for a page.
_POLICY = "sandbox; default-src 'none'"


def whole(found: Row[Any]) -> Response:
    """The file itself, under the name that it has now. A 404 where its bytes are gone."""
    # Pictures were made by us from their points; everything else is saved and not opened here.
    way = "inline" if found.kind == "image" else "attachment"
    disposition = dump_options_header(way, saved_as(found.name))
    return _sent(found.stored, found.media_type, disposition, found.created_at, found.size)


def picture(found: Row[Any]) -> Response:
    """The small picture of an image, or of a PDF's first page. A 404 where it has none."""
    if not found.picture:
        abort(404)
    return _sent(found.picture, "image/webp", "inline", found.created_at, None)


def page_picture(stored: str, made_at: datetime, make: Callable[[], BinaryIO | None]) -> Response:
    """A picture that is made on the first look and kept under this name. A 404 where it cannot be made."""
    try:
        files.store().open(stored).close()
    except FileNotFoundError:
        made = make()
        if made is None:
            abort(404)
        files.store().put(stored, made)
    return _sent(stored, "image/webp", "inline", made_at, None)


def is_whole(answer: Response) -> bool:
    """Whether this answer carries all of the file, from its first byte: the rest of a broken-off download does not."""
    if request.method != "GET" or answer.status_code not in (200, 206):
        return False
    part = parse_content_range_header(answer.headers.get("Content-Range"))
    return part is None or (part.start == 0 and part.stop == part.length)


def saved_as(name: str) -> dict[str, str | None]:
    """The name for a header; one beyond ASCII stands beside a plain one for old programs."""
    if name.isascii():
        return {"filename": name}
    return {"filename": "file." + name.rsplit(".", 1)[-1], "filename*": f"UTF-8''{quote(name, safe='')}"}


def made(content: bytes, media_type: str, way: str, name: str) -> Response:
    """Bytes that were opened for this one answer; no browser and no cache keeps them. `way`: inline or attachment."""
    return Response(
        content,
        headers={
            "Content-Type": media_type,
            "Content-Disposition": dump_options_header(way, saved_as(name)),
            "Content-Security-Policy": _POLICY,
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
        },
    )


def _sent(stored: str, media_type: str, disposition: str, made_at: datetime, length: int | None) -> Response:
    """Bytes of the store, as the browser asks for them.

    A store far away gives no file that one could move about in: what comes before a range is then read and dropped.
    """
    try:
        content = files.store().open(stored)
    except FileNotFoundError:
        abort(404)
    length = _length(content) if length is None else length
    response = Response(
        wrap_file(request.environ, content),
        headers={
            "Content-Type": media_type,
            "Content-Disposition": disposition,
            "Content-Security-Policy": _POLICY,
            "Cache-Control": "private, no-cache",
            "Vary": "Cookie",
        },
        direct_passthrough=True,
    )
    response.content_length = length  # type: ignore[assignment]
    response.last_modified = made_at
    # A strong one: the bytes under a name never change, so a download may go on with them after any break (If-Range).
    response.set_etag(hashlib.sha256(stored.encode()).hexdigest()[:32])
    return response.make_conditional(request.environ, accept_ranges=length is not None, complete_length=length)


def _length(content: BinaryIO) -> int | None:
    """How long a small picture is; a store far away may not say."""
    try:
        length = content.seek(0, 2)
        content.seek(0)
    except (AttributeError, OSError, ValueError):
        return None
    return length
