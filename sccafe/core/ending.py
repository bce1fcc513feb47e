"""What a process of the server does before it ends in order: features say what, the server calls it."""

import logging
from collections.abc import Callable

from flask import Flask

from sccafe.core.database import db

log = logging.getLogger(__name__)

Act = Callable[[], None]
_acts: list[Act] = []


def at_end(act: Act) -> Act:
    """Let the decorated function be called once before the process ends, inside an application context."""
    _acts.append(act)
    return act


def end(app: Flask) -> None:
    """Call them all; one that fails is told in the log and keeps no other from its turn."""
    with app.app_context():
        for act in _acts:
            try:
                act()
            except Exception as error:
                db.session.rollback()
                log.warning("at the end: %s", type(error).__name__)
