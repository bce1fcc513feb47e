"""What is found of each kind of thing, as its own tables say it now.

One function for each kind reads many things at once and gives their entries: those that must not be found have none.
It is behind the writes (each event renews the things that it is about), behind `sccafe reindex`, and behind
`sccafe check`, so the three cannot come to say different things.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Label, Select, bindparam, func, select

from sccafe.accounts.models import User
from sccafe.boards.models import Attachment, Board, Poll, PollChoice, Post, Topic, TopicTheme
from sccafe.core import markup, taxonomy
from sccafe.core.audience import NETWORK, PUBLIC
from sccafe.core.database import db, of_these, run
from sccafe.library import sheet
from sccafe.library.models import ON_SHELF, File, Item, Version, VersionFile

#: Characters of one part, and how many of them the next one repeats, so that nothing is cut in two. A post, a sheet and
#: most files are one part: words looked for together are looked for in one text.
LONGEST, REPEATED = 40_000, 200

#: Where somebody looks; the fixed names of `?in=`.
GROUPS = ("boards", "library", "qa", "people", "industry")


@dataclass(frozen=True)
class Draft:
    """An entry as it should be; rows are compared with it by everything that is here."""

    ref: int
    audience: str
    title: str
    text: str
    marks: frozenset[str]
    at: datetime


@dataclass(frozen=True)
class Kind:
    name: str
    #: All numbers of this kind, in order: for going through everything.
    numbers: Callable[[], Select[tuple[int]]]
    #: The entries of these numbers.
    drafts: Callable[[Sequence[int]], Iterable[Draft]]


KINDS: dict[str, Kind] = {}


def kind(name: str, numbers: Callable[[], Select[tuple[int]]]) -> Callable[..., Any]:
    def register(function: Callable[[Sequence[int]], Iterable[Draft]]) -> Callable[[Sequence[int]], Iterable[Draft]]:
        KINDS[name] = Kind(name, numbers, function)
        return function

    return register


def parts(text: str) -> Iterator[str]:
    """The text, in pieces of at most LONGEST characters that overlap."""
    begin = 0
    while True:
        yield text[begin : begin + LONGEST]
        if begin + LONGEST >= len(text):
            return
        begin += LONGEST - REPEATED


# --- marks: what the index narrows by ----------------------------------------------------------------------


def in_group(group: str) -> str:
    return f"in:{group}"


def on_board(board_id: int) -> str:
    return f"board:{board_id}"


def on_theme(theme: str) -> str:
    return f"theme:{theme}"


def in_prefecture(code: str) -> str:
    return f"pref:{code}"


def by_person(user_id: int) -> str:
    return f"by:{user_id}"


#: An answer that was accepted, or an item whose owner has said lately that it is right.
TRUSTED = "trusted"
#: It opens a topic, so it has a title of its own.
OPENS = "opens"


# --- boards ------------------------------------------------------------------------------------------------


def _lines(texts: Select[tuple[str]]) -> Label[str]:
    """These texts of a post's in their order, each on a line of its own; NULL where there are none."""
    rows = texts.correlate(Post).subquery()
    (text,) = rows.c
    return select(func.aggregate_strings(text, "\n")).scalar_subquery().label(text.key)


#: What is read of a post beside its own text: the names of its files, and the poll of the topic that it opens.
BESIDE_POST = (
    _lines(select(Attachment.name.label("file_names")).where(Attachment.post_id == Post.id).order_by(Attachment.place)),
    select(Poll.question).where(Poll.topic_id == Post.topic_id, Post.number == 1).scalar_subquery().label("question"),
    _lines(
        select(PollChoice.text.label("choices"))
        .join(Poll, Poll.id == PollChoice.poll_id)
        .where(Poll.topic_id == Post.topic_id, Post.number == 1)
        .order_by(PollChoice.place)
    ),
)

#: Built once: every reply is renewed by it.
_POSTS = (
    select(
        Post.id,
        Post.number,
        Post.html,
        Post.author_id,
        Post.created_at,
        Topic.id.label("topic_id"),
        Topic.audience,
        Topic.title,
        Topic.outcome_html,
        *BESIDE_POST,
        Topic.accepted_post_id,
        Topic.board_id,
        Board.kind.label("board_kind"),
    )
    .join(Topic, Topic.id == Post.topic_id)
    .join(Board, Board.id == Topic.board_id)
    .where(
        Post.id.in_(bindparam("ids", expanding=True)),
        of_these(Post.state) == "published",
        Topic.visibility == "published",
    )
)
_THEMES = select(TopicTheme.topic_id, TopicTheme.theme).where(TopicTheme.topic_id.in_(bindparam("ids", expanding=True)))


@kind("post", lambda: select(Post.id).order_by(Post.id))
def posts(post_ids: Sequence[int]) -> Iterator[Draft]:
    """Published posts of published topics. A post of nobody's, an anonymous one, has no mark of a person."""
    rows = run(_POSTS, ids=list(post_ids)).all()
    themes = _themes({row.topic_id for row in rows})
    for row in rows:
        opens = row.number == 1
        marks = {
            in_group("industry" if row.board_kind == "industry" else "boards"),
            on_board(row.board_id),
            *map(on_theme, themes.get(row.topic_id, ())),
        }
        if row.author_id is not None:
            marks.add(by_person(row.author_id))
        if row.accepted_post_id == row.id:
            marks.add(TRUSTED)
        if opens:
            marks.add(OPENS)
        yield Draft(
            row.id, row.audience, row.title if opens else "", said_by_post(row), frozenset(marks), row.created_at
        )


