"""Every read of notices, through the wall as it stands at this moment."""

from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Row, Select, and_, bindparam, case, false, literal, or_, select

from sccafe.accounts.models import User
from sccafe.boards.models import Post, Topic
from sccafe.bookmarks.models import Bookmark
from sccafe.core import clock
from sccafe.core.audience import Viewer, readable, reader
from sccafe.core.database import db, run
from sccafe.core.formats import Moment, moment
from sccafe.core.language import locale
from sccafe.counseling.models import Request
from sccafe.counseling.readable import open_to
from sccafe.library.models import Item, Version
from sccafe.moderation.models import Report
from sccafe.notifications import policy, words
from sccafe.notifications.models import Notice, NoticePreference, Subscription

PER_PAGE = 30


def _visible(sees_reports: bool) -> ColumnElement[bool]:
    """Which notices, joined with their topic and post, this person may be told at this moment."""
    there = and_(readable(Topic.audience), Post.state == "published")
    of_items = policy.OF_ITEMS if sees_reports else policy.OF_OWNERS
    return or_(
        and_(Notice.kind.in_(policy.OF_TOPICS), there),
        and_(Notice.kind == "approved", Notice.topic_id.is_(None)),
        Notice.kind == "measure",
        Notice.kind == "report" if sees_reports else false(),
        and_(Notice.kind.in_(of_items), _may_be_told_of_item()),
        and_(
            Notice.kind == policy.OF_REQUESTS,
            or_(Notice.measure == policy.OVER, open_to(bindparam("reader_id", type_=BigInteger))),
        ),
    )


def _may_be_told_of_item() -> ColumnElement[bool]:
    """Whoever may read it, and its own people while nobody else may."""
    own = or_(Item.author_id == bindparam("reader_id"), Item.owner_id == bindparam("reader_id"))
    return or_(readable(Item.audience), own)


@cache
def _notices(sees_reports: bool) -> Select[Any]:
    """The reader's notices; the title is empty where they may not read the topic (a measure against their post)."""
    return (
        select(
            Notice.id,
            Notice.kind,
            Notice.measure,
            Notice.reason,
            Notice.topic_id,
            Notice.post_id,
            Notice.report_id,
            Notice.created_at,
            Notice.read_at,
            Notice.item_id,
            case(
                (readable(Topic.audience), Topic.title), (_may_be_told_of_item(), Item.title), else_=literal("")
            ).label("title"),
            Item.published_id.label("item_published_id"),
            Item.archived_at.label("item_archived_at"),
            Item.owner_id,
            Post.state.label("post_state"),
            Post.parent_id,
            Post.alias,
            Post.guest_name,
            User.handle,
            Request.ref.label("request_ref"),
            (Request.asker_id == Notice.user_id).label("is_asker"),
        )
        .outerjoin(Topic, Topic.id == Notice.topic_id)
        .outerjoin(Post, Post.id == Notice.post_id)
        .outerjoin(User, User.id == Post.author_id)
        .outerjoin(Item, Item.id == Notice.item_id)
        .outerjoin(Request, Request.id == Notice.request_id)
        .where(Notice.user_id == bindparam("reader_id"), _visible(sees_reports))
    )


@cache
def _page(sees_reports: bool) -> Select[Any]:
    statement = _notices(sees_reports).where(Notice.on_site, Notice.id < bindparam("before", type_=BigInteger))
    return statement.order_by(Notice.id.desc()).limit(bindparam("most"))


#: Above every id there will be: the list from its beginning.
_NEWEST = 2**62


def notices(viewer: Viewer, before: int | None, limit: int = PER_PAGE) -> Sequence[Row[Any]]:
    """A page of the viewer's list, newest first, and one more where another page follows."""
    statement = _page(policy.may_see_reports(viewer))
    return run(statement, before=_NEWEST if before is None else before, most=limit + 1, **reader(viewer)).all()


def notice(viewer: Viewer, notice_id: int) -> Row[Any] | None:
    """One notice of the viewer's own."""
    statement = _notices(policy.may_see_reports(viewer)).where(Notice.id == notice_id)
    return run(statement, **reader(viewer)).first()


class NoticeLine(NamedTuple):
    """A notice in a list."""

    text: str
    href: str
    at: Moment
    is_new: bool
    reason: str = ""


