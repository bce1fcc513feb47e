"""Bringing everything in the database under the site's newest key: column by column, a few rows at a time.

It can be broken off and begun again at any moment, as it changes only what an older key made. Texts under keys of
their own (sccafe/counseling/sealing.py) stay as they are: of those, the wrapped keys are renewed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import InvalidToken
from sqlalchemy import Column, Table, Text, and_, select, tuple_, type_coerce, update

from sccafe.core import keys
from sccafe.core.database import Base, EncryptedText, db, end_reading, writing

#: Stands in `info` of a text column whose values the code itself encrypts with core/keys.py.
UNDER_SITE_KEY = "under the site's key"
#: What is renewed in one transaction: others wait no longer than that for theirs.
_AT_ONCE = 200


@dataclass
class Counted:
    """What stands in one column: under the newest key, under an older one, and under none that the site has."""

    newest: int = 0
    older: int = 0
    lost: int = 0


def columns() -> list[Column[Any]]:
    """Every column whose values are under the site's keys."""
    return [
        column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, EncryptedText) or column.info.get(UNDER_SITE_KEY)
    ]


def name_of(column: Column[Any]) -> str:
    return f"{column.table.name}.{column.name}"


def _tokens(column: Column[Any]) -> Iterator[list[Any]]:
    """The rows in pieces, as (primary key …, token); no transaction is open while a piece is worked on."""
    table = column.table
    assert isinstance(table, Table)
    own = list(table.primary_key.columns)
    token = type_coerce(column, Text).label("token")
    after: tuple[Any, ...] | None = None
    while True:
        wanted = select(*own, token).where(column.is_not(None)).order_by(*own).limit(_AT_ONCE)
        if after is not None:
            wanted = wanted.where(tuple_(*own) > after)
        rows = list(db.session.execute(wanted))
        end_reading()
        if not rows:
            return
        yield rows
        after = tuple(rows[-1][:-1])


def count(column: Column[Any]) -> Counted:
    """Look at every value of a column."""
    found = Counted()
    for rows in _tokens(column):
        for row in rows:
            if keys.is_newest(row.token):
                found.newest += 1
                continue
            try:
                keys.decrypt(row.token)
                found.older += 1
            except InvalidToken:
                found.lost += 1
    return found


def renew(column: Column[Any]) -> int:
    """Bring a column under the newest key, and give how many values were changed.

    What changes meanwhile is left to whoever changed it; what no key opens stays as it is.
    """
    own = list(column.table.primary_key.columns)
    changed = 0
    for rows in _tokens(column):
        fresh = []
        for row in rows:
            if not keys.is_newest(row.token):
                try:
                    fresh.append((row, keys.renewed(row.token)))
                except InvalidToken:
                    continue
        if not fresh:
            continue
        with writing() as session:
            for row, token in fresh:
                this = and_(*(each == value for each, value in zip(own, row[:-1], strict=True)))
                done = session.execute(
                    update(column.table)
                    .where(this, type_coerce(column, Text) == row.token)
                    .values({column.name: type_coerce(token, Text)})
                )
                changed += done.rowcount  # type: ignore[attr-defined]
    return changed
