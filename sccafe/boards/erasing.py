"""「完全に消す」: words, or a whole text, removed for good from wherever they stand."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, update

from sccafe.boards import policy
from sccafe.boards.events import PostErased
from sccafe.boards.measures import checked
from sccafe.boards.models import Post, PostVersion, Topic
from sccafe.boards.service import Text
from sccafe.boards.threads import MayNot, post_for_writing
from sccafe.core import markup
from sccafe.core.audience import Viewer
from sccafe.core.database import db, end_reading, writing
from sccafe.core.events import emit

_STREAMED = {"yield_per": 500}
#: What stands where words were removed.
REMOVED = "〔削除しました〕"


@dataclass(frozen=True)
class Found:
    """Where words stand: ids of posts (their text or an older version of it) and of topics (their title)."""

    post_ids: tuple[int, ...]
    topic_ids: tuple[int, ...]


def pattern_of(words: str) -> re.Pattern[str]:
    """Finds the words in any width and case, and with or without spaces between their characters."""
    plain = "".join(unicodedata.normalize("NFKC", words).split())
    if len(plain) < 2:
        raise ValueError("two characters at least")
    return re.compile(r"[\s　]*".join(re.escape(character) for character in plain), re.IGNORECASE)


def _without(pattern: re.Pattern[str], text: str) -> str:
    """The text without the words in any spelling; only where another width hides them is it brought to NFKC."""
    text = pattern.sub(REMOVED, text)
    folded = unicodedata.normalize("NFKC", text)
    return pattern.sub(REMOVED, folded) if pattern.search(folded) else text


def find_words(viewer: Viewer, words: str) -> Found:
    """Where the words stand, in texts of every state and audience. Raises ValueError for words too short."""
    if not policy.may_moderate(viewer):
        raise MayNot("role")
    pattern = pattern_of(words)

    def has(text: str) -> bool:
        return _without(pattern, text) != text

    def where(number: Any, text: Any) -> set[int]:
        return {row[0] for row in db.session.execute(select(number, text), execution_options=_STREAMED) if has(row[1])}

    posts = where(Post.id, Post.source) | where(PostVersion.post_id, PostVersion.source)
    topics = where(Topic.id, Topic.title)
    end_reading()
    return Found(tuple(sorted(posts)), tuple(sorted(topics)))


def erase_words(viewer: Viewer, words: str, reason: str) -> Found:
    """Remove the words for good from every text, older version and title; the record keeps only how many places."""
    reason = checked(viewer, reason)
    pattern = pattern_of(words)
    found = find_words(viewer, words)
    # Rendered before the transaction begins; a text edited meanwhile is rendered again inside.
    rendered: dict[str, Text] = {}

    def cleaned(source: str) -> Text:
        if source not in rendered:
            new = _without(pattern, source)
            try:
                rendered[source] = Text(new, markup.render(new))
            except markup.TextRefused:
                # Longer than before by the marks: the text gives way to the mark alone.
                rendered[source] = Text(REMOVED, markup.render(REMOVED))
        return rendered[source]

    for number, text in ((Post.id, Post.source), (PostVersion.post_id, PostVersion.source)):
        for source in db.session.scalars(select(text).where(number.in_(found.post_ids))):
            cleaned(source)
    end_reading()
    with writing() as session:
        for post in session.scalars(select(Post).where(Post.id.in_(found.post_ids))):
            new = cleaned(post.source)
            post.source, post.html, post.renderer = new.source, new.html, markup.RENDERER_VERSION
        for version in session.scalars(select(PostVersion).where(PostVersion.post_id.in_(found.post_ids))):
            new = cleaned(version.source)
            version.source, version.html = new.source, new.html
        for row in session.execute(select(Topic.id, Topic.title).where(Topic.id.in_(found.topic_ids))).all():
            title = _without(pattern, row.title)[:100]
            session.execute(update(Topic).where(Topic.id == row.id).values(title=title))
        places = len(found.post_ids) + len(found.topic_ids)
        emit(PostErased(found.post_ids, found.topic_ids, viewer.user_id, reason, places))
    return found


def erase_post(viewer: Viewer, post_id: int, reason: str) -> None:
    """Remove one post's whole text for good, with all its older versions; its place in the thread stays."""
    reason = checked(viewer, reason)
    text = Text(REMOVED, markup.render(REMOVED))
    with writing() as session:
        post, topic = post_for_writing(session, viewer, post_id)
        session.execute(delete(PostVersion).where(PostVersion.post_id == post.id))
        post.source, post.html, post.renderer = text.source, text.html, markup.RENDERER_VERSION
        titles: tuple[int, ...] = ()
        if post.number in (1, None) and post.parent_id is None:
            titles = (topic.id,)
            session.execute(update(Topic).where(Topic.id == topic.id).values(title=REMOVED))
        emit(PostErased((post.id,), titles, viewer.user_id, reason, 1 + len(titles)))
