"""From what happened to who is told: notices and mails are written in the transaction of the thing itself."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import aliased

from sccafe.accounts.events import AccountApproved, AccountRestored, AccountSuspended, RoleChanged
from sccafe.accounts.models import User
from sccafe.boards import anonymity
from sccafe.boards.events import (
    AnswerAccepted,
    BoardChanged,
    OutcomeDue,
    OutcomeWritten,
    PostDeleted,
    PostErased,
    PostHidden,
    PostPublished,
    PostRestored,
    QuestionOverdue,
    TopicChanged,
    TopicRead,
)
from sccafe.boards.models import Board, Post, Topic
from sccafe.bookmarks.events import BookmarkRemoved, ReminderDue
from sccafe.core.audience import STAFF_ROLES
from sccafe.core.database import db, run
from sccafe.core.events import on
from sccafe.library.events import (
    ItemArchived,
    ItemChanged,
    ItemHandedOn,
    ItemPublished,
    ItemRemoved,
    OwnerAnswered,
    OwnerAsked,
    ReportWritten,
    VersionReturned,
    VersionSubmitted,
    VersionTakenBack,
)
from sccafe.moderation.erasing import holds_text
from sccafe.moderation.events import IdentityReleased, ReportAssigned, ReportClosed
from sccafe.notifications import mails as mails  # the renderer of what is queued here
from sccafe.notifications import of_requests as of_requests  # what is told of requests
from sccafe.notifications import policy, service
from sccafe.notifications.models import Notice
from sccafe.prompts.events import PostEntered, PromptOpened

holds_text(_l("知らせに書いた理由"), Notice.reason)

_opening = aliased(Post)


#: Built once, as every reply asks it.
_REPLIED = (
    select(Post.topic_id, Post.parent_id, Board.kind, _opening.id.label("opening"))
    .join(Topic, Topic.id == Post.topic_id)
    .join(Board, Board.id == Topic.board_id)
    .outerjoin(_opening, and_(_opening.topic_id == Topic.id, _opening.number == 1))
    .where(Post.id == bindparam("post_id"))
)


# --- a conversation ---------------------------------------------------------------------------------


@on(PostPublished)
def post_published(event: PostPublished) -> None:
    writer = anonymity.whom_to_tell(event.post_id) if event.approver_id is not None else None
    if writer is not None:
        service.tell_of_topic("approved", writer, event.topic_id, event.post_id)
    if event.number > 1:
        _tell_of_post(event.post_id)


def _tell_of_post(post_id: int, *, again: bool = False) -> None:
    """Tell the writer of the post answered, and whoever opened the topic; `again` tells only those who missed it."""
    row = run(_REPLIED, post_id=post_id).one()
    told: set[int | None] = {None, anonymity.whom_to_tell(post_id)}

    def tell(kind: str, about: int) -> None:
        user_id = anonymity.whom_to_tell(about)
        if user_id is None or user_id in told or (again and service.knows_already(kind, user_id, post_id)):
            return
        if service.tell_of_topic(kind, user_id, row.topic_id, post_id, by_mail=not again):
            told.add(user_id)

    if row.parent_id is not None:
        tell("reply", row.parent_id)
    if row.kind == "questions":
        tell("answer", row.opening)
    elif row.parent_id is None:
        tell("reply", row.opening)


@on(AnswerAccepted)
def answer_accepted(event: AnswerAccepted) -> None:
    service.withdraw(Notice.topic_id == event.topic_id, Notice.kind == "accepted")
    if event.post_id is None:
        return
    writer = anonymity.whom_to_tell(event.post_id)
    if writer is not None and writer != event.actor_id:
        service.tell_of_topic("accepted", writer, event.topic_id, event.post_id)


@on(QuestionOverdue)
def question_overdue(event: QuestionOverdue) -> None:
    _tell_secretariat("waiting", event.topic_id, event.post_id)


@on(OutcomeDue)
def outcome_due(event: OutcomeDue) -> None:
    _tell_secretariat("review", event.topic_id, event.post_id)


def _tell_secretariat(kind: str, topic_id: int, post_id: int) -> None:
    for user_id in db.session.scalars(select(User.id).where(User.role == "secretariat", User.state == "active")).all():
        service.tell_of_topic(kind, user_id, topic_id, post_id)


@on(OutcomeWritten)
def outcome_written(event: OutcomeWritten) -> None:
    # Somebody has looked at it again: the others need not.
    service.withdraw(Notice.topic_id == event.topic_id, Notice.kind == "review")


@on(TopicRead)
def topic_read(event: TopicRead) -> None:
    service.mark_read_posts(event.user_id, event.topic_id, event.last_read_number)


@on(ReminderDue)
def reminder_due(event: ReminderDue) -> None:
    """Asked for by its reader, so that a muted topic does not silence it; the wall and their wishes do."""
    service.tell_of_topic("reminder", event.user_id, event.topic_id, event.post_id)


@on(BookmarkRemoved)
def bookmark_removed(event: BookmarkRemoved) -> None:
    service.withdraw(Notice.kind == "reminder", Notice.user_id == event.user_id, Notice.post_id == event.post_id)


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
        anonymity.whom_to_tell(event.post_id),
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
        writer = anonymity.whom_to_tell(event.post_id)
        _tell_of_measure(writer, event.actor_id, "restored", event.reason, event.topic_id, event.post_id)


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
    rows = db.session.execute(select(Post.id, Post.topic_id, Post.number).where(Post.id.in_(event.post_ids))).all()
    for row in rows:
        _tell_of_measure(anonymity.whom_to_tell(row.id), event.actor_id, "erased", event.reason, row.topic_id, row.id)
    told = {row.topic_id for row in rows if row.number == 1}
    for topic_id in set(event.topic_ids) - told:
        opener = anonymity.whom_to_tell_of_topic(topic_id)
        _tell_of_measure(opener, event.actor_id, "erased", event.reason, topic_id)


@on(IdentityReleased)
def identity_released(event: IdentityReleased) -> None:
    writer = anonymity.whom_to_tell(event.post_id)
    _tell_of_measure(writer, None, "revealed", event.reason, event.topic_id, event.post_id)


@on(TopicChanged)
def topic_changed(event: TopicChanged) -> None:
    if event.measure in ("hidden", "moved"):
        service.withdraw_unreadable(Topic.id == event.topic_id)
    if event.measure in ("locked", "unlocked", "moved", "hidden", "restored"):
        opener = anonymity.whom_to_tell_of_topic(event.topic_id)
        _tell_of_measure(opener, event.actor_id, event.measure, event.reason, event.topic_id)


@on(PostEntered)
def post_entered(event: PostEntered) -> None:
    writer = anonymity.whom_to_tell(event.post_id)
    _tell_of_measure(writer, event.actor_id, "entered", "", event.topic_id, event.post_id)


@on(PromptOpened)
def prompt_opened(event: PromptOpened) -> None:
    # Its answers can be hundreds; whoever asked reads them on the prompt's page, and can switch this on again.
    if event.actor_id is not None:
        service.mute_from_the_start(event.actor_id, event.topic_id)


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
        of_desk = Notice.kind.in_(("report", *policy.OF_DESK))
        service.withdraw(Notice.user_id == event.user_id, of_desk)
    if event.actor_id is not None and event.actor_id != event.user_id:
        service.tell_of_measure(event.user_id, "role", "", by_mail=False)


# --- the library -------------------------------------------------------------------------------------


def _tell_desk(kind: str, item_id: int, actor_id: int | None) -> None:
    """Tell the secretariat of an item, all but the one who did it."""
    desk = select(User.id).where(User.role == "secretariat", User.state == "active")
    _tell_its_people(kind, item_id, set(db.session.scalars(desk)), actor_id)


def _tell_its_people(kind: str, item_id: int, people: set[int | None], actor_id: int | None) -> None:
    for user_id in sorted(user_id for user_id in people if user_id is not None and user_id != actor_id):
        service.tell_of_item(kind, user_id, item_id)


def _is_done(item_id: int, *kinds: str) -> None:
    """What these told of an item is no longer so."""
    service.withdraw(Notice.item_id == item_id, Notice.kind.in_(kinds))


@on(VersionSubmitted)
def version_submitted(event: VersionSubmitted) -> None:
    _is_done(event.item_id, "returned")
    _tell_desk("submitted", event.item_id, event.actor_id)


@on(VersionTakenBack)
def version_taken_back(event: VersionTakenBack) -> None:
    _is_done(event.item_id, "submitted")


@on(VersionReturned)
def version_returned(event: VersionReturned) -> None:
    _is_done(event.item_id, "submitted")
    _tell_its_people("returned", event.item_id, {event.author_id, event.owner_id}, event.actor_id)


@on(ItemPublished)
def item_published(event: ItemPublished) -> None:
    _is_done(event.item_id, "submitted", "returned", "check", "work")
    _tell_its_people("published", event.item_id, {event.author_id, event.owner_id}, event.actor_id)


@on(ItemArchived)
def item_archived(event: ItemArchived) -> None:
    measure = "archived" if event.reason else "put_back"
    if event.reason:
        _is_done(event.item_id, "published", "check", "work", "tried")
    if event.owner_id is not None and event.owner_id != event.actor_id:
        service.tell_of_measure(event.owner_id, measure, event.reason, item_id=event.item_id)


@on(ItemChanged)
def item_changed(event: ItemChanged) -> None:
    service.withdraw_unreadable_of_item(event.item_id)


@on(ItemRemoved)
def item_removed(event: ItemRemoved) -> None:
    service.withdraw(Notice.item_id == event.item_id)


@on(OwnerAsked)
def owner_asked(event: OwnerAsked) -> None:
    service.tell_of_item("check", event.owner_id, event.item_id)


@on(OwnerAnswered)
def owner_answered(event: OwnerAnswered) -> None:
    _is_done(event.item_id, "check", "work")
    if event.needs_work:
        _tell_desk("work", event.item_id, event.actor_id)


@on(ItemHandedOn)
def item_handed_on(event: ItemHandedOn) -> None:
    _is_done(event.item_id, "check", "handed")
    if event.owner_id is None:
        _tell_desk("handed", event.item_id, event.actor_id)
    else:
        _tell_its_people("handed", event.item_id, {event.owner_id}, event.actor_id)


@on(ReportWritten)
def report_written(event: ReportWritten) -> None:
    _tell_its_people("tried", event.item_id, {event.owner_id}, event.author_id)


# --- reports ----------------------------------------------------------------------------------------


@on(ReportAssigned)
def report_assigned(event: ReportAssigned) -> None:
    service.withdraw(Notice.report_id == event.report_id, Notice.user_id != event.assignee_id)
    if event.assignee_id != event.actor_id:
        service.tell_of_report(event.assignee_id, event.report_id)


@on(ReportClosed)
def report_closed(event: ReportClosed) -> None:
    service.mark_report_done(event.report_id)
