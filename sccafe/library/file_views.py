"""The files of items: for whoever reads the item, and for those who work on it."""

from typing import Any
from urllib.parse import quote

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from sccafe.accounts.sessions import viewer
from sccafe.core import file_answers
from sccafe.core.database import end_reading
from sccafe.core.formats import size_text
from sccafe.core.language import gettext as _
from sccafe.core.uploads import Refused, contents
from sccafe.core.uploads.placing import page_name
from sccafe.library import files, policy, queries
from sccafe.library.blueprint import pages
from sccafe.library.errors import NotThere


def _file(file_id: int) -> Row[Any]:
    found = queries.file(viewer(), file_id)
    if found is None:
        raise NotThere
    end_reading()  # bytes may be long on their way
    return found


@pages.get("/library/files/<int:file_id>/<name>")
def file(file_id: int, name: str) -> ResponseReturnValue:
    """The file itself, under the name that it has now: the one in the address is for people to read."""
    who, found = viewer(), _file(file_id)
    answer = file_answers.whole(found)
    if file_answers.is_whole(answer) and policy.counts_as_download(who, found.kind):
        files.count_download(found.item_id)
    return answer


@pages.get("/library/files/<int:file_id>/thumbnail")
def thumbnail(file_id: int) -> ResponseReturnValue:
    """The small picture of an image, or of a PDF's first page."""
    return file_answers.picture(_file(file_id))


@pages.get("/library/files/<int:file_id>/preview")
def preview(file_id: int) -> ResponseReturnValue:
    """The first pages of a PDF as pictures."""
    found = _file(file_id)
    shown = files.pages_shown(found.kind, found.page_count)
    if not shown:
        raise NotThere
    return render_template(
        "library/file_preview.html",
        file=found,
        numbers=list(shown),
        more=found.page_count - len(shown),
        words=f"PDF{_('、')}{size_text(found.size)}",
        href=f"/library/files/{file_id}/{quote(found.name, safe='')}",
        place="library",
    )


@pages.get("/library/files/<int:file_id>/pages/<int:number>.webp")
def page(file_id: int, number: int) -> ResponseReturnValue:
    """One page of a PDF as a picture, made when somebody first looks at it."""
    found = _file(file_id)
    if number not in files.pages_shown(found.kind, found.page_count):
        raise NotThere
    try:
        return file_answers.page_picture(
            page_name(found.stored, number), found.created_at, lambda: contents.page(found.stored, number)
        )
    except (FileNotFoundError, Refused):
        raise NotThere from None
