"""A program of its own: sets limits, then becomes another program (see programs.py).

    python limited.py MEMORY SECONDS WRITTEN PROGRAM ARGUMENTS…

It imports nothing of the site.
"""

import os
import resource
import runpy
import sys


def limit(memory: int, seconds: int, written: int) -> None:
    """Let this process have no more address space, processor time and bytes in one file than this."""
    for which, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, written),
        (resource.RLIMIT_CORE, 0),
    ):
        _soft, hard = resource.getrlimit(which)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(which, (most, most))
    os.nice(5)  # pages come first


if __name__ == "__main__":
    limit(*(int(written) for written in sys.argv[1:4]))
    sys.argv = sys.argv[4:]
    runpy.run_path(sys.argv[0], run_name="__main__")
