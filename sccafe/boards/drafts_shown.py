"""What the pages of drafts show: what each is for, and whether one can go on with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from sccafe.boards import drafts, policy, queries, shown
from sccafe.core import clock
from sccafe.core.audience import Viewer
from sccafe.core.formats import Moment, moment
from sccafe.core.language import gettext as _

EXCERPT = 100


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A draft in a list; `href` leads to its form and is empty where one cannot go on: `why` says why then."""

    id: int
    what_for: str
    text: str
    at: Moment
    href: str
    why: str


def lines(who: Viewer, rows: Sequence[Row[Any]], language: str) -> list[DraftLine]:
    """The rows of `queries.drafts` (or one of `queries.draft`): three statements, however many there are."""
    places = {row.id: drafts.read_place(row.place) or drafts.Place(topic_id=0) for row in rows}
    known = _Known(who, list(places.values()), language)
    now = clock.now()
    made = []
    for row in rows:
        what_for, href, why = known.told_of(places[row.id])
        text = " ".join((row.beginning if "beginning" in row._fields else row.body).split())
        text = f"{row.title}　{text}".strip("　") if row.title else text
        text = text if len(text) <= EXCERPT else text[: EXCERPT - 1] + "…"
        made.append(DraftLine(row.id, what_for, text, moment(row.updated_at, language, now), href, why))
    return made


def form_of(who: Viewer, place: drafts.Place) -> str:
    """The address of the form that a draft is for; empty where one cannot write there."""
    return _Known(who, [place], "ja").told_of(place)[1]


class _Known:
    """The places that the reader may read, looked up at once."""

    def __init__(self, who: Viewer, places: Sequence[drafts.Place], language: str) -> None:
        self.who, self.language = who, language
        parents = {place.parent_id for place in places if place.parent_id is not None}
        self.boards = queries.boards_by_id(who, {p.board_id for p in places if p.board_id is not None})
        self.topics = queries.topics_by_id(who, {p.topic_id for p in places if p.topic_id is not None})
        self.posts = queries.numbers_of_posts(who, parents) if parents else {}

    def told_of(self, place: drafts.Place) -> tuple[str, str, str]:
        """What it is for, the address of its form, and why one cannot go on."""
        if place.board_id is not None:
            return self._of_board(place.board_id)
        return self._of_topic(place.topic_id or 0, place.parent_id)

    def _gone(self) -> tuple[str, str, str]:
        return _("いまは読めない場所"), "", _("書いた文は、開いて写せます。")

    def _of_board(self, number: int) -> tuple[str, str, str]:
        board = self.boards.get(number)
        if board is None:
            return self._gone()
        name = shown.board_title(board, self.language)
        if board.kind == "questions":
            told = _("「%(place)s」への新しい質問", place=name)
        else:
            told = _("「%(place)s」への新しい話題", place=name)
        if not policy.may_start(self.who, board.kind, board.start, board.archived):
            return told, "", shown.why_not("archived" if board.archived else "start")
        return told, f"/boards/{board.slug}/new", ""

    def _of_topic(self, number: int, parent_id: int | None) -> tuple[str, str, str]:
        topic = self.topics.get(number)
        if topic is None:
            return self._gone()
        topic_id, answered = self.posts.get(parent_id or 0, (number, None))
        there = parent_id is None or (answered is not None and topic_id == number)
        if parent_id is None or answered == 1 or not there:
            told = _("「%(title)s」への返信", title=topic.title)
        else:
            told = _("「%(title)s」の返信%(number)sへの返信", title=topic.title, number=(answered or 1) - 1)
        why = policy.why_not_reply(
            self.who,
            topic.kind,
            archived=topic.archived or topic.visibility == "deleted",
            locked=topic.locked,
            opens_at=topic.opens_at,
            closes_at=topic.closes_at,
            now=clock.now(),
        )
        if why:
            return told, "", shown.why_not(why)
        if not there:
            return told, "", _("返信する相手の書き込みが、なくなりました。書いた文は、開いて写せます。")
        return told, f"/topics/{number}/reply" + (f"?parent={parent_id}" if parent_id else ""), ""
