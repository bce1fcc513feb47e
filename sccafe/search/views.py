"""The search page, its facets, and what is offered while somebody types."""

from dataclasses import replace
from typing import Any

from flask import Response, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from sccafe.accounts.sessions import viewer
from sccafe.boards import policy as boards_policy
from sccafe.boards import queries as board_queries
from sccafe.core import taxonomy, web
from sccafe.core.audience import Viewer
from sccafe.core.language import gettext as _
from sccafe.core.language import locale
from sccafe.search import matching, offers, queries, shown
from sccafe.search import spelling_views as spelling_views  # the secretariat's page of spellings
from sccafe.search.addresses import PATH, SORTS, Address, address_of
from sccafe.search.blueprint import pages
from sccafe.search.language import Asked, Note

__all__ = ["pages"]


def _answer(template: str, **values: Any) -> Response:
    """Found by no search engine: it is another page for everybody, and its words are the reader's own."""
    response = make_response(render_template(template, **values))
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _read(boards: Any) -> tuple[Address, Asked]:
    """What the address asks for, as it was understood; what was cut off a long query stands in no link."""
    address = address_of(request.args)
    asked = address.asked
    address = replace(address, q=asked.typed)
    if address.board:
        asked = queries.on_board(asked, next((row.id for row in boards if row.slug == address.board), None))
    return address, asked


def _form(address: Address, language: str) -> dict[str, Any]:
    """What the plain form is filled with."""
    return {
        "address": address,
        "query": address.q,
        "themes": [(option.key, option.label(language)) for option in taxonomy.options("theme")],
        "prefectures": taxonomy.prefectures().items(),
    }


@pages.get(PATH)
def search() -> ResponseReturnValue:
    who, language = viewer(), locale()
    boards = queries.boards(who) if request.args.get("board") else []
    address, asked = _read(boards)
    notes = [shown.note(note) for note in asked.notes]
    if asked.wanted.is_empty and (not asked.impossible or Note.only_without in asked.notes):
        return _answer("search/start.html", **_form(address, language), notes=notes)
    known = matching.matches(who, asked)
    found = queries.search(who, asked, address.sort, address.page, known)
    facets, counts = None, found.counts
    if found.total and (known.is_whole or "facets" in request.args):
        boards = boards or queries.boards(who)
        facets = shown.facets(queries.facets(who, asked, known, boards), address, boards, language)
        counts = counts or queries.counts(who, asked, known)
    return _answer(
        "search/results.html",
        **_form(address, language),
        notes=notes,
        total=found.total,
        count=shown.count(found.total),
        is_found_somewhere=counts is None or any(counts.values()),
        tabs=shown.tabs(address, matching.groups_of(asked.wanted), counts),
        chips=shown.chips(address, boards, language),
        sorts=[(name, address.changed(sort=sort).href(), sort == address.sort) for sort, name in _sorts()],
        hits=shown.hits(found.hits, asked.words, language),
        facets=facets,
        facets_href=address.href(facets="1"),
        facets_part=address.href(f"{PATH}/facets"),
        pager=web.pager(PATH, found.page, found.pages, **address.changed().arguments()),
        instead=offers.instead(who, address) if not found.total else None,
        ask_href=_ask_href(who, address) if not found.total else "",
    )


def _sorts() -> list[tuple[str, str]]:
    return list(zip(SORTS, (_("新しい順"), _("合っている順")), strict=True))


def _ask_href(who: Viewer, address: Address) -> str:
    """Where a question with these words can be begun; empty for those who may not."""
    board = board_queries.board(who, "questions")
    if board is None or (who.signed_in and not boards_policy.may_start(who, board.kind, board.start, board.archived)):
        return ""
    return offers.question(address)


@pages.get(f"{PATH}/facets")
def facets() -> ResponseReturnValue:
    """The numbers of a search that finds very much, in each place and of each facet: they come after its page."""
    who, language = viewer(), locale()
    if not web.is_partial():
        return redirect(address_of(request.args).href(facets="1"))
    boards = queries.boards(who)
    address, asked = _read(boards)
    known = matching.matches(who, asked)
    return _answer(
        "search/_numbers.html",
        facets=shown.facets(queries.facets(who, asked, known, boards), address, boards, language),
        tabs=shown.tabs(address, matching.groups_of(asked.wanted), queries.counts(who, asked, known)),
    )


@pages.get(f"{PATH}/suggest")
def suggest() -> ResponseReturnValue:
    """Titles, themes and people for what is being typed."""
    found = queries.suggestions(viewer(), address_of(request.args).q)
    return _answer("search/_suggestions.html", suggestions=found)
