"""Every write of a conversation: topics, replies, edits, deletions, reactions, accepted answers."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, select, update
from sqlalchemy.orm import Session

from sccafe.accounts.models import User
from sccafe.boards import anonymity, drafts, meetings, policy, unsigned
from sccafe.boards.attachments import digest_of, storing
from sccafe.boards.events import AnswerAccepted, PostEdited, PostHeld, TopicThemed
from sccafe.boards.models import Board, Post, Reaction, Topic, TopicTheme
from sccafe.boards.threads import (
    MayNot,
    NotThere,
    path_of,
    post_for_writing,
    published,
    put_back,
    rewrite,
    state_without_acceptance,
    take_back,
    topic_for_writing,
)
from sccafe.boards.unsigned import Coming
from sccafe.core import clock, markup, site_settings, taxonomy, text_rules
from sccafe.core.audience import STAFF, Viewer, readable
from sccafe.core.database import insert_once, joining, locked, writing
from sccafe.core.events import emit
from sccafe.core.uploads import Upload

HOLD_FIRST_POST = site_settings.declare("hold_first_post", False, choices=(True, False))

TITLE_LENGTH = 100


@dataclass(frozen=True)
class Text:
    """A text ready to be stored: rendered before the transaction begins."""

    source: str
    html: str


def prepare(source: str) -> Text:
    """Check and render what was typed; raises text_rules.TextRefused, or ValueError where nothing is left of it."""
    source = text_rules.normalise(source)
    if not source.strip():
        raise ValueError("empty")
    return Text(source, markup.render(source))


@dataclass(frozen=True)
class Naming:
    """Under which name a post stands: the writer's own, or an alias; `with_position` shows layer and experience."""

    anonymous: bool = False
    with_position: bool = False


OWN_NAME = Naming()


@dataclass(frozen=True)
class Written:
    """Where a new post stands; `number` is None while it is held."""

    topic_id: int
    post_id: int
    number: int | None
    #: The same form was sent before: nothing new was written.
    repeated: bool = False


def _key(viewer: Viewer, place: str, once: str, source: str, files: Sequence[Upload]) -> str | None:
    """The hash that makes two sendings of one form one post; another body, or other files, is a new post."""
    if not once:
        return None
    sent = filter(None, (source, digest_of(files)))
    return hashlib.sha256("\0".join((str(viewer.user_id), place, once[:100], *sent)).encode()).hexdigest()


def _already_written(session: Session, key: str | None) -> Written | None:
    if key is None:
        return None
    row = session.execute(select(Post.topic_id, Post.id, Post.number).where(Post.idempotency_key == key)).first()
    return Written(row.topic_id, row.id, row.number, repeated=True) if row else None


def started_before(
    session: Session, viewer: Viewer, board_id: int, title: str, text: Text, once: str
) -> Written | None:
    """What `start_topic` has already made of this very form; inside `writing`."""
    return _already_written(session, _key(viewer, f"board {board_id}", once, f"{title}\0{text.source}", ()))


def _is_held(session: Session, viewer: Viewer, coming: Coming | None) -> bool:
    """Whether this post has to wait: a new account's or a stranger's first one, where the secretariat has set that."""
    if viewer.is_staff or (coming and coming.staff) or not site_settings.get(HOLD_FIRST_POST):
        return False
    if coming and not viewer.signed_in:
        return not unsigned.has_published(session, coming)
    return not session.scalar(select(User.has_posted).where(User.id == viewer.user_id))


def _check_active(session: Session, viewer: Viewer, coming: Coming | None = None) -> None:
    """An account suspended a moment ago writes nothing more; whoever comes without one has none to lose."""
    if coming and not viewer.signed_in:
        return
    if session.scalar(select(User.state).where(User.id == viewer.user_id)) != "active":
        raise MayNot("sign_in")


def first_line(source: str) -> str:
    """A title for a text that was given none."""
    line = next((line for line in source.splitlines() if line.strip(" #>*-　")), source)
    line = line.strip(" #>*-　")
    return line if len(line) <= 40 else line[:39] + "…"


