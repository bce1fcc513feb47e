"""What the commands `sccafe library import` and `export` do and say."""

from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import case, select

from sccafe.accounts import handles
from sccafe.accounts.models import User
from sccafe.accounts.sessions import viewer_of
from sccafe.core.audience import STAFF_ROLES, Viewer
from sccafe.core.database import db, end_reading
from sccafe.library import exporting, fault_words, intake
from sccafe.library.bundles import opened
from sccafe.library.faults import Fault, Unusable

_MOST_LINES = 200


@dataclass
class Said:
    """Lines for the terminal."""

    lines: list[str] = field(default_factory=list)
    is_wrong: bool = False


def acting(handle: str | None) -> Viewer | None:
    """The staff member of this handle, or the first administrator; None where there is none."""
    statement = select(User.id).where(User.state == "active", User.role.in_(STAFF_ROLES))
    if handle is not None:
        statement = statement.where(User.handle_key == handles.key(handle))
    user_id = db.session.scalar(statement.order_by(case((User.role == "admin", 0), else_=1), User.id).limit(1))
    found = viewer_of(user_id) if user_id is not None else None
    end_reading()
    return found


def take_in(path: Path, viewer: Viewer, dry_run: bool) -> Said:
    """Import what is at this path, or say what that would do."""
    try:
        with opened(path) as bundle:
            outcome = (intake.look if dry_run else intake.take_in)(viewer, bundle)
    except Unusable as unusable:
        outcome = intake.Outcome(faults=unusable.faults)
    said = Said(is_wrong=bool(outcome.faults))
    with fault_words.in_japanese():
        said.lines += [fault_words.line(fault) for fault in _first(outcome.faults)]
        if not outcome.faults:
            said.lines += [fault_words.line(note) for note in _first(outcome.notes)]
    if outcome.faults:
        said.lines.append(f"{len(outcome.faults)} faults; nothing was changed.")
    else:
        would = "Would be taken in" if dry_run else "Taken in"
        said.lines.append(
            f"{would}: {len(outcome.new)} new, {len(outcome.changed)} changed, {outcome.unchanged} unchanged."
        )
    return said


def _first(faults: list[Fault]) -> list[Fault]:
    return faults[:_MOST_LINES]


def export(path: Path, viewer: Viewer, everything: bool) -> Said:
    """Export to this path. Raises FileExistsError."""
    with exporting.target_at(path) as target:
        done = exporting.export(viewer, target, everything)
    said = Said([f"{name} is missing in the store." for name in done.lost], bool(done.lost))
    said.lines.append(f"{path}: {done.items} items.")
    return said
