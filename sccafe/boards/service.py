"""Every write of a conversation: topics, replies, edits, deletions, reactions, accepted answers."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlalchemy.orm import Session

from sccafe.accounts.models import User
from sccafe.boards import policy
from sccafe.boards.events import AnswerAccepted, PostDeleted, PostEdited, PostHeld, PostRestored
from sccafe.boards.models import Board, Post, PostVersion, Reaction, Topic, TopicTheme
from sccafe.boards.threads import (
    MayNot,
    NotThere,
    path_of,
    post_for_writing,
    published,
    set_visibility,
    settle,
    starter,
    state_without_acceptance,
    topic_for_writing,
)
from sccafe.core import clock, markup, site_settings, taxonomy
from sccafe.core.audience import STAFF, Viewer, readable
from sccafe.core.database import insert_once, locked, writing
from sccafe.core.events import emit

HOLD_FIRST_POST = site_settings.declare("hold_first_post", False, choices=(True, False))

TITLE_LENGTH = 100


@dataclass(frozen=True)
class Text:
    """A text ready to be stored: rendered before the transaction begins."""

    source: str
    html: str


def prepare(source: str) -> Text:
    """Check and render what was typed; raises markup.TextRefused, or ValueError where nothing is left of it."""
    source = markup.normalise(source)
    if not source.strip():
        raise ValueError("empty")
    return Text(source, markup.render(source))


@dataclass(frozen=True)
class Written:
    """Where a new post stands; `number` is None while it is held."""

    topic_id: int
    post_id: int
    number: int | None
    #: The same form was sent before: nothing new was written.
    repeated: bool = False


def _key(viewer: Viewer, place: str, once: str, source: str) -> str | None:
    """The hash that makes two sendings of one form one post; another body is a new post."""
    if not once:
        return None
    return hashlib.sha256("\0".join((str(viewer.user_id), place, once[:100], source)).encode()).hexdigest()


def _already_written(session: Session, key: str | None) -> Written | None:
    if key is None:
        return None
    row = session.execute(select(Post.topic_id, Post.id, Post.number).where(Post.idempotency_key == key)).first()
    return Written(row.topic_id, row.id, row.number, repeated=True) if row else None


def _is_held(session: Session, viewer: Viewer) -> bool:
    """Whether this post has to wait: a new account's first one, where the secretariat has set that."""
    if viewer.is_staff or not site_settings.get(HOLD_FIRST_POST):
        return False
    return not session.scalar(select(User.has_posted).where(User.id == viewer.user_id))


def _check_active(session: Session, viewer: Viewer) -> None:
    """An account suspended a moment ago writes nothing more."""
    if session.scalar(select(User.state).where(User.id == viewer.user_id)) != "active":
        raise MayNot("sign_in")


def first_line(source: str) -> str:
    """A title for a text that was given none."""
    line = next((line for line in source.splitlines() if line.strip(" #>*-　")), source)
    line = line.strip(" #>*-　")
    return line if len(line) <= 40 else line[:39] + "…"


def start_topic(
    viewer: Viewer, board_id: int, title: str, text: Text, themes: Sequence[str] = (), once: str = ""
) -> Written:
    """Open a topic with its first post. Raises NotThere or MayNot."""
    key = _key(viewer, f"board {board_id}", once, title + "\0" + text.source)
    title = " ".join(markup.normalise(title).split())[:TITLE_LENGTH] or first_line(text.source)
    with writing() as session:
        board = session.execute(
            locked(
                select(Board.kind, Board.start, Board.archived, Board.audience).where(
                    Board.id == board_id, readable(Board.audience, viewer)
                ),
                Board,
            )
        ).first()
        if board is None:
            raise NotThere
        before = _already_written(session, key)
        if before:
            return before
        if not policy.may_start(viewer, board.kind, board.start, board.archived):
            raise MayNot("archived" if board.archived else "role")
        _check_active(session, viewer)
        now, held = clock.now(), _is_held(session, viewer)
        topic = Topic(
            board_id=board_id,
            audience=STAFF if held else board.audience,
            title=title,
            state="unanswered" if board.kind == "questions" else "open",
            visibility="held" if held else "published",
            last_post_at=now,
            created_at=now,
        )
        session.add(topic)
        session.flush()
        for theme in dict.fromkeys(themes):
            if taxonomy.has("theme", theme):
                session.add(TopicTheme(topic_id=topic.id, theme=theme))
        post = _new_post(session, topic.id, None, None, viewer, text, key, held)
        if held:
            emit(PostHeld(post.id, topic.id))
        else:
            session.execute(update(Board).where(Board.id == board_id).values(topic_count=Board.topic_count + 1))
            published(session, post, topic.id)
        return Written(topic.id, post.id, post.number)


