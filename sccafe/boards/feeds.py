"""What stands in the feeds of boards: the newest topics, and the questions that wait for an answer."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import Row

from sccafe.core.atom import Entry
from sccafe.core.formats import full_text

Rows = Sequence[Row[Any]]


@dataclass(frozen=True)
class Words:
    """The words of ours in a feed, in the site's own language: a feed is the same for everybody."""

    site: str
    someone: str
    #: With %s for the name and the time.
    replied: str


def entries(rows: Rows, words: Words) -> Iterator[Entry]:
    """The topics of these rows (queries/feeds.py), each with its posts."""
    for _id, group in groupby(rows, key=lambda row: row.topic_id):
        posts = list(group)
        first = posts[0]
        yield Entry(
            address=f"/topics/{first.topic_id}",
            title=first.title,
            published=first.begun_at,
            updated=_updated(posts),
            # Where the opening post was taken away, its writer is not named either.
            author=_name(first, words) if first.number == 1 else "",
            category=first.board_title,
            html=_content(posts, words),
        )


def _content(posts: Iterable[Row[Any]], words: Words) -> str:
    """The opening post, then the newest ones with their names; what was written is safe HTML already."""
    parts = []
    for post in posts:
        if post.number != 1:
            said = words.replied % (escape(_name(post, words)), full_text(post.created_at, "ja"))
            parts.append(Markup("<hr><p><strong>%s</strong></p>") % Markup(said))  # noqa: S704  the name is escaped
        parts.append(Markup(post.html))  # noqa: S704
    return str(Markup("\n").join(parts))


def _name(row: Row[Any], words: Words) -> str:
    return str(row.alias or row.guest_name or row.handle or words.someone)


def _updated(posts: Iterable[Row[Any]]) -> datetime:
    moments: Iterable[datetime] = (moment for post in posts for moment in (post.last_post_at, post.edited_at) if moment)
    return max(moments)
