"""What is found follows what happens, inside the transaction of the write itself."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from sccafe.accounts.events import (
    AccountApproved,
    AccountConfirmed,
    AccountRefused,
    AccountRestored,
    AccountSuspended,
    ProfileChanged,
)
from sccafe.boards.events import (
    AnswerAccepted,
    BoardChanged,
    MeetingChanged,
    OutcomeWritten,
    PostDeleted,
    PostEdited,
    PostErased,
    PostHidden,
    PostPublished,
    PostRestored,
    PostsEmptied,
    TopicChanged,
    TopicThemed,
)
from sccafe.boards.models import Post, Topic
from sccafe.core.database import db
from sccafe.core.events import on
from sccafe.library.events import ItemChanged, ItemHandedOn, ItemRemoved, OwnerAnswered
from sccafe.library.models import File
from sccafe.moderation import audit
from sccafe.moderation.erasing import holds_text
from sccafe.search import folding, keeping, service
from sccafe.search import offering as offering  # what is offered while a question is typed
from sccafe.search import shelved as shelved  # what the library's list is asked for
from sccafe.search.entries import KINDS, TRUSTED
from sccafe.search.events import SpellingsChanged
from sccafe.search.jobs import forget_soon
from sccafe.search.models import Entry, SpellingFamily


def post_changed(event: Any) -> None:
    """Whether a post is found can decide whether its topic is: hiding the first one hides both, and letting one
    through that waited shows a hidden topic again."""
    opens = db.session.scalar(select(Post.number).where(Post.id == event.post_id)) in (1, None)
    shows = isinstance(event, PostPublished) and event.approver_id is not None
    keeping.renew(db.session(), "post", posts_of([event.topic_id]) if opens or shows else [event.post_id])


_OF_POSTS: tuple[type[Any], ...] = (PostPublished, PostEdited, PostDeleted, PostHidden, PostRestored)
for _happened in _OF_POSTS:
    on(_happened)(post_changed)


@on(PostErased)
def posts_erased(event: PostErased) -> None:
    opening = db.session.scalars(select(Post.id).where(Post.topic_id.in_(event.topic_ids), Post.number == 1))
    keeping.renew(db.session(), "post", {*event.post_ids, *opening})
    forget_soon()


@on(PostsEmptied)
def posts_emptied(event: PostsEmptied) -> None:
    """They have not been found since they were deleted; now nothing can bring them back."""
    forget_soon()


@on(TopicChanged)
def topic_changed(event: TopicChanged) -> None:
    if event.measure in ("moved", "hidden", "restored"):
        keeping.renew(db.session(), "post", posts_of([event.topic_id]))


@on(TopicThemed)
def topic_themed(event: TopicThemed) -> None:
    keeping.renew(db.session(), "post", posts_of([event.topic_id]))


def topic_says_more(event: OutcomeWritten | MeetingChanged) -> None:
    """An outcome and a poll are found with the post that opens the topic."""
    opening = db.session.scalars(select(Post.id).where(Post.topic_id == event.topic_id, Post.number == 1))
    keeping.renew(db.session(), "post", opening.all())


on(OutcomeWritten)(topic_says_more)
on(MeetingChanged)(topic_says_more)


@on(AnswerAccepted)
def answer_accepted(event: AnswerAccepted) -> None:
    """The answer that is trusted now, and the one that was."""
    before = (
        select(Entry.ref)
        .join(Post, Post.id == Entry.ref)
        .where(Entry.kind == "post", Post.topic_id == event.topic_id, Entry.marks.contains(TRUSTED))
    )
    now = [event.post_id] if event.post_id is not None else []
    keeping.renew(db.session(), "post", {*db.session.scalars(before), *now})


@on(BoardChanged)
def board_changed(event: BoardChanged) -> None:
    """All its topics carry another audience now, or another kind: all in the transaction of the change itself."""
    if not event.made:
        topics = db.session.scalars(select(Topic.id).where(Topic.board_id == event.board_id)).all()
        for begin in range(0, len(topics), keeping.BATCH):
            keeping.renew(db.session(), "post", posts_of(topics[begin : begin + keeping.BATCH]))


def posts_of(topic_ids: Sequence[int]) -> Sequence[int]:
    return db.session.scalars(select(Post.id).where(Post.topic_id.in_(topic_ids))).all()


@on(ItemChanged)
def item_changed(event: ItemChanged) -> None:
    keeping.renew(db.session(), "item", [event.item_id])
    keeping.renew(db.session(), "file", _files_of(event.item_id))


def owner_changed(event: ItemHandedOn | OwnerAnswered) -> None:
    """Who answers for it, and whether it can be trusted, are marks of the item itself."""
    keeping.renew(db.session(), "item", [event.item_id])


on(ItemHandedOn)(owner_changed)
on(OwnerAnswered)(owner_changed)


@on(ItemRemoved)
def item_removed(event: ItemRemoved) -> None:
    keeping.forget(db.session(), "item", [event.item_id])
    keeping.forget(db.session(), "file", _files_of(event.item_id))
    forget_soon()


def _files_of(item_id: int) -> Sequence[int]:
    return db.session.scalars(select(File.id).where(File.item_id == item_id)).all()


def person_changed(event: Any) -> None:
    for kind in ("person", "handle"):
        keeping.renew(db.session(), kind, [event.user_id])


_OF_PEOPLE: tuple[type[Any], ...] = (
    *(AccountConfirmed, AccountApproved, AccountRefused),
    *(AccountSuspended, AccountRestored, ProfileChanged),
)
for _event in _OF_PEOPLE:
    on(_event)(person_changed)


def _erased(keys: Sequence[tuple[Any, ...]]) -> None:
    """Words have gone from some texts: those entries say what the texts say now, made anew from the first letter on."""
    for kind in KINDS:
        theirs = select(Entry.ref).where(Entry.kind == kind, Entry.id.in_([key[0] for key in keys]))
        refs = db.session.scalars(theirs).all()
        keeping.forget(db.session(), kind, refs)
        keeping.renew(db.session(), kind, refs)
    forget_soon()


holds_text(_l("さがすための文"), Entry.title, Entry.folded, then=_erased, is_made=True, as_kept=folding.fold)
holds_text(_l("表記ゆれ"), SpellingFamily.text, then=service.words_erased)


@on(SpellingsChanged)
def record_spellings(event: SpellingsChanged) -> None:
    """The record holds no words: what a family says may be erased some day."""
    audit.record(f"spellings.{event.what}", "spellings", event.family_id, event.actor_id)
