"""Measures go into the record in the transaction of the measure itself, and close the reports that asked for them.

The record holds who did what to which thing and why: never the text of a post, and never an anonymous writer, whom the
events do not name either.
"""

from typing import Any

from sqlalchemy import select

from sccafe.accounts.events import (
    AccountApproved,
    AccountRefused,
    AccountRestored,
    AccountSuspended,
    CounselingDeskChanged,
    ExpertChanged,
    InvitationMade,
    RoleChanged,
)
from sccafe.boards.erasing import REMOVED
from sccafe.boards.events import (
    BoardChanged,
    MeetingChanged,
    OutcomeWritten,
    PostErased,
    PostHidden,
    PostPublished,
    PostRestored,
    TopicChanged,
)
from sccafe.boards.models import Board, Post, Topic
from sccafe.core.database import db
from sccafe.core.events import on
from sccafe.core.jobs import enqueue
from sccafe.counseling.events import RequestGone, RequestMoved
from sccafe.library.events import ItemArchived, ItemHandedOn, ItemPublished, ItemRemoved, VersionReturned
from sccafe.moderation import audit, erasing, service
from sccafe.moderation import erasing_counseling as erasing_counseling  # what the counseling desk holds
from sccafe.moderation import erasing_items as erasing_items  # what the library holds
from sccafe.prompts.events import PostEntered, PromptOpened, PromptSent


def _writer(author_id: int | None) -> dict[str, Any]:
    return {} if author_id is None else {"writer": author_id}


# --- posts and topics -----------------------------------------------------------------------------


@on(PostHidden)
def post_hidden(event: PostHidden) -> None:
    action = "post.refused" if event.was_held else "post.hidden"
    audit.record(
        action, "post", event.post_id, event.actor_id, event.reason, topic=event.topic_id, **_writer(event.author_id)
    )
    service.close_all(db.session(), event.post_id, "upheld", event.reason, event.actor_id)


@on(PostPublished)
def post_approved(event: PostPublished) -> None:
    if event.approver_id is not None:
        details = {"topic": event.topic_id, **_writer(event.author_id)}
        audit.record("post.approved", "post", event.post_id, event.approver_id, **details)


@on(PostRestored)
def post_restored(event: PostRestored) -> None:
    if not event.reason:
        return  # its writer took back a deletion: no measure
    audit.record(
        "post.restored",
        "post",
        event.post_id,
        event.actor_id,
        event.reason,
        topic=event.topic_id,
        **_writer(event.author_id),
    )


@on(PostErased)
def post_erased(event: PostErased) -> None:
    for kind, ids in (("post", event.post_ids), ("topic", event.topic_ids)):
        for number in ids:
            audit.record(f"{kind}.erased", kind, number, event.actor_id, event.reason)
    session = db.session()
    wholly = session.scalars(select(Post.id).where(Post.id.in_(event.post_ids), Post.source == REMOVED))
    for post_id in wholly.all():
        service.close_all(session, post_id, "upheld", event.reason, event.actor_id)
    enqueue(erasing.FINISH)


@on(TopicChanged)
def topic_changed(event: TopicChanged) -> None:
    details = _writer(event.author_id)
    if event.measure == "moved":
        boards = db.session.execute(select(Topic.board_id, Topic.moved_from_id).where(Topic.id == event.topic_id)).one()
        details |= {"to": boards.board_id, "from": boards.moved_from_id}
    audit.record(f"topic.{event.measure}", "topic", event.topic_id, event.actor_id, event.reason, **details)


@on(MeetingChanged)
def meeting_changed(event: MeetingChanged) -> None:
    audit.record("topic.meeting", "topic", event.topic_id, event.actor_id)


@on(OutcomeWritten)
def outcome_written(event: OutcomeWritten) -> None:
    action = "topic.outcome_removed" if event.removed else "topic.outcome"
    audit.record(action, "topic", event.topic_id, event.actor_id)