def start_topic(
    viewer: Viewer,
    board_id: int,
    title: str,
    text: Text,
    themes: Sequence[str] = (),
    once: str = "",
    naming: Naming = OWN_NAME,
    files: Sequence[Upload] = (),
    coming: Coming | None = None,
    meeting: meetings.Meeting | None = None,
) -> Written:
    """Open a topic with its first post, a meeting with its period and poll; one of `coming` is started by its staff
    member. Raises NotThere, MayNot, PollRefused."""
    reader = coming.staff if coming and coming.staff else viewer
    key = _key(viewer, f"board {board_id}", once, title + "\0" + text.source, files)
    title = " ".join(text_rules.normalise(title).split())[:TITLE_LENGTH] or first_line(text.source)
    with storing(files) as stored, joining() as session:
        board = session.execute(
            locked(
                select(Board.kind, Board.start, Board.archived, Board.audience, Board.anonymous_allowed).where(
                    Board.id == board_id, readable(Board.audience, reader)
                ),
                Board,
            )
        ).first()
        if board is None:
            raise NotThere
        before = _already_written(session, key)
        if before:
            return before
        if coming:
            unsigned.refuse_unless_may_start(viewer, coming, board)
        elif not policy.may_start(viewer, board.kind, board.start, board.archived):
            raise MayNot("archived" if board.archived else "role")
        _check_anonymous(board, naming, files)
        _check_active(session, viewer, coming)
        now, held = clock.now(), _is_held(session, viewer, coming)
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
        if meeting is not None and board.kind == "meeting":
            meetings.set_up(session, topic.id, meeting)
        place = _Place(topic.id, None, 1, "")
        post = _new_post(session, place, viewer, text, key, held, naming, coming)
        stored.attach_to(session, post)
        if held:
            emit(PostHeld(post.id, topic.id))
        else:
            session.execute(update(Board).where(Board.id == board_id).values(topic_count=Board.topic_count + 1))
            published(session, post, topic.id)
        if coming is None:
            drafts.forget_sent(session, viewer, drafts.Place(board_id=board_id), once)
        return Written(topic.id, post.id, post.number)


def add_theme(viewer: Viewer, topic_id: int, theme: str) -> None:
    """Give a topic of one's own a theme. Raises NotThere or MayNot."""
    if not taxonomy.has("theme", theme):
        raise NotThere
    with writing() as session:
        topic = topic_for_writing(session, viewer, topic_id)
        if topic.archived or not (viewer.is_staff or anonymity.opened(session, viewer, topic_id)):
            raise MayNot("role")
        if insert_once(session, TopicTheme, {"topic_id": topic_id, "theme": theme}):
            emit(TopicThemed(topic_id))


def reply(
    viewer: Viewer,
    topic_id: int,
    parent_id: int | None,
    text: Text,
    once: str = "",
    naming: Naming = OWN_NAME,
    files: Sequence[Upload] = (),
    coming: Coming | None = None,
) -> Written:
    """Answer a topic, or the post `parent_id` in it; `coming` where nobody signed in. Raises NotThere or MayNot."""
    reader = coming.staff if coming and coming.staff else viewer
    key = _key(viewer, f"topic {topic_id}", once, f"{parent_id}\0{text.source}", files)
    with storing(files) as stored, joining() as session:
        topic = topic_for_writing(session, reader, topic_id)
        before = _already_written(session, key)
        if before:
            return before
        if coming:
            unsigned.refuse_unless_may_come(viewer, coming, topic)
        else:
            refuse_unless_may_reply(viewer, topic)
        _check_anonymous(topic, naming, files)
        _check_active(session, viewer, coming)
        parent_path = ""
        if parent_id is not None:
            parent = session.execute(
                select(Post.path).where(Post.id == parent_id, Post.topic_id == topic_id, Post.state == "published")
            ).first()
            if parent is None:
                raise NotThere
            parent_path = parent.path
        held = _is_held(session, viewer, coming)
        place = _Place(topic_id, parent_id, topic.last_number + 1, parent_path)
        post = _new_post(session, place, viewer, text, key, held, naming, coming)
        stored.attach_to(session, post)
        if held:
            emit(PostHeld(post.id, topic_id))
        else:
            published(session, post, topic_id)
        if coming is None:
            drafts.forget_sent(session, viewer, drafts.Place(topic_id=topic_id, parent_id=parent_id), once)
        return Written(topic_id, post.id, post.number)


def _check_anonymous(board: Any, naming: Naming, files: Sequence[Upload]) -> None:
    if naming.anonymous and not policy.may_be_anonymous(board.kind, board.anonymous_allowed):
        raise MayNot("anonymous")
    if naming.anonymous and any(upload.may_name_its_maker for upload in files):
        raise MayNot("named_file")


