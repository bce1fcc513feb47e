"""Every read of prompts: for the secretariat through the wall, for a link's holder as whom the link is for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, select

from sccafe.accounts.sessions import viewer_of
from sccafe.boards import policy as boards_policy
from sccafe.boards.models import Board, Post, Topic
from sccafe.boards.unsigned import LinkedPost
from sccafe.core import clock
from sccafe.core.audience import VISITOR, Viewer, may_read, readable
from sccafe.core.database import db
from sccafe.prompts import policy, tokens
from sccafe.prompts.models import EnteredPost, PrivateAnswer, Prompt, PromptRecipient, RefusedAddress

PER_PAGE = 25

# --- for the secretariat --------------------------------------------------------------------------------


def _prompts(viewer: Viewer, *which: ColumnElement[bool]) -> Select[Any]:
    published = (
        select(func.count())
        .select_from(LinkedPost)
        .join(Post, Post.id == LinkedPost.post_id)
        .where(LinkedPost.topic_id == Prompt.topic_id, Post.state == "published", Post.by_staff.is_(False))
        .correlate(Prompt)
        .scalar_subquery()
    )
    return (
        select(
            Prompt.id,
            Prompt.topic_id,
            Prompt.deadline,
            Prompt.sent_count,
            Prompt.opened_count,
            Prompt.answered_count,
            published.label("published_count"),
            Topic.title,
            Topic.audience,
            Board.kind,
            Board.title.label("board_title"),
            Board.title_en.label("board_title_en"),
            Board.audience.label("board_audience"),
        )
        .join(Topic, Topic.id == Prompt.topic_id)
        .join(Board, Board.id == Topic.board_id)
        .where(readable(Topic.audience, viewer), *which)
    )


def prompts(viewer: Viewer, page: int) -> tuple[Sequence[Row[Any]], int]:
    """One page of prompts, newest first, and how many there are; published answers are counted for these few."""
    statement = _prompts(viewer).order_by(Prompt.id.desc()).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    count = (
        select(func.count())
        .select_from(Prompt)
        .join(Topic, Topic.id == Prompt.topic_id)
        .where(readable(Topic.audience, viewer))
    )
    return db.session.execute(statement).all(), db.session.scalar(count) or 0


def prompt(viewer: Viewer, prompt_id: int) -> Row[Any] | None:
    """A prompt with its figures and the place of its answers."""
    if not policy.may_ask(viewer):
        return None
    return db.session.execute(_prompts(viewer, Prompt.id == prompt_id)).first()


def question(topic_id: int) -> str:
    """The HTML of a prompt's question, which `prompt` has let the viewer read; empty where it was taken away."""
    found = db.session.scalar(
        select(Post.html).where(Post.topic_id == topic_id, Post.number == 1, Post.state == "published")
    )
    return found or ""


def private_answers(viewer: Viewer, prompt_id: int, page: int) -> tuple[Sequence[Row[Any]], int]:
    """One page of the answers that only the secretariat reads, newest first, and how many there are."""
    if not policy.may_ask(viewer):
        return [], 0
    rows = db.session.execute(
        select(PrivateAnswer.id, PrivateAnswer.name, PrivateAnswer.source, PrivateAnswer.written_at)
        .where(PrivateAnswer.prompt_id == prompt_id)
        .order_by(PrivateAnswer.id.desc())
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    ).all()
    count = select(func.count()).select_from(PrivateAnswer).where(PrivateAnswer.prompt_id == prompt_id)
    return rows, db.session.scalar(count) or 0


def boards_to_ask_on(viewer: Viewer) -> Sequence[Row[Any]]:
    """The boards on which a prompt may open its topic."""
    return db.session.execute(
        select(Board.id, Board.slug, Board.title.label("board_title"), Board.title_en.label("board_title_en"))
        .where(readable(Board.audience, viewer), Board.kind.in_(sorted(policy.KINDS)), Board.archived.is_(False))
        .order_by(Board.position, Board.id)
    ).all()


# --- for a link's holder ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Before:
    """What came by a link until now: how it appears, and whether the post stands, waits or was hidden."""

    shown: str
    name: str
    source: str
    post_id: int | None = None
    state: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Asked:
    """A prompt as its link's holder may see it; `why` says what keeps them from answering, and is empty if nothing."""

    recipient_id: int
    prompt_id: int
    topic_id: int
    #: The member the link is for, or a visitor.
    viewer: Viewer
    why: str
    title: str
    html: str
    deadline: datetime
    audience: str
    anonymous_allowed: bool
    #: Whether they may read the topic itself.
    may_read: bool