def said_by_post(row: Any) -> str:
    """What a post says, by its `number`, `html`, BESIDE_POST and its topic's `outcome_html`."""
    said = [markup.plain(row.html, _WHOLE), row.question, row.choices, row.file_names]
    if row.number == 1 and row.outcome_html:
        said.append(markup.plain(row.outcome_html, _WHOLE))
    return "\n".join(filter(None, said))


def _themes(topic_ids: Iterable[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for row in run(_THEMES, ids=list(topic_ids)):
        found.setdefault(row.topic_id, []).append(row.theme)
    return found


#: No text is longer; `markup.plain` wants to know.
_WHOLE = 10**7

# --- library -----------------------------------------------------------------------------------------------


def _of_item(row: Any) -> set[str]:
    marks = {
        in_group("qa" if row.item_kind == "qa" else "library"),
        *(on_theme(tag.removeprefix("theme:")) for tag in row.tags.split() if tag.startswith("theme:")),
    }
    if row.prefecture:
        marks.add(in_prefecture(row.prefecture))
    return marks


_ITEM: tuple[Any, ...] = (
    Item.audience,
    Item.kind.label("item_kind"),
    Item.title,
    Item.tags,
    Item.prefecture,
    Item.owner_id,
    Item.checked_on,
    Item.needs_work,
    Item.published_at,
)


@kind("item", lambda: select(Item.id).order_by(Item.id))
def items(item_ids: Sequence[int]) -> Iterator[Draft]:
    """Items on the shelf, as their published version says."""
    rows = db.session.execute(
        select(Item.id, *_ITEM, Version.sheet, Version.html)
        .join(Version, Version.id == Item.published_id)
        .where(Item.id.in_(item_ids), ON_SHELF)
    )
    for row in rows:
        marks = _of_item(row)
        if row.owner_id is not None:
            marks.add(by_person(row.owner_id))
        if row.checked_on and not row.needs_work:
            marks.add(TRUSTED)
        yield Draft(row.id, row.audience, row.title, said_by_item(row), frozenset(marks), row.published_at)


def said_by_item(row: Any) -> str:
    """What an item says, by its version's `sheet` and `html`, as it is read: without the signs of Markdown."""
    return sheet.said(row.sheet | {part: markup.plain(html, _WHOLE) for part, html in row.html.items()})


@kind("file", lambda: select(File.id).order_by(File.id))
def files(file_ids: Sequence[int]) -> Iterator[Draft]:
    """Files of the published versions of items on the shelf, by their names and by what documents say."""
    rows = db.session.execute(
        select(File.id, File.name, File.text, *_ITEM)
        .join(VersionFile, VersionFile.file_id == File.id)
        .join(Item, Item.published_id == VersionFile.version_id)
        .where(File.id.in_(file_ids), ON_SHELF)
    )
    for row in rows:
        yield Draft(row.id, row.audience, row.name, row.text, frozenset(_of_item(row)), row.published_at)


# --- people ------------------------------------------------------------------------------------------------


def _active() -> ColumnElement[bool]:
    return of_these(User.state) == "active"


@kind("person", lambda: select(User.id).order_by(User.id))
def people(user_ids: Sequence[int]) -> Iterator[Draft]:
    """Active people by what their profile shows: the handle to everybody, the rest to those who are signed in.

    What it says of a town or of oneself is for people who are signed in; `handles` are what visitors find.
    """
    rows = db.session.execute(
        select(User.id, User.handle, User.about, User.prefecture, User.municipality, User.created_at).where(
            User.id.in_(user_ids), _active()
        )
    )
    for row in rows:
        yield Draft(row.id, NETWORK, row.handle, said_by_person(row), _of_person(row), row.created_at)


def said_by_person(row: Any) -> str:
    """What a profile says to those who are signed in, by its `prefecture`, `municipality` and `about`."""
    return "\n".join(filter(None, (taxonomy.place(row.prefecture, row.municipality), row.about)))


def _of_person(row: Any) -> frozenset[str]:
    marks = {in_group("people")}
    if row.prefecture:
        marks.add(in_prefecture(row.prefecture))
    return frozenset(marks)


@kind("handle", lambda: select(User.id).order_by(User.id))
def handles(user_ids: Sequence[int]) -> Iterator[Draft]:
    """Active people as visitors find them: by what everybody is shown."""
    rows = db.session.execute(
        select(User.id, User.handle, User.prefecture, User.created_at).where(User.id.in_(user_ids), _active())
    )
    for row in rows:
        yield Draft(row.id, PUBLIC, row.handle, said_to_visitors(row), _of_person(row), row.created_at)


def said_to_visitors(row: Any) -> str:
    """What a profile says to everybody, by its `prefecture`."""
    return taxonomy.place(row.prefecture, "")
