"""The table of figures."""

import os
import platform
import sqlite3
import sys
from dataclasses import dataclass
from importlib.metadata import version
from statistics import median, quantiles


@dataclass(frozen=True)
class Figure:
    """One line: what was measured, what it has to be, what it is, and whether that holds (None: nothing to hold)."""

    what: str
    hold: str
    measured: str
    holds: bool | None = None


def machine() -> str:
    """Where the figures were taken."""
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    cores, busy = len(os.sched_getaffinity(0)), os.getloadavg()[0]
    return (
        f"{cores} cores (load {busy:.1f} before), {system}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, "
        f"gunicorn {version('gunicorn')}, Flask {version('flask')}, SQLAlchemy {version('sqlalchemy')}"
    )


def table(figures: list[Figure]) -> str:
    """All figures as Markdown."""
    words = {True: "yes", False: "**no**", None: ""}
    lines = ["| what | figure to hold | measured | holds |", "|---|---|---|---|"]
    lines += [f"| {each.what} | {each.hold} | {each.measured} | {words[each.holds]} |" for each in figures]
    return "\n".join(lines)


def say(text: str) -> None:
    """What is going on, for whoever watches; the table alone goes to standard output."""
    print(text, file=sys.stderr, flush=True)


def percentile(values: list[float], percent: int) -> float:
    """The value that so many of 100 do not exceed."""
    return quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]


def spread(values: list[float]) -> str:
    """Median, least and most of some ratios."""
    return f"**{median(values):.2f}** ({min(values):.2f}-{max(values):.2f})"


def milliseconds(values: list[float]) -> str:
    """Median, 95th percentile and most of some times in seconds."""
    low, high, most = median(values), percentile(values, 95), max(values)
    return f"median {low * 1000:.1f} ms, 95 % {high * 1000:.1f} ms, max {most * 1000:.1f} ms"
