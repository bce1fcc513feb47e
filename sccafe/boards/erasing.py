"""「完全に消す」: words, or a whole text, removed for good from wherever they stand."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from sccafe.boards import attachments, policy
from sccafe.boards.events import PostErased
from sccafe.boards.measures import checked
from sccafe.boards.models import Post, PostVersion, Topic
from sccafe.boards.service import Text
from sccafe.boards.threads import MayNot, post_for_writing
from sccafe.core import markup, text_rules
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


class WordsErasure:
    """Words on their way out of every text, older version and title.

    Made before the transaction, as finding and rendering take long; carried out inside one.
    """

    def __init__(self, viewer: Viewer, words: str) -> None:
        """Raises MayNot; ValueError for words too short."""
        self._viewer = viewer
        self._pattern = pattern_of(words)
        self._rendered: dict[str, Text] = {}
        self.found = find_words(viewer, words)
        for number, text in ((Post.id, Post.source), (PostVersion.post_id, PostVersion.source)):
            for source in db.session.scalars(select(text).where(number.in_(self.found.post_ids))):
                self._cleaned(source)
        end_reading()

    def _cleaned(self, source: str) -> Text:
        """The text without the words; one that was edited meanwhile is rendered inside the transaction."""
        if source not in self._rendered:
            new = _without(self._pattern, source)
            try:
                self._rendered[source] = Text(new, markup.render(new))
            except text_rules.TextRefused:
                # Longer than before by the marks: the text gives way to the mark alone.
                self._rendered[source] = Text(REMOVED, markup.render(REMOVED))
        return self._rendered[source]

    def carry_out(self, session: Session, reason: str) -> int:
        """Inside `writing`: remove them, and give the number of places. The record keeps only that number."""
        found = self.found
        for post in session.scalars(select(Post).where(Post.id.in_(found.post_ids))):
            new = self._cleaned(post.source)
            post.source, post.html, post.renderer = new.source, new.html, markup.RENDERER_VERSION
        for version in session.scalars(select(PostVersion).where(PostVersion.post_id.in_(found.post_ids))):
            new = self._cleaned(version.source)
            version.source, version.html = new.source, new.html
        for row in session.execute(select(Topic.id, Topic.title).where(Topic.id.in_(found.topic_ids))).all():
            title = _without(self._pattern, row.title)[:100]
            session.execute(update(Topic).where(Topic.id == row.id).values(title=title))
        places = len(found.post_ids) + len(found.topic_ids)
        emit(PostErased(found.post_ids, found.topic_ids, self._viewer.user_id, reason, places))
        return places


def erase_post(viewer: Viewer, post_id: int, reason: str) -> None:
    """Remove one post's whole text for good, with older versions and files; its place in the thread stays."""
    reason = checked(viewer, reason)
    text = Text(REMOVED, markup.render(REMOVED))
    with writing() as session:
        post, topic = post_for_writing(session, viewer, post_id)
        session.execute(delete(PostVersion).where(PostVersion.post_id == post.id))
        attachments.remove_from(session, [post.id])
        post.source, post.html, post.renderer = text.source, text.html, markup.RENDERER_VERSION
        titles: tuple[int, ...] = ()
        if post.number in (1, None) and post.parent_id is None:
            titles = (topic.id,)
            session.execute(update(Topic).where(Topic.id == topic.id).values(title=REMOVED))
        emit(PostErased((post.id,), titles, viewer.user_id, reason, 1 + len(titles)))