@on(BoardChanged)
def board_changed(event: BoardChanged) -> None:
    action = "board.made" if event.made else "board.changed"
    audience = db.session.scalar(select(Board.audience).where(Board.id == event.board_id))
    details: dict[str, Any] = {"audience": audience} if event.made or event.audience_changed else {}
    audit.record(action, "board", event.board_id, event.actor_id, **details)


# --- prompts, and what is entered for somebody ---------------------------------------------------------


@on(PromptOpened)
def prompt_opened(event: PromptOpened) -> None:
    audit.record("prompt.opened", "prompt", event.prompt_id, event.actor_id, topic=event.topic_id)


@on(PromptSent)
def prompt_sent(event: PromptSent) -> None:
    audit.record(
        "prompt.sent",
        "prompt",
        event.prompt_id,
        event.actor_id,
        topic=event.topic_id,
        recipients=event.recipients,
    )


@on(PostEntered)
def post_entered(event: PostEntered) -> None:
    details = {"topic": event.topic_id, **_writer(event.author_id)}
    audit.record("post.entered", "post", event.post_id, event.actor_id, **details)


# --- the library --------------------------------------------------------------------------------------


@on(ItemPublished)
def item_published(event: ItemPublished) -> None:
    audit.record("item.published", "item", event.item_id, event.actor_id, version=event.version_id)


@on(VersionReturned)
def version_returned(event: VersionReturned) -> None:
    audit.record("item.returned", "item", event.item_id, event.actor_id, version=event.version_id)


@on(ItemArchived)
def item_archived(event: ItemArchived) -> None:
    action = "item.archived" if event.reason else "item.put_back"
    audit.record(action, "item", event.item_id, event.actor_id, event.reason)


@on(ItemRemoved)
def item_removed(event: ItemRemoved) -> None:
    audit.record("item.removed", "item", event.item_id, None)


@on(ItemHandedOn)
def item_handed_on(event: ItemHandedOn) -> None:
    details: dict[str, Any] = {"before": event.before_id, "after": event.owner_id}
    audit.record("item.handed", "item", event.item_id, event.actor_id, **details)


# --- counseling: only what takes a request out of it; its own record has every step and every look -----------


@on(RequestMoved)
def request_moved(event: RequestMoved) -> None:
    if event.action == "export":
        audit.record("request.exported", "request", event.request_id, event.actor_id)


@on(RequestGone)
def request_gone(event: RequestGone) -> None:
    # What an asker deletes of their own is no measure, and an entry here would stay for good.
    if event.actor_id is not None:
        audit.record("request.deleted", "request", event.request_id, event.actor_id)


# --- accounts -------------------------------------------------------------------------------------


@on(AccountApproved)
def account_approved(event: AccountApproved) -> None:
    audit.record("account.approved", "user", event.user_id, event.actor_id)


@on(AccountRefused)
def account_refused(event: AccountRefused) -> None:
    audit.record("account.refused", "user", event.user_id, event.actor_id, event.reason)


@on(AccountSuspended)
def account_suspended(event: AccountSuspended) -> None:
    audit.record("account.suspended", "user", event.user_id, event.actor_id, event.reason)
    service.hand_over_reports(event.user_id)


@on(AccountRestored)
def account_restored(event: AccountRestored) -> None:
    audit.record("account.restored", "user", event.user_id, event.actor_id, event.reason)


@on(RoleChanged)
def role_changed(event: RoleChanged) -> None:
    audit.record("account.role", "user", event.user_id, event.actor_id, before=event.before, after=event.after)
    service.hand_over_reports(event.user_id)


@on(CounselingDeskChanged)
def counseling_desk_changed(event: CounselingDeskChanged) -> None:
    action = "account.desk" if event.belongs else "account.no_desk"
    audit.record(action, "user", event.user_id, event.actor_id)


@on(InvitationMade)
def invitation_made(event: InvitationMade) -> None:
    audit.record("invitation.made", "invitation", event.invitation_id, event.actor_id, role=event.role)


@on(ExpertChanged)
def expert_changed(event: ExpertChanged) -> None:
    audit.record("expert.changed", "user", event.user_id, event.actor_id)
