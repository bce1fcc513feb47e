"""The addresses of feeds; see feeds.py."""

from flask import current_app
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _

from sccafe.boards import feeds, queries
from sccafe.boards.blueprint import pages
from sccafe.boards.threads import NotThere
from sccafe.core import atom, clock


@pages.get("/feeds/<slug>.atom")
def board_feed(slug: str) -> ResponseReturnValue:
    """A board's newest topics, where a visitor may read it; for anybody else's eyes there is no feed."""
    board = queries.board_of_feed(slug)
    if board is None:
        raise NotThere
    rows = queries.posts_of_board_feed(board.id)
    head = atom.Head(
        f"/feeds/{board.slug}.atom", f"/boards/{board.slug}", board.title, board.description, board.created_at
    )
    return _answer(head, rows)


@pages.get("/feeds/unanswered.atom")
def waiting_feed() -> ResponseReturnValue:
    """Questions that nobody has answered."""
    with force_locale("ja"):
        title = _("答えを待っている質問")
    today = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    head = atom.Head("/feeds/unanswered.atom", "/lounge", title, "", today)
    return _answer(head, queries.posts_of_waiting_feed())


def _answer(head: atom.Head, rows: feeds.Rows) -> ResponseReturnValue:
    with force_locale("ja"):
        words = feeds.Words(
            site=_("SCカフェ"),
            someone=_("退会した人"),
            replied=_("%(name)sさんの返信（%(time)s）", name="%s", time="%s"),
        )
    base = current_app.config["SETTINGS"].base_url
    return atom.answer(*atom.feed(head, feeds.entries(rows, words), base, words.site))
