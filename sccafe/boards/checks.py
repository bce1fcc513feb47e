"""What the writes of this feature keep true, counted again: `sccafe check`."""

from collections.abc import Iterator

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import aliased

from sccafe.boards.models import Attachment, Board, Poll, Post, Topic, TopicRead
from sccafe.boards.threads import path_of
from sccafe.core import clock, files, markup
from sccafe.core.audience import STAFF
from sccafe.core.checks import check
from sccafe.core.database import db


@check("boards: number of topics")
def board_counts() -> Iterator[str]:
    found = func.count(Topic.id)
    rows = db.session.execute(
        select(Board.slug, Board.topic_count, found.label("found"))
        .outerjoin(Topic, and_(Topic.board_id == Board.id, Topic.visibility == "published"))
        .group_by(Board.id, Board.slug, Board.topic_count)
        .having(Board.topic_count != found)
        .order_by(Board.id)
    )
    for row in rows:
        yield f"board {row.slug}: topic_count is {row.topic_count}, there are {row.found} published topics"


@check("boards: audiences")
def audiences() -> Iterator[str]:
    """A published topic carries its board's audience; one taken from everyone's eyes is the staff's."""
    right = case((Topic.visibility == "published", Board.audience), else_=STAFF)
    rows = db.session.execute(
        select(Topic.id, Topic.audience, right.label("right"))
        .join(Board, Board.id == Topic.board_id)
        .where(Topic.audience != right)
        .order_by(Topic.id)
    )
    for row in rows:
        yield f"topic {row.id}: its audience is {row.audience}, and should be {row.right}"


@check("topics: number of posts")
def topic_counts() -> Iterator[str]:
    published = func.count(case((Post.state == "published", Post.id)))
    given = func.count(Post.number)
    highest = func.coalesce(func.max(Post.number), 0)
    rows = db.session.execute(
        select(
            Topic.id,
            Topic.post_count,
            Topic.last_number,
            published.label("published"),
            given.label("given"),
            func.count(Post.number.distinct()).label("different"),
            highest.label("highest"),
        )
        .outerjoin(Post, Post.topic_id == Topic.id)
        .group_by(Topic.id, Topic.post_count, Topic.last_number)
        .having(
            or_(
                Topic.post_count != published,
                Topic.last_number != highest,
                given != highest,
                func.count(Post.number.distinct()) != given,
            )
        )
        .order_by(Topic.id)
    )
    for row in rows:
        if row.post_count != row.published:
            yield f"topic {row.id}: post_count is {row.post_count}, there are {row.published} published posts"
        if row.different != row.given:
            yield f"topic {row.id}: {row.given - row.different} numbers are given twice"
        if row.last_number != row.highest:
            yield f"topic {row.id}: last_number is {row.last_number}, the highest number is {row.highest}"
        elif row.given != row.highest:
            yield f"topic {row.id}: the numbers have gaps: {row.given} posts, the highest number is {row.highest}"


@check("topics: newest post")
def newest_posts() -> Iterator[str]:
    newest = (
        select(Post.topic_id, func.max(Post.number).label("number"))
        .where(Post.state == "published")
        .group_by(Post.topic_id)
        .subquery()
    )
    rows = db.session.execute(
        select(Topic.id, Topic.last_post_id, Topic.last_post_at, Post.id.label("post_id"), Post.created_at)
        .join(newest, newest.c.topic_id == Topic.id)
        .join(Post, and_(Post.topic_id == newest.c.topic_id, Post.number == newest.c.number))
        # A post that was held counts from its approval on: the topic's time may be later than the post's.
        .where(
            or_(
                Topic.last_post_id.is_(None),
                Topic.last_post_id != Post.id,
                Topic.last_post_at < Post.created_at,
                Topic.last_post_at > clock.now(),
            )
        )
        .order_by(Topic.id)
    )
    for row in rows:
        if row.last_post_id != row.post_id:
            yield f"topic {row.id}: last_post_id is {row.last_post_id}, the newest published post is {row.post_id}"
        else:
            yield f"topic {row.id}: last_post_at is {row.last_post_at}, its newest post is of {row.created_at}"


