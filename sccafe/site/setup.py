"""What a new site begins with, and whether a site is new."""

import re
from importlib.resources import files

import yaml
from sqlalchemy import select

from sccafe.accounts.models import User
from sccafe.boards.arranging import BoardValues, save_board
from sccafe.boards.models import Board
from sccafe.core import clock
from sccafe.core.audience import system
from sccafe.core.database import db, end_reading, insert_once, writing
from sccafe.core.site_settings import SettingRow
from sccafe.counseling.service import deleting, publishing

#: Stands in the table of settings from the end of the first start on; no page shows it.
STARTED = "site.started"


def make_standard_boards() -> int:
    """Make the boards of data/boards.yaml if there are none at all; gives how many were made."""
    found = db.session.execute(select(Board.id).limit(1)).first()
    end_reading()
    if found:
        return 0
    rows = yaml.safe_load((files("sccafe") / "data" / "boards.yaml").read_text(encoding="utf-8"))
    for position, row in enumerate(rows, 1):
        values = BoardValues(
            **row, start="", anonymous_allowed=row["kind"] != "news", position=position, archived=False
        )
        save_board(system(), None, values)
    return len(rows)


def keep_deleted() -> int:
    """Take away again what is gone for good and an older database has brought back; gives of how many requests."""
    before = len(deleting.listed_and_here()) + len(publishing.taken_back_and_here())
    if before:
        deleting.again()
    return before


def is_new() -> bool:
    """Whether this site has never been started and nobody but people of the demo is in it."""
    started = db.session.execute(select(SettingRow.key).where(SettingRow.key == STARTED)).first()
    somebody = db.session.execute(select(User.id).where(User.demo.is_(False)).limit(1)).first()
    end_reading()
    return started is None and somebody is None


def mark_started() -> None:
    """From now on `is_new` says no, also where all people have gone."""
    with writing() as session:
        insert_once(session, SettingRow, {"key": STARTED, "value": f'"{clock.now().isoformat(timespec="seconds")}"'})


def demo_addresses() -> list[str]:
    """The mail addresses of the demo's people who are meant for signing in as, one or two of every role."""
    found = db.session.scalars(select(User.email).where(User.demo, User.state == "active").order_by(User.id)).all()
    end_reading()
    return [address for address in found if re.match(r"(coordinator|expert|industry|secretariat|admin)\d?@", address)]
