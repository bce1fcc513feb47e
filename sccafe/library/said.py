"""Which items say what somebody looks for: the search knows it, which stands above the library."""

from collections.abc import Callable, Set

Source = Callable[[str], Set[int]]
_sources: list[Source] = []


def knows(source: Source) -> Source:
    """Let this function say which items a query finds, by their ids, whoever may read them."""
    _sources.append(source)
    return source


def saying(query: str) -> Set[int]:
    """The ids of the items that a query finds. They tell nobody anything yet: the shelf asks the wall."""
    return set[int]().union(*(source(query) for source in _sources))