@check("topics: polls")
def polls() -> Iterator[str]:
    """A topic says that it has a poll where it has one, and nowhere else."""
    rows = db.session.execute(
        select(Topic.id, Topic.has_poll)
        .outerjoin(Poll, Poll.topic_id == Topic.id)
        .where(Topic.has_poll != Poll.id.is_not(None))
        .order_by(Topic.id)
    )
    for row in rows:
        yield f"topic {row.id}: " + (
            "it says that it has a poll, and has none" if row.has_poll else "its poll is unseen"
        )


@check("topics: number of readers")
def reader_counts() -> Iterator[str]:
    found = func.count(TopicRead.user_id)
    rows = db.session.execute(
        select(Topic.id, Topic.reader_count, found.label("found"))
        .outerjoin(TopicRead, TopicRead.topic_id == Topic.id)
        .group_by(Topic.id, Topic.reader_count)
        .having(Topic.reader_count != found)
        .order_by(Topic.id)
    )
    for row in rows:
        yield f"topic {row.id}: reader_count is {row.reader_count}, {row.found} people have read it"


@check("topics: accepted answers")
def accepted_answers() -> Iterator[str]:
    """Solved means that an answer of this very topic is accepted."""
    rows = db.session.execute(
        select(Topic.id, Topic.state, Topic.accepted_post_id, Post.topic_id.label("in_topic"))
        .outerjoin(Post, Post.id == Topic.accepted_post_id)
        .where(or_(Topic.accepted_post_id.is_not(None), Topic.state == "solved"))
        .order_by(Topic.id)
    )
    for row in rows:
        if row.accepted_post_id is None:
            yield f"topic {row.id}: it is solved, but no answer is accepted"
        elif row.in_topic != row.id:
            yield f"topic {row.id}: the accepted post {row.accepted_post_id} is not in it"


@check("posts: paths")
def paths() -> Iterator[str]:
    """A path is the parent's path and the own number; see threads.path_of for the deepest level."""
    parent = aliased(Post)
    rows = db.session.execute(
        select(
            Post.id,
            Post.topic_id,
            Post.number,
            Post.path,
            Post.parent_id,
            Post.state,
            parent.topic_id.label("parent_topic_id"),
            parent.path.label("parent_path"),
        )
        .outerjoin(parent, parent.id == Post.parent_id)
        .order_by(Post.id)
        .execution_options(yield_per=1000)
    )
    for row in rows:
        if row.parent_id is not None and row.parent_topic_id != row.topic_id:
            yield f"post {row.id}: the post it answers is in another topic"
        elif (row.number is None) != (row.path is None):
            yield f"post {row.id}: it has a number without a path, or a path without a number"
        elif row.number is None:
            if row.state == "published":
                yield f"post {row.id}: it is published without a number"
        elif row.parent_id is not None and row.parent_path is None:
            yield f"post {row.id}: it has a number, but the post it answers has none"
        elif row.path != path_of(row.parent_path or "", row.number):
            yield f"post {row.id}: its path {row.path} does not hang on the post it answers"


@check("posts: renderer")
def old_renderings() -> Iterator[str]:
    count = db.session.scalar(select(func.count(Post.id)).where(Post.renderer < markup.RENDERER_VERSION))
    if count:
        yield f"{count} posts were rendered by an older version: run `sccafe rerender`"


@check("posts: number of files")
def file_counts() -> Iterator[str]:
    found = func.count(Attachment.id)
    rows = db.session.execute(
        select(Post.id, Post.file_count, found.label("found"))
        .outerjoin(Attachment, Attachment.post_id == Post.id)
        .group_by(Post.id, Post.file_count)
        .having(Post.file_count != found)
        .order_by(Post.id)
    )
    for row in rows:
        yield f"post {row.id}: file_count is {row.file_count}, there are {row.found} files"


@check("files: kept in the store")
def missing_files() -> Iterator[str]:
    """Each file of a post, and its small picture, lies in the store."""
    there = set(files.store().names())
    rows = db.session.execute(
        select(Attachment.id, Attachment.post_id, Attachment.stored, Attachment.picture)
        .order_by(Attachment.id)
        .execution_options(yield_per=1000)
    )
    for row in rows:
        for what, name in (("", row.stored), (", its picture", row.picture)):
            if name and name not in there:
                yield f"file {row.id} of post {row.post_id}{what}: {name} is not in the store"
