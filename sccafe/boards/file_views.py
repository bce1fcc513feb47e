"""The files of posts: for whoever may read the post."""

from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from sccafe.accounts.sessions import viewer
from sccafe.boards import queries
from sccafe.boards.blueprint import pages
from sccafe.boards.post_views import _text as post_that_can_be_read
from sccafe.boards.threads import NotThere
from sccafe.core import file_answers
from sccafe.core.database import end_reading


def _file(file_id: int) -> Row[Any]:
    """A file of a post whose text this viewer may read."""
    found = queries.file(file_id)
    if found is None:
        raise NotThere
    post_that_can_be_read(viewer(), found.post_id)
    end_reading()  # bytes may be long on their way
    return found


@pages.get("/files/<int:file_id>/<name>")
def file(file_id: int, name: str) -> ResponseReturnValue:
    """The file itself, under the name that it has now: the one in the address is for people to read."""
    return file_answers.whole(_file(file_id))


@pages.get("/files/<int:file_id>/thumbnail")
def thumbnail(file_id: int) -> ResponseReturnValue:
    """The small picture of an image, or of a PDF's first page."""
    return file_answers.picture(_file(file_id))
