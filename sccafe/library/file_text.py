"""What files say, kept for the search: read after the response, by a program that may die of it."""

from sqlalchemy import select, update

from sccafe.core.database import db, end_reading, writing
from sccafe.core.jobs import job
from sccafe.core.uploads import contents, reading
from sccafe.library import service
from sccafe.library.files import READ_TEXT
from sccafe.library.models import File
from sccafe.library.sheet import normalised


@job(READ_TEXT)
def read_text(file_id: int) -> None:
    """Keep what a file says, and let its item be found by it where readers have the file.

    A file that cannot be read says nothing: it would not be read a second time either.
    """
    file = db.session.execute(select(File.stored, File.kind, File.item_id).where(File.id == file_id)).first()
    end_reading()
    if file is None:
        return
    try:
        said = contents.of(file.stored, file.kind)
    except FileNotFoundError:
        return
    text = normalised(said.text)[: reading.MOST]
    with writing() as session:
        session.execute(update(File).where(File.id == file_id).values(text=text, page_count=said.pages))
        service.was_read(session, file.item_id, file_id)
