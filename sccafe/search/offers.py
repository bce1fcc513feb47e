"""What is offered where nothing was found: another spelling, fewer words, no filters, a question."""

from dataclasses import dataclass
from urllib.parse import urlencode

from sccafe.core.audience import Viewer
from sccafe.search import queries
from sccafe.search.addresses import Address
from sccafe.search.spelling import nearest

#: A query may have many words; the first ones say the most.
_WORDS = 6
#: A title of a question is cut there by its form.
_TITLE = 120


@dataclass(frozen=True)
class Instead:
    """Searches that find something, as (words, address)."""

    #: One word of them in the nearest spelling that is found.
    spelling: list[tuple[str, str]]
    #: One word less.
    fewer: list[tuple[str, str]]
    #: The address of the same words without filters and everywhere; empty where that finds nothing either.
    everywhere: str


def instead(viewer: Viewer, address: Address) -> Instead:
    """Of the searches near this one those that find something for this viewer."""
    fewer = address.with_fewer_words()[:_WORDS]
    wide = address.without_filters().at("")
    alone = {at: Address(q=token) for at, token in enumerate(address.tokens) if address.is_word(token)}
    alone = dict(list(alone.items())[:_WORDS])
    there = _finding(viewer, [*fewer, wide, *alone.values()])
    unknown = next((at for at, word in alone.items() if word not in there), None)
    respelled = _respelled(viewer, address, unknown) if unknown is not None else []
    return Instead(
        respelled,
        [(each.q, each.href()) for each in fewer if each in there],
        wide.href() if wide in there and wide != address.at(address.place) else "",
    )


def _respelled(viewer: Viewer, address: Address, at: int) -> list[tuple[str, str]]:
    """With the word there as it is written elsewhere, if the whole search finds something then."""
    spelling = nearest(viewer, address.bare(address.tokens[at]))
    if spelling is None:
        return []
    other = address.respelled(at, spelling)
    return [(other.q, other.href())] if _finding(viewer, [other]) else []


def _finding(viewer: Viewer, these: list[Address]) -> set[Address]:
    """Those that find something; a search on one board is not looked at."""
    asked = {str(number): each.asked for number, each in enumerate(these) if not each.board}
    return {these[int(number)] for number in queries.finding(viewer, asked)}


def question(address: Address) -> str:
    """The form of a question with the words filled in."""
    title = address.words[:_TITLE]
    return "/boards/questions/new" + ("?" + urlencode({"title": title}) if title else "")
