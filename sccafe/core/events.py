"""What happened: how an upper floor learns of a lower one without being imported by it.

An event is a frozen dataclass in its feature's `events.py`. Handlers run at once, inside the transaction of the write
that emitted it, so index rows, notices and audit entries appear with the thing itself or not at all.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from sccafe.core import database

E = TypeVar("E")

_handlers: dict[type[Any], list[Callable[[Any], None]]] = defaultdict(list)


def on(kind: type[E]) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Let the decorated function handle every event of this kind."""

    def register(handler: Callable[[E], None]) -> Callable[[E], None]:
        _handlers[kind].append(handler)
        return handler

    return register


def emit(event: object) -> None:
    """Tell everyone who listens; a handler's exception undoes the whole write."""
    if not database.is_writing():
        raise RuntimeError("events are emitted inside writing()")
    database.db.session.flush()
    for handler in _handlers[type(event)]:
        handler(event)