def reply(viewer: Viewer, topic_id: int, parent_id: int | None, text: Text, once: str = "") -> Written:
    """Answer a topic, or the post `parent_id` in it. Raises NotThere or MayNot."""
    key = _key(viewer, f"topic {topic_id}", once, f"{parent_id}\0{text.source}")
    with writing() as session:
        topic = topic_for_writing(session, viewer, topic_id)
        before = _already_written(session, key)
        if before:
            return before
        refuse_unless_may_reply(viewer, topic)
        _check_active(session, viewer)
        parent_path = ""
        if parent_id is not None:
            parent = session.execute(
                select(Post.path).where(Post.id == parent_id, Post.topic_id == topic_id, Post.state == "published")
            ).first()
            if parent is None:
                raise NotThere
            parent_path = parent.path
        held = _is_held(session, viewer)
        post = _new_post(session, topic_id, parent_id, (topic.last_number + 1, parent_path), viewer, text, key, held)
        if held:
            emit(PostHeld(post.id, topic_id))
        else:
            published(session, post, topic_id)
        return Written(topic_id, post.id, post.number)


def _new_post(
    session: Session,
    topic_id: int,
    parent_id: int | None,
    place: tuple[int, str] | None,
    viewer: Viewer,
    text: Text,
    key: str | None,
    held: bool,
) -> Post:
    """Insert a post at `place` (its number and its parent's path); a held one has none yet."""
    number, parent_path = place or (1, "")
    post = Post(
        topic_id=topic_id,
        number=None if held else number,
        parent_id=parent_id,
        path=None if held else path_of(parent_path, number),
        author_id=viewer.user_id,
        alias="",
        source=text.source,
        html=text.html,
        renderer=markup.RENDERER_VERSION,
        state="held" if held else "published",
        created_at=clock.now(),
        idempotency_key=key,
    )
    session.add(post)
    session.flush()
    return post


def refuse_unless_may_reply(viewer: Viewer, topic: Row[Any]) -> None:
    why = policy.why_not_reply(
        viewer,
        topic.kind,
        archived=topic.archived or topic.visibility == "deleted",
        locked=topic.locked,
        opens_at=topic.opens_at,
        closes_at=topic.closes_at,
        now=clock.now(),
    )
    if why:
        raise MayNot(why)


def edit_post(viewer: Viewer, post_id: int, text: Text, title: str = "") -> Post:
    """Replace a post's text, keeping the one before; the first post may change its topic's title as well."""
    with writing() as session:
        post, topic = post_for_writing(session, viewer, post_id)
        if topic.visibility == "hidden" or not policy.may_edit(viewer, post.author_id, post.state, topic.locked):
            raise MayNot("edit")
        title = " ".join(markup.normalise(title).split())[:TITLE_LENGTH]
        if title and title != topic.title and post.number in (1, None) and post.parent_id is None:
            session.execute(update(Topic).where(Topic.id == topic.id).values(title=title))
        if text.source != post.source:
            now = clock.now()
            session.add(
                PostVersion(
                    post_id=post.id,
                    source=post.source,
                    html=post.html,
                    written_at=post.edited_at or post.created_at,
                    replaced_at=now,
                )
            )
            post.source, post.html, post.renderer = text.source, text.html, markup.RENDERER_VERSION
            post.edited_at = now
        emit(PostEdited(post.id, post.topic_id))
        return post


