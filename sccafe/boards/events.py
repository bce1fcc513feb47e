"""What boards tell the floors above. Emitted inside the transaction of the write itself."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PostPublished:
    """A post can be read by its topic's audience from now on; number 1 opens the topic."""

    post_id: int
    topic_id: int
    number: int
    #: NULL for an anonymous post: its writer is known to boards/anonymity.py alone.
    author_id: int | None
    parent_id: int | None
    #: The staff member who let a held post through; None for one that never waited.
    approver_id: int | None = None


@dataclass(frozen=True)
class PostHeld:
    """A new account's first post waits for the secretariat."""

    post_id: int
    topic_id: int


@dataclass(frozen=True)
class PostEdited:
    post_id: int
    topic_id: int


@dataclass(frozen=True)
class PostDeleted:
    """Its writer deleted it; `PostRestored` follows where they undo that."""

    post_id: int
    topic_id: int


@dataclass(frozen=True)
class PostHidden:
    """The secretariat hid it, with a reason for its writer."""

    post_id: int
    topic_id: int
    author_id: int | None
    actor_id: int | None
    reason: str
    #: A held post that was refused was never visible.
    was_held: bool = False


@dataclass(frozen=True)
class PostRestored:
    """It can be read again."""

    post_id: int
    topic_id: int
    author_id: int | None
    #: The staff member and the reason; both empty where the writer took back a deletion.
    actor_id: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class PostErased:
    """Words (or the whole text) were removed for good from these posts and titles."""

    post_ids: tuple[int, ...]
    topic_ids: tuple[int, ...]
    actor_id: int | None
    reason: str
    #: How many places were changed; the words themselves are told to nobody.
    places: int


@dataclass(frozen=True)
class PostsEmptied:
    """The time in which these deletions could be undone is over, and the texts are gone."""

    post_ids: tuple[int, ...]


@dataclass(frozen=True)
class AnswerAccepted:
    """`post_id` is None where the acceptance was taken back."""

    topic_id: int
    post_id: int | None
    #: Who wrote the answer, where it is a named post.
    author_id: int | None
    actor_id: int | None


@dataclass(frozen=True)
class TopicChanged:
    """The secretariat locked, unlocked, pinned, unpinned, moved, hid or restored a topic."""

    topic_id: int
    #: locked, unlocked, pinned, unpinned, moved, hidden, restored.
    measure: str
    #: Who started it, where that is a named post.
    author_id: int | None
    actor_id: int | None
    reason: str


@dataclass(frozen=True)
class QuestionOverdue:
    """A question has waited so long that the secretariat is to be reminded of it."""

    topic_id: int
    #: Its opening post.
    post_id: int


@dataclass(frozen=True)
class MeetingChanged:
    """The secretariat changed a meeting's period or its poll."""

    topic_id: int
    actor_id: int | None


@dataclass(frozen=True)
class OutcomeWritten:
    """The secretariat wrote what came of a meeting; `removed` where it was taken away."""

    topic_id: int
    actor_id: int | None
    removed: bool = False


@dataclass(frozen=True)
class OutcomeDue:
    """The day has come on which a meeting's outcome is to be looked at again."""

    topic_id: int
    #: Its opening post.
    post_id: int


@dataclass(frozen=True)
class TopicThemed:
    """A theme was added to a topic by whoever opened it."""

    topic_id: int


@dataclass(frozen=True)
class TopicRead:
    """Somebody has read a topic up to this number."""

    topic_id: int
    user_id: int
    last_read_number: int


@dataclass(frozen=True)
class BoardChanged:
    """A board was made or changed; `audience_changed` means that all its topics carry another audience now."""

    board_id: int
    actor_id: int | None
    audience_changed: bool
    made: bool = False
