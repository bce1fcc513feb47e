"""The day of a moment in Japan as a number, computed by the database.

Reading ten thousand moments as datetimes takes several times as long as everything that is counted with them.
"""

from datetime import date
from typing import Any

from sqlalchemy import Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

_DAY_ONE = date(1970, 1, 1).toordinal()
#: Japan is nine hours ahead and knows no summer time.
_AHEAD, _DAY = 9 * 60 * 60, 24 * 60 * 60


class day_number(FunctionElement[int]):  # noqa: N801  it stands in statements like the functions of SQL
    """Days since 1 January 1970 of a moment's day in Japan; NULL of none."""

    type = Integer()
    inherit_cache = True
    name = "day_number"


@compiles(day_number, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **more: Any) -> str:
    return f"((CAST(strftime('%s', {compiler.process(element.clauses, **more)}) AS INTEGER) + {_AHEAD}) / {_DAY})"


@compiles(day_number, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **more: Any) -> str:
    seconds = f"EXTRACT(EPOCH FROM {compiler.process(element.clauses, **more)})"
    return f"CAST(FLOOR(({seconds} + {_AHEAD}) / {_DAY}) AS INTEGER)"


def number_of(day: date) -> int:
    return day.toordinal() - _DAY_ONE


def day_of_number(number: int) -> date:
    return date.fromordinal(number + _DAY_ONE)