def asked(token: str) -> Asked | None:
    """What this link opens; None for one that was never made, was forgotten, or whose member is not active.

    `why` is over (its deadline), away (the question is not theirs to read any more), or a reason of boards' policy.
    """
    row = db.session.execute(
        select(
            PromptRecipient.id,
            PromptRecipient.prompt_id,
            PromptRecipient.user_id,
            Prompt.deadline,
            Topic.id.label("topic_id"),
            Topic.title,
            Topic.audience,
            Topic.visibility,
            Topic.locked,
            Topic.opens_at,
            Topic.closes_at,
            Board.kind,
            Board.archived,
            Board.anonymous_allowed,
            Post.html,
        )
        .join(Prompt, Prompt.id == PromptRecipient.prompt_id)
        .join(Topic, Topic.id == Prompt.topic_id)
        .join(Board, Board.id == Topic.board_id)
        .outerjoin(Post, and_(Post.topic_id == Topic.id, Post.number == 1, Post.state == "published"))
        .where(PromptRecipient.token_hash == tokens.hashed(token))
    ).first()
    if row is None:
        return None
    viewer = VISITOR if row.user_id is None else viewer_of(row.user_id)
    if viewer is None:
        return None
    now = clock.now()
    # A hidden topic is the staff's to read; to whoever was asked it is away.
    theirs = may_read(row.audience, viewer) and row.visibility == "published"
    if now >= row.deadline:
        why = "over"
    elif not theirs or row.html is None:
        why = "away"
    else:
        why = boards_policy.why_not_answer(
            archived=row.archived, locked=row.locked, opens_at=row.opens_at, closes_at=row.closes_at, now=now
        )
    return Asked(
        recipient_id=row.id,
        prompt_id=row.prompt_id,
        topic_id=row.topic_id,
        viewer=viewer,
        why=why,
        title=row.title if theirs else "",
        html=(row.html or "") if theirs else "",
        deadline=row.deadline,
        audience=row.audience,
        anonymous_allowed=boards_policy.may_be_anonymous(row.kind, row.anonymous_allowed),
        may_read=theirs,
    )


def before(asked: Asked, token: str) -> Before | None:
    """The answer that stands by this link."""
    link = tokens.link_of(token)
    private = db.session.execute(
        select(PrivateAnswer.name, PrivateAnswer.source).where(
            PrivateAnswer.prompt_id == asked.prompt_id, PrivateAnswer.link == link
        )
    ).first()
    if private:
        return Before("private", private.name, private.source)
    post = db.session.execute(
        select(Post.id, Post.source, Post.state, Post.state_reason, Post.alias, Post.guest_name)
        .join(LinkedPost, LinkedPost.post_id == Post.id)
        .where(LinkedPost.topic_id == asked.topic_id, LinkedPost.link == link, Post.state != "deleted")
        .order_by(Post.id.desc())
        .limit(1)
    ).first()
    if post is None:
        return None
    shown = "anonymous" if post.alias else "named"
    return Before(shown, post.guest_name, post.source, post.id, post.state, post.state_reason)


def refusing(token: str) -> bool | None:
    """Whether the address of this link wants no more prompts; None where the link is not one of a bare address."""
    found = db.session.scalar(
        select(PromptRecipient.address_hash).where(PromptRecipient.token_hash == tokens.hashed(token))
    )
    if found is None:
        return None
    return (
        db.session.scalar(select(RefusedAddress.address_hash).where(RefusedAddress.address_hash == found)) is not None
    )


def entered(token: str) -> Row[Any] | None:
    """What was entered for the holder of this link: their post, and its topic's title where a visitor reads it."""
    return db.session.execute(
        select(
            EnteredPost.post_id,
            EnteredPost.expires_at,
            EnteredPost.confirmed_at,
            Post.html,
            Post.state,
            Topic.title,
            Topic.audience,
            Board.audience.label("board_audience"),
        )
        .join(Post, Post.id == EnteredPost.post_id)
        .join(Topic, Topic.id == Post.topic_id)
        .join(Board, Board.id == Topic.board_id)
        .where(EnteredPost.token_hash == tokens.hashed(token), EnteredPost.expires_at > clock.now())
    ).first()