@dataclass(frozen=True)
class _Place:
    """Where a new post is to stand; a held one is given its number and its path at its publication."""

    topic_id: int
    parent_id: int | None
    number: int
    parent_path: str


def _new_post(
    session: Session,
    place: _Place,
    viewer: Viewer,
    text: Text,
    key: str | None,
    held: bool,
    naming: Naming,
    coming: Coming | None,
) -> Post:
    coming = coming or Coming()
    post = Post(
        topic_id=place.topic_id,
        number=None if held else place.number,
        parent_id=place.parent_id,
        path=None if held else path_of(place.parent_path, place.number),
        author_id=None if naming.anonymous else viewer.user_id,
        guest_name="" if naming.anonymous or viewer.signed_in else coming.guest_name,
        by_staff=coming.staff is not None,
        source=text.source,
        html=text.html,
        renderer=markup.RENDERER_VERSION,
        state="held" if held else "published",
        created_at=clock.now(),
        idempotency_key=key,
    )
    if naming.anonymous:
        opens = place.parent_id is None and place.number == 1
        post.alias = anonymity.STARTER if opens else unsigned.alias_for(session, viewer, coming, place.topic_id)
        if naming.with_position and viewer.signed_in:
            shown = session.execute(
                select(User.coordinator_layer, User.experience_years).where(User.id == viewer.user_id)
            ).one()
            post.shown_layer, post.shown_years = shown.coordinator_layer or "", shown.experience_years or ""
    session.add(post)
    session.flush()
    if naming.anonymous and viewer.signed_in:
        anonymity.remember(session, viewer, post)
    unsigned.remember(session, coming, post)
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
        mine = anonymity.wrote(session, viewer, post)
        if topic.visibility == "hidden" or not policy.may_edit(viewer, mine, post.state, topic.locked):
            raise MayNot("edit")
        title = " ".join(text_rules.normalise(title).split())[:TITLE_LENGTH]
        if title and title != topic.title and post.number in (1, None) and post.parent_id is None:
            session.execute(update(Topic).where(Topic.id == topic.id).values(title=title))
        rewrite(session, post, text.source, text.html)
        emit(PostEdited(post.id, post.topic_id))
        return post


def delete_post(viewer: Viewer, post_id: int) -> Post:
    """Take a post back: a placeholder keeps the thread, or the whole topic goes where nobody has answered."""
    with writing() as session:
        post, topic = post_for_writing(session, viewer, post_id)
        mine = anonymity.wrote(session, viewer, post)
        if topic.visibility == "hidden" or not policy.may_delete(viewer, mine, post.state, topic.locked):
            raise MayNot("delete")
        take_back(session, post, topic)
        return post


def undo_delete(viewer: Viewer, post_id: int) -> Post:
    """Put back what its writer deleted, while the text is still kept."""
    with writing() as session:
        post = session.execute(select(Post).where(Post.id == post_id)).scalar_one_or_none()
        if post is None or post.state != "deleted" or not anonymity.wrote(session, viewer, post):
            raise NotThere
        if not post.source:
            raise MayNot("gone")
        insider = Viewer(user_id=viewer.user_id, role=viewer.role, audiences=viewer.audiences | {STAFF})
        topic = topic_for_writing(session, insider, post.topic_id)
        if topic.visibility == "hidden":
            raise NotThere
        put_back(session, post, topic)
        return post


def react(viewer: Viewer, post_id: int, kind: str) -> tuple[Post, bool]:
    """Set a reaction, or take it back where it stands; says whether it stands now."""
    option = next((option for option in taxonomy.options("reaction") if option.key == kind), None)
    with writing() as session:
        post, topic = post_for_writing(session, viewer, post_id)
        if option is None or post.state != "published" or (topic.visibility != "published" and not viewer.is_staff):
            raise NotThere
        if not policy.may_react(viewer, topic.kind) or anonymity.wrote(session, viewer, post):
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
        if not policy.may_accept(viewer, topic.kind, anonymity.opened(session, viewer, topic.id), topic.archived):
            raise MayNot("accept")
        accepted = None if topic.accepted_post_id == post.id else post.id
        state = "solved" if accepted else state_without_acceptance(session, topic.id)
        session.execute(update(Topic).where(Topic.id == topic.id).values(accepted_post_id=accepted, state=state))
        emit(AnswerAccepted(topic.id, accepted, post.author_id, viewer.user_id))
        return post, accepted is not None
