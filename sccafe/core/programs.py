"""Programs of ours that run as processes of their own, since what they are given may take them down.

Each is one file that imports nothing of the site, reads its standard input and says its result on its standard output.
"""

import os
import subprocess
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_STARTER = Path(__file__).with_name("limited.py")


@dataclass(frozen=True)
class Limits:
    """In bytes and seconds; more than any honest work needs."""

    #: Address space.
    memory: int
    #: Of the processor.
    seconds: int
    #: Bytes written into one file.
    written: int
    #: By the clock, for a program that waits for something.
    wait: float


class Ended(Exception):
    """The program was killed, did not come to its end, or failed."""


def run(
    program: Path, arguments: Collection[str], given: BinaryIO, limits: Limits, passed: Collection[int] = ()
) -> bytes:
    """What the program says. `passed` are the numbers of open files that it may use. Raises Ended."""
    given.seek(0)
    limited = [str(_STARTER), str(limits.memory), str(limits.seconds), str(limits.written)]
    try:
        return subprocess.run(  # noqa: S603  our own programs, with numbers and keys as arguments
            [sys.executable, "-S", "-P", *limited, str(program), *arguments],
            stdin=given.fileno(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=tuple(passed),
            # None of the site's settings, which hold its secrets: only where its libraries are.
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PATH": os.defpath},
            timeout=limits.wait,
            check=True,
        ).stdout
    except subprocess.SubprocessError as error:
        raise Ended from error
