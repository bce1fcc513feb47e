"""What bookmarks tell others. Emitted inside the transaction of the write itself."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ReminderDue:
    """The day has come on which somebody wanted to be reminded of a post."""

    bookmark_id: int
    user_id: int
    topic_id: int
    post_id: int


@dataclass(frozen=True)
class BookmarkRemoved:
    """Somebody took a bookmark out: its reminder is of no use any more."""

    user_id: int
    post_id: int
