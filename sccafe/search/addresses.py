"""What an address of the search page says, and the addresses that lead on from it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from urllib.parse import urlencode

from sccafe.core.web import page_number
from sccafe.search.entries import GROUPS
from sccafe.search.language import Asked, parse

PATH = "/search"
SORTS = ("new", "best")
#: The fields of the plain form that narrow what is found, as the language knows them.
FILTERS = ("by", "theme", "pref", "since", "until")
#: A filter is a name, a key or a day.
_LONGEST = 120
_PLACE_TYPED = re.compile(r"(?<!\S)in[:：]\s*\S*", re.IGNORECASE)
_QUOTES = '"＂“”'
_TOKEN = re.compile(f"[{_QUOTES}][^{_QUOTES}]*[{_QUOTES}]?|\\S+")
#: What a person types besides words: prefixes, a word that must not stand, OR.
_NOT_A_WORD = re.compile(r"(?:in|by|theme|pref|since|until)[:：]|[-－]|OR$")


@dataclass(frozen=True)
class Address:
    """A search as its address says it; nothing in it is believed to be there."""

    q: str = ""
    place: str = ""
    by: str = ""
    theme: str = ""
    pref: str = ""
    since: str = ""
    until: str = ""
    #: The address of a board.
    board: str = ""
    sort: str = SORTS[0]
    page: int = 1

    @property
    def asked(self) -> Asked:
        """The query that it stands for; the board is looked up where the reader is known."""
        return parse(self.q, place=self.place, more={name: getattr(self, name) for name in FILTERS})

    @property
    def has_filters(self) -> bool:
        return any(getattr(self, name) for name in (*FILTERS, "board"))

    @property
    def tokens(self) -> list[str]:
        """The words as they were typed, with what is no word between them."""
        return _TOKEN.findall(self.q)

    @staticmethod
    def is_word(token: str) -> bool:
        return not _NOT_A_WORD.match(token)

    @staticmethod
    def bare(token: str) -> str:
        """A word or phrase without its quotation marks."""
        return token.strip(_QUOTES)

    @property
    def words(self) -> str:
        """What was typed, without what only a search understands: fit to be the title of a question."""
        return " ".join(self.bare(token) for token in self.tokens if self.is_word(token))

    def arguments(self) -> dict[str, str]:
        """As an address has them; what needs no saying is left out."""
        said = {
            "q": self.q,
            "in": self.place,
            **{name: getattr(self, name) for name in (*FILTERS, "board")},
            "sort": "" if self.sort == SORTS[0] else self.sort,
            "page": "" if self.page == 1 else str(self.page),
        }
        return {name: value for name, value in said.items() if value}

    def href(self, path: str = PATH, **more: str) -> str:
        arguments = self.arguments() | more
        return path + ("?" + urlencode(arguments) if arguments else "")

    def changed(self, **values: str) -> "Address":
        """Another search: it begins on its first page."""
        return replace(self, page=1, **values)

    def at(self, place: str) -> "Address":
        """The same search elsewhere, also where the place was typed. Only boards have boards."""
        typed = " ".join(_PLACE_TYPED.sub(" ", self.q).split())
        return self.changed(place=place, q=typed, board=self.board if place in ("", self.place) else "")

    def without_filters(self) -> "Address":
        return self.changed(**dict.fromkeys((*FILTERS, "board"), ""))

    def with_fewer_words(self) -> list["Address"]:
        """The same search with one word less each."""
        tokens = self.tokens
        words = [at for at, token in enumerate(tokens) if self.is_word(token)]
        if len(words) < 2:
            return []
        return [self.changed(q=" ".join(token for number, token in enumerate(tokens) if number != at)) for at in words]

    def respelled(self, at: int, spelling: str) -> "Address":
        tokens = self.tokens
        return self.changed(q=" ".join([*tokens[:at], spelling, *tokens[at + 1 :]]))


def address_of(arguments: Mapping[str, str]) -> Address:
    """What the present request asks for; what nobody knows is left aside."""
    said = {field.name: _plain(arguments.get(field.name, "")) for field in fields(Address)}
    place, sort = arguments.get("in", ""), said["sort"]
    return Address(
        q=_plain(arguments.get("q", ""), len(arguments.get("q", ""))),
        place=place if place in GROUPS else "",
        **{name: said[name] for name in (*FILTERS, "board")},
        sort=sort if sort in SORTS else SORTS[0],
        page=page_number(),
    )


def _plain(text: str, longest: int = _LONGEST) -> str:
    """One line; no database takes control characters, and no address halves of characters."""
    text = text[:longest]
    return "".join(each if each.isprintable() else " " for each in text).strip()
