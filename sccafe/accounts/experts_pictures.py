"""The small pictures of experts: in the store, named by their profiles."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select

from sccafe.accounts.models import ExpertProfile
from sccafe.core import files
from sccafe.core.database import db, end_reading
from sccafe.core.jobs import daily_at, scheduled
from sccafe.core.uploads import Picture
from sccafe.core.uploads.placing import new_name, remove, sweep

_FOLDER = "experts"


@dataclass
class Stored:
    """The name of the picture that lies in the store, and of the one whose place it takes; both may be empty."""

    name: str = ""
    former: str = ""


@contextmanager
def placed(picture: Picture | None) -> Iterator[Stored]:
    """Put a picture into the store, for a `writing` block inside this one that names it and says what it replaces."""
    stored = Stored(new_name(_FOLDER) if picture is not None else "")
    is_written = False
    try:
        if picture is not None:
            files.store().put(stored.name, picture.content)
        yield stored
        is_written = True
    finally:
        remove([stored.former if is_written else stored.name])


def _named(names: Sequence[str]) -> Collection[str]:
    found = set(db.session.scalars(select(ExpertProfile.picture).where(ExpertProfile.picture.in_(names))))
    end_reading()
    return found


@scheduled("accounts.sweep_pictures", daily_at(3, 50))
def sweep_up() -> None:
    """Remove pictures that no profile names."""
    sweep(_FOLDER, _named)
