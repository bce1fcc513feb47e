"""What `sccafe check` looks at: features add their checks in a room `checks.py` of their own.

A check reads only, and yields one line for each thing that is wrong.
"""

from collections.abc import Callable, Iterable
from itertools import islice

from sccafe.core.database import db

Check = Callable[[], Iterable[str]]
_checks: dict[str, Check] = {}
#: Of one check, no more lines than this are collected.
MOST = 20


def check(name: str) -> Callable[[Check], Check]:
    """Let the decorated function be the check of this name, which is shown as it is."""

    def register(function: Check) -> Check:
        _checks[name] = function
        return function

    return register


def run() -> dict[str, list[str]]:
    """Do every check, inside an application context; gives its problems by name, none where all is well."""
    found = {}
    for name, function in sorted(_checks.items()):
        found[name] = list(islice(function(), MOST + 1))
        db.session.rollback()
    return found
