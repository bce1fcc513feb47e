"""What pages show of the files of posts."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sqlalchemy import Row

from sccafe.boards.queries.files import Files
from sccafe.boards.shown import PostShown
from sccafe.core.formats import size_text
from sccafe.core.language import gettext as _


@dataclass(frozen=True, slots=True)
class FileShown:
    """A file below a post's text; `picture` is the address of its small picture, empty without one."""

    name: str
    href: str
    #: Its kind and size: PDF、1.2MB.
    words: str
    picture: str
    width: int
    height: int
    is_image: bool
    #: What it shows or holds, in words of whoever gave it; empty where nothing is said.
    description: str = ""
    #: Where its first pages can be looked at, and the number by which its form speaks of it; for files of the library.
    inside: str = ""
    id: int = 0


def add(post: PostShown, files: Files, locale: str) -> None:
    """Give a post its files, unless its text is not shown either."""
    if post.html and post.id in files:
        post.files = of(files[post.id], locale)


def of(rows: Iterable[Row[Any]], locale: str, folder: str = "/files") -> list[FileShown]:
    """The rows of `queries.files_of` of one post, or of others like them below another address."""
    separator = ", " if locale == "en" else "、"
    return [
        FileShown(
            name=row.name,
            href=f"{folder}/{row.id}/{quote(row.name, safe='')}",
            words=f"{_kind_label(row.kind)}{separator}{size_text(row.size)}",
            picture=f"{folder}/{row.id}/thumbnail" if row.width else "",
            width=row.width,
            height=row.height,
            is_image=row.kind == "image",
        )
        for row in rows
    ]


def _kind_label(kind: str) -> str:
    labels: dict[str, str] = {
        "image": _("画像"),
        "pdf": "PDF",
        "docx": "Word",
        "xlsx": "Excel",
        "pptx": "PowerPoint",
        "odt": _("OpenDocument文書"),
        "ods": _("OpenDocument表"),
        "odp": _("OpenDocumentスライド"),
        "csv": "CSV",
    }
    return labels.get(kind) or _("テキスト")