def delete_post(viewer: Viewer, post_id: int) -> Post:
    """Take a post back: a placeholder keeps the thread, or the whole topic goes where nobody has answered."""
    with writing() as session:
        post, topic = post_for_writing(session, viewer, post_id)
        if topic.visibility == "hidden" or not policy.may_delete(viewer, post.author_id, post.state, topic.locked):
            raise MayNot("delete")
        was_published = post.state == "published"
        post.state, post.deleted_at = "deleted", clock.now()
        session.flush()
        if was_published:
            settle(session, topic, posts=-1)
        if topic.visibility in ("published", "held") and _opened_by(post) and topic.last_number <= 1:
            set_visibility(session, topic, "deleted")
        emit(PostDeleted(post.id, post.topic_id))
        return post


def undo_delete(viewer: Viewer, post_id: int) -> Post:
    """Put back what its writer deleted, while the text is still kept."""
    with writing() as session:
        post = session.execute(select(Post).where(Post.id == post_id)).scalar_one_or_none()
        if post is None or not viewer.signed_in or post.author_id != viewer.user_id or post.state != "deleted":
            raise NotThere
        if not post.source:
            raise MayNot("gone")
        insider = Viewer(user_id=viewer.user_id, role=viewer.role, audiences=viewer.audiences | {STAFF})
        topic = topic_for_writing(session, insider, post.topic_id)
        if topic.visibility == "hidden":
            raise NotThere
        post.deleted_at = None
        post.state = "published" if post.number is not None else "held"
        session.flush()
        if topic.visibility == "deleted":
            set_visibility(session, topic, "published" if post.number is not None else "held")
        if post.number is not None:
            settle(session, topic, posts=1)
            emit(PostRestored(post.id, post.topic_id, post.author_id))
        return post


def _opened_by(post: Post) -> bool:
    """Whether this post opens its topic; a held one has no number yet."""
    return post.number == 1 or (post.number is None and post.parent_id is None)


def react(viewer: Viewer, post_id: int, kind: str) -> tuple[Post, bool]:
    """Set a reaction, or take it back where it stands; says whether it stands now."""
    option = next((option for option in taxonomy.options("reaction") if option.key == kind), None)
    with writing() as session:
        post, topic = post_for_writing(session, viewer, post_id)
        if option is None or post.state != "published" or (topic.visibility != "published" and not viewer.is_staff):
            raise NotThere
        if not policy.may_react(viewer, topic.kind) or post.author_id == viewer.user_id:
            raise MayNot("react")
        if option.only_on and (option.only_on != topic.kind or post.number != 1):
            raise MayNot("react")
        _check_active(session, viewer)
        values = {"post_id": post.id, "user_id": viewer.user_id, "kind": kind, "created_at": clock.now()}
        stands = insert_once(session, Reaction, values)
        if not stands:
            session.execute(
                delete(Reaction).where(
                    Reaction.post_id == post.id, Reaction.user_id == viewer.user_id, Reaction.kind == kind
                )
            )
        return post, stands


def accept_answer(viewer: Viewer, post_id: int) -> tuple[Post, bool]:
    """Say that this answer solved the question, or take that back; says whether it stands now."""
    with writing() as session:
        post, topic = post_for_writing(session, viewer, post_id)
        if post.state != "published" or post.number in (None, 1):
            raise NotThere
        if not policy.may_accept(viewer, topic.kind, starter(session, topic.id), topic.archived):
            raise MayNot("accept")
        accepted = None if topic.accepted_post_id == post.id else post.id
        state = "solved" if accepted else state_without_acceptance(session, topic.id)
        session.execute(update(Topic).where(Topic.id == topic.id).values(accepted_post_id=accepted, state=state))
        emit(AnswerAccepted(topic.id, accepted, post.author_id, viewer.user_id))
        return post, accepted is not None
