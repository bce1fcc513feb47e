"""What is offered where nothing was found: another spelling, fewer words, no filters, a question."""

from dataclasses import dataclass
from urllib.parse import urlencode

from sccafe.core.audience import Viewer
from sccafe.search import queries
from sccafe.search.addresses import Address
from sccafe.search.spelling import nearest

#: A query may have many words; the first ones say the most.
_RESPELLED, _FEWER = 3, 6
#: A title of a question is cut there by its form.
_TITLE = 120


@dataclass(frozen=True)
class Instead:
    """Searches that find something: (words, address)."""

    spelling: list[tuple[str, str]]
    fewer: list[tuple[str, str]]
    #: The same words without filters and everywhere.
    everywhere: str


def instead(viewer: Viewer, address: Address) -> Instead:
    """Of the searches near this one those that find something for this viewer."""
    respelled = [
        address.respelled(at, spelling)
        for at, token in list(enumerate(address.tokens))[:_RESPELLED]
        if address.is_word(token) and (spelling := nearest(viewer, token.strip('"')))
    ]
    fewer = address.with_fewer_words()[:_FEWER]
    wide = [address.without_filters().at("")] if address.has_filters or address.place else []
    near = {each.href(): each for each in (*respelled, *fewer, *wide)}
    there = set(queries.fewer(viewer, {href: each.asked for href, each in near.items() if not each.board}))

    def found(these: list[Address]) -> list[tuple[str, str]]:
        return [(each.q, each.href()) for each in these if each.href() in there]

    return Instead(found(respelled), found(fewer), next((href for _words, href in found(wide)), ""))


def question(address: Address) -> str:
    """The form of a question with the words filled in."""
    title = address.words[:_TITLE]
    return "/boards/questions/new" + ("?" + urlencode({"title": title}) if title else "")
