"""How long something takes, told apart from what else the machine happens to do."""

import time
from collections.abc import Callable

#: A collection of everything that thousands of tests have made may fall into one run of something, not into each.
TRIES = 4


def seconds(action: Callable[[], object], until: float = 0.0) -> float:
    """Seconds of this thread's own work for `action`: the least of a few tries, or the first that is below `until`."""
    least = float("inf")
    for _ in range(TRIES):
        begun = time.thread_time()
        action()
        least = min(least, time.thread_time() - begun)
        if least < until:
            break
    return least
