"""From what happened to who is told: notices and mails are written in the transaction of the thing itself."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, select
from sqlalchemy.orm import aliased

from sccafe.accounts.events import AccountApproved, AccountRestored, AccountSuspended, RoleChanged
from sccafe.boards.events import (
    AnswerAccepted,
    BoardChanged,
    PostDeleted,
    PostErased,
    PostHidden,
    PostPublished,
    PostRestored,
    TopicChanged,
    TopicRead,
)
from sccafe.boards.models import Board, Post, Topic
from sccafe.core.audience import STAFF_ROLES
from sccafe.core.database import db
from sccafe.core.events import on
from sccafe.moderation.erasing import holds_text
from sccafe.moderation.events import ReportAssigned, ReportClosed
from sccafe.notifications import mails as mails  # the renderer of what is queued here
from sccafe.notifications import service
from sccafe.notifications.models import Notice

holds_text(_l("知らせに書いた理由"), Notice.reason)

_parent = aliased(Post)
_opening = aliased(Post)


# --- a conversation ---------------------------------------------------------------------------------


@on(PostPublished)
def post_published(event: PostPublished) -> None:
    if event.was_held and event.author_id is not None:
        service.tell_of_topic("approved", event.author_id, event.topic_id, event.post_id)
    if event.number > 1:
        _tell_of_post(event.post_id)


def _tell_of_post(post_id: int, *, again: bool = False) -> None:
    """Tell the writer of the post answered, and whoever opened the topic; `again` tells only those who missed it."""
    row = db.session.execute(
        select(
            Post.topic_id,
            Post.author_id,
            Post.parent_id,
            Board.kind,
            _parent.author_id.label("answered"),
            _opening.author_id.label("opener"),
        )
        .join(Topic, Topic.id == Post.topic_id)
        .join(Board, Board.id == Topic.board_id)
        .outerjoin(_parent, _parent.id == Post.parent_id)
        .outerjoin(_opening, and_(_opening.topic_id == Topic.id, _opening.number == 1))
        .where(Post.id == post_id)
    ).one()
    told: set[int | None] = {None, row.author_id}

    def tell(kind: str, user_id: int | None) -> None:
        if user_id is None or user_id in told or (again and service.knows_already(kind, user_id, post_id)):
            return
        if service.tell_of_topic(kind, user_id, row.topic_id, post_id, by_mail=not again):
            told.add(user_id)

    if row.parent_id is not None:
        tell("reply", row.answered)
    if row.kind == "questions":
        tell("answer", row.opener)
    elif row.parent_id is None:
        tell("reply", row.opener)


@on(AnswerAccepted)
def answer_accepted(event: AnswerAccepted) -> None:
    service.withdraw(Notice.topic_id == event.topic_id, Notice.kind == "accepted")
    if event.post_id is not None and event.author_id is not None and event.author_id != event.actor_id:
        service.tell_of_topic("accepted", event.author_id, event.topic_id, event.post_id)


@on(TopicRead)
def topic_read(event: TopicRead) -> None:
    service.mark_read_posts(event.user_id, event.topic_id, event.last_read_number)


# --- what is there no longer, or again --------------------------------------------------------------


@on(PostDeleted)
def post_deleted(event: PostDeleted) -> None:
    service.withdraw_of_post(event.post_id)
    service.withdraw_unreadable(Topic.id == event.topic_id)


@on(PostHidden)
def post_hidden(event: PostHidden) -> None:
    service.withdraw_of_post(event.post_id)
    service.withdraw_unreadable(Topic.id == event.topic_id)
    _tell_of_measure(
        event.author_id,
        event.actor_id,
        "refused" if event.was_held else "hidden",
        event.reason,
        event.topic_id,
        event.post_id,
    )


@on(PostRestored)
def post_restored(event: PostRestored) -> None:
    number = db.session.scalar(select(Post.number).where(Post.id == event.post_id))
    if number is not None and number > 1:
        _tell_of_post(event.post_id, again=True)
    if event.reason:
        # One that was refused at first is published by this: told once, with the reason.
        service.withdraw(Notice.post_id == event.post_id, Notice.kind == "approved")
        _tell_of_measure(event.author_id, event.actor_id, "restored", event.reason, event.topic_id, event.post_id)


@on(BoardChanged)
def board_changed(event: BoardChanged) -> None:
    if event.audience_changed:
        service.withdraw_unreadable(Topic.board_id == event.board_id)


# --- measures ---------------------------------------------------------------------------------------


def _tell_of_measure(
    user_id: int | None, actor_id: int | None, measure: str, reason: str, topic_id: int, post_id: int | None = None
) -> None:
    if user_id is not None and user_id != actor_id:
        service.tell_of_measure(user_id, measure, reason, topic_id=topic_id, post_id=post_id)


@on(PostErased)
def post_erased(event: PostErased) -> None:
    rows = db.session.execute(
        select(Post.id, Post.topic_id, Post.number, Post.author_id).where(Post.id.in_(event.post_ids))
    ).all()
    for row in rows:
        _tell_of_measure(row.author_id, event.actor_id, "erased", event.reason, row.topic_id, row.id)
    told = {row.topic_id for row in rows if row.number == 1}
    openers = db.session.execute(
        select(Post.topic_id, Post.author_id).where(Post.topic_id.in_(set(event.topic_ids) - told), Post.number == 1)
    ).all()
    for topic_id, opener in openers:
        _tell_of_measure(opener, event.actor_id, "erased", event.reason, topic_id)


@on(TopicChanged)
def topic_changed(event: TopicChanged) -> None:
    if event.measure in ("hidden", "moved"):
        service.withdraw_unreadable(Topic.id == event.topic_id)
    if event.measure in ("locked", "unlocked", "moved", "hidden", "restored"):
        _tell_of_measure(event.author_id, event.actor_id, event.measure, event.reason, event.topic_id)


# --- accounts: their mails are written by accounts itself -------------------------------------------


@on(AccountApproved)
def account_approved(event: AccountApproved) -> None:
    service.tell_of_approval(event.user_id)


@on(AccountSuspended)
def account_suspended(event: AccountSuspended) -> None:
    service.tell_of_measure(event.user_id, "suspended", event.reason, by_mail=False)


@on(AccountRestored)
def account_restored(event: AccountRestored) -> None:
    service.tell_of_measure(event.user_id, "restored", event.reason, by_mail=False)


@on(RoleChanged)
def role_changed(event: RoleChanged) -> None:
    service.withdraw_unreadable(Notice.user_id == event.user_id)
    if event.after not in STAFF_ROLES:
        service.withdraw(Notice.user_id == event.user_id, Notice.kind == "report")
    if event.actor_id is not None and event.actor_id != event.user_id:
        service.tell_of_measure(event.user_id, "role", "", by_mail=False)


# --- reports ----------------------------------------------------------------------------------------


@on(ReportAssigned)
def report_assigned(event: ReportAssigned) -> None:
    service.withdraw(Notice.report_id == event.report_id, Notice.user_id != event.assignee_id)
    if event.assignee_id != event.actor_id:
        service.tell_of_report(event.assignee_id, event.report_id)


@on(ReportClosed)
def report_closed(event: ReportClosed) -> None:
    service.mark_report_done(event.report_id)