def lines(rows: Sequence[Row[Any]], language: str) -> list[NoticeLine]:
    now = clock.now()
    return [
        NoticeLine(
            words.sentence(row),
            f"/notifications/{row.id}",
            moment(row.created_at, language, now),
            row.read_at is None,
            row.reason,
        )
        for row in rows
    ]


class HomeNotice(NamedTuple):
    """A notice beside the home page's lists."""

    text: str
    href: str
    at: Moment
    is_new: bool


def notices_for_home(viewer: Viewer, limit: int) -> list[HomeNotice]:
    """The newest notices; one statement, none for visitors."""
    if viewer.user_id is None:
        return []
    found = lines(notices(viewer, None, limit)[:limit], locale())
    return [HomeNotice(line.text, line.href, line.at, line.is_new) for line in found]


# --- what people want to be told --------------------------------------------------------------------


def preferences(viewer: Viewer) -> dict[str, tuple[bool, bool]]:
    """What the viewer wants of each kind that can be switched: (on the site, by mail)."""
    rows = db.session.execute(
        select(NoticePreference.kind, NoticePreference.on_site, NoticePreference.by_mail).where(
            NoticePreference.user_id == viewer.user_id
        )
    )
    chosen = {row.kind: (row.on_site, row.by_mail) for row in rows}
    return {kind: chosen.get(kind, (True, True)) for kind in policy.switchable(viewer)}


def wants_mail(user_id: int, kind: str) -> bool:
    """Whether mails of this kind are switched on."""
    found = db.session.scalar(
        select(NoticePreference.by_mail).where(NoticePreference.user_id == user_id, NoticePreference.kind == kind)
    )
    return found is not False


_LEVEL = select(Subscription.level).where(
    Subscription.user_id == bindparam("user_id"), Subscription.topic_id == bindparam("topic_id")
)


def is_muted(user_id: int, topic_id: int) -> bool:
    """Whether this person has muted this topic."""
    return run(_LEVEL, user_id=user_id, topic_id=topic_id).scalar() == "muted"


def topic_title(viewer: Viewer, topic_id: int) -> str | None:
    """The title of a topic that this viewer may read."""
    return db.session.scalar(select(Topic.title).where(Topic.id == topic_id, readable(Topic.audience, viewer)))


def exists(user_id: int, topic_id: int) -> bool:
    """Whether there still are the person and the topic that a mail's address names."""
    return (
        db.session.execute(select(User.id).join(Topic, Topic.id == topic_id).where(User.id == user_id)).first()
        is not None
    )


def muted_topics(viewer: Viewer) -> Sequence[Row[Any]]:
    """Id and title of the topics that the viewer has muted and may read."""
    return db.session.execute(
        select(Topic.id, Topic.title)
        .join(Subscription, Subscription.topic_id == Topic.id)
        .where(Subscription.user_id == viewer.user_id, Subscription.level == "muted", readable(Topic.audience, viewer))
        .order_by(Topic.last_post_at.desc())
        .limit(100)
    ).all()


# --- what a mail is made of -------------------------------------------------------------------------


def recipient_of(notice_id: int) -> int | None:
    return db.session.scalar(select(Notice.user_id).where(Notice.id == notice_id))


def for_mail(viewer: Viewer, notice_id: int) -> Row[Any] | None:
    """A notice that may be told to this person at this moment, with what its mail says."""
    statement = (
        _notices(policy.may_see_reports(viewer))
        .add_columns(
            Post.html,
            Topic.accepted_post_id,
            Topic.state.label("topic_state"),
            Topic.outcome_review_on,
            Report.state.label("report_state"),
            Report.assignee_id,
            select(Bookmark.note)
            .where(
                Bookmark.user_id == Notice.user_id, Bookmark.post_id == Notice.post_id, Bookmark.removed_at.is_(None)
            )
            .correlate(Notice)
            .scalar_subquery()
            .label("bookmark_note"),
            Version.state.label("version_state"),
            Version.note.label("version_note"),
            Item.summary.label("item_summary"),
            select(User.email).where(User.id == viewer.user_id).scalar_subquery().label("email"),
        )
        .outerjoin(Report, Report.id == Notice.report_id)
        .outerjoin(Version, Version.id == Item.open_id)
        .where(Notice.id == notice_id)
    )
    return run(statement, **reader(viewer)).first()
