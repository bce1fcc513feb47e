"""The content of a first start: fictional people and their conversations, loaded through the services people use."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import delete, func, select, update

from sccafe.accounts.models import ExpertProfile, Invitation, User
from sccafe.accounts.passwords import hash_password
from sccafe.accounts.service import register_person
from sccafe.accounts.sessions import viewer_of
from sccafe.boards import measures, service
from sccafe.boards.models import Board, Post, PostVersion, Topic
from sccafe.core import clock, site_settings
from sccafe.core.audience import Viewer
from sccafe.core.database import db, end_reading, writing
from sccafe.core.jobs import Job
from sccafe.core.mail import OutboxMail
from sccafe.notifications.models import Notice
from sccafe.site.service import DEMO_LOADED

PASSWORD = "sccafe-demo-2026"  # noqa: S105  published on purpose; a banner says so on every page

PROFILE = ("real_name", "coordinator_layer", "affiliation", "experience_years", "prefecture", "municipality", "about")


class OtherPeopleHere(Exception):
    """The demo comes into an empty site only."""


@dataclass(frozen=True)
class Step:
    """One thing that one person does at one moment."""

    at: datetime
    order: int
    act: Callable[[], None]


def moment_of(entry: dict[str, Any], loaded_at: datetime) -> datetime:
    """`at: "-12 10:35"` (days before today and the time in Japan) or `ago: 40m`, `ago: 3h`."""
    if "ago" in entry:
        number, unit = re.fullmatch(r"(\d+)([mh])", entry["ago"]).groups()  # type: ignore[union-attr]
        return loaded_at - (timedelta(minutes=int(number)) if unit == "m" else timedelta(hours=int(number)))
    days, at = entry["at"].split()
    hour, minute = at.split(":")
    day = loaded_at.astimezone(clock.TOKYO).date() + timedelta(days=int(days))
    return datetime.combine(day, time(int(hour), int(minute)), clock.TOKYO)


class Loader:
    """Loads the folder `demo`: people first, then everything anybody did, in the order of its time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = clock.now()
        self.viewers: dict[str, Viewer] = {}
        self.posts: dict[tuple[str, str], int] = {}
        self.topics: dict[str, int] = {}

    def load(self) -> int:
        """Give the number of posts; raises OtherPeopleHere where there are people already."""
        if db.session.scalar(select(func.count()).select_from(User)):
            raise OtherPeopleHere
        end_reading()
        self._people()
        steps = sorted(self._steps(), key=lambda step: (step.at, step.order))
        for step in steps:
            with clock.pretending(step.at):
                step.act()
        self._calm()
        return len(self.posts)

    def _people(self) -> None:
        password_hash = hash_password(PASSWORD)
        for row in yaml.safe_load((self.folder / "people.yaml").read_text(encoding="utf-8")):
            with clock.pretending(self.now - timedelta(days=row["joined"])):
                user_id = register_person(
                    row["email"],
                    row["handle"],
                    password_hash,
                    row["role"],
                    demo=True,
                    **{name: row.get(name, "") for name in PROFILE},
                )
            viewer = viewer_of(user_id)
            assert viewer is not None
            self.viewers[row["handle"]] = replace(viewer, unread_notices=0)
            end_reading()

    def _steps(self) -> Iterator[Step]:
        boards = {row.slug: row.id for row in db.session.execute(select(Board.slug, Board.id))}
        end_reading()
        order = 0
        for path in sorted((self.folder / "topics").glob("*.yaml")):
            topic = yaml.safe_load(path.read_text(encoding="utf-8"))
            name, started = path.stem, moment_of(topic, self.now)
            yield Step(started, order, self._start(name, boards[topic["board"]], topic))
            last = started
            for number, post in enumerate(topic["posts"]):
                order += 1
                at = moment_of(post, self.now)
                last = max(last, at)
                yield Step(at, order, self._reply(name, post.get("ref") or f"#{number}", post))
            for ref, entry in [("", topic)] + [
                (post.get("ref") or f"#{i}", post) for i, post in enumerate(topic["posts"])
            ]:
                written = moment_of(entry, self.now)
                for kind, handles in (entry.get("reactions") or {}).items():
                    for handle in handles:
                        order += 1
                        yield Step(
                            min(written + timedelta(minutes=17), self.now), order, self._react(name, ref, handle, kind)
                        )
            order += 1
            after = min(last + timedelta(minutes=20), self.now)
            if topic.get("accepted"):
                yield Step(after, order, self._accept(name, topic))
            for mark, measure in (("pinned", "pinned"), ("locked", "locked")):
                if topic.get(mark):
                    order += 1
                    yield Step(after, order, self._measure(name, topic, measure))
            order += 1

    def _start(self, name: str, board_id: int, topic: dict[str, Any]) -> Callable[[], None]:
        def act() -> None:
            written = service.start_topic(
                self.viewers[topic["by"]],
                board_id,
                topic["title"],
                service.prepare(topic["body"]),
                topic.get("themes") or (),
            )
            self.topics[name], self.posts[name, ""] = written.topic_id, written.post_id

        return act

    def _reply(self, name: str, ref: str, post: dict[str, Any]) -> Callable[[], None]:
        def act() -> None:
            parent = self.posts[name, post["to"]] if post.get("to") else None
            written = service.reply(self.viewers[post["by"]], self.topics[name], parent, service.prepare(post["body"]))
            self.posts[name, ref] = written.post_id

        return act

    def _react(self, name: str, ref: str, handle: str, kind: str) -> Callable[[], None]:
        return lambda: void(service.react(self.viewers[handle], self.posts[name, ref], kind))

    def _accept(self, name: str, topic: dict[str, Any]) -> Callable[[], None]:
        return lambda: void(service.accept_answer(self.viewers[topic["by"]], self.posts[name, topic["accepted"]]))

    def _measure(self, name: str, topic: dict[str, Any], measure: str) -> Callable[[], None]:
        reason = {"pinned": "はじめての方に読んでほしいため", "locked": "話し合いがまとまったため"}[measure]
        staff = next(viewer for viewer in self.viewers.values() if viewer.role == "secretariat")
        return lambda: measures.change_topic(staff, self.topics[name], measure, reason)

    def _calm(self) -> None:
        """The fictional people get no mail, and only the newest of their notices are unread."""
        with writing() as session:
            session.execute(delete(OutboxMail).where(OutboxMail.state == "waiting"))
            session.execute(delete(Job).where(Job.name == "mail.send", Job.state == "waiting"))
            old = Notice.created_at < self.now - timedelta(days=3)
            session.execute(update(Notice).where(old).values(read_at=self.now))
            unread = (
                select(func.count())
                .select_from(Notice)
                .where(Notice.user_id == User.id, Notice.read_at.is_(None))
                .scalar_subquery()
            )
            session.execute(
                update(User).values(unread_notices=unread), execution_options={"synchronize_session": False}
            )
            site_settings.put(DEMO_LOADED, True)


def void(_: object) -> None:
    """Drop a result that nobody needs."""


def remove() -> tuple[int, int]:
    """Take every demo person and text away: (people, posts).

    A conversation in which real people have written stays; what demo people wrote in it becomes a placeholder.
    """
    with writing() as session:
        people = list(session.scalars(select(User.id).where(User.demo)))
        posts = session.scalar(select(func.count()).select_from(Post).where(Post.author_id.in_(people))) or 0
        real = select(Post.topic_id).where(Post.author_id.not_in(people) | Post.author_id.is_(None))
        touched = select(Post.topic_id).where(Post.author_id.in_(people))
        session.execute(
            delete(Topic).where(Topic.id.in_(touched), Topic.id.not_in(real)),
            execution_options={"synchronize_session": False},
        )
        session.execute(
            delete(PostVersion).where(PostVersion.post_id.in_(select(Post.id).where(Post.author_id.in_(people))))
        )
        session.execute(
            update(Post)
            .where(Post.author_id.in_(people))
            .values(state="deleted", source="", html="", author_id=None, deleted_at=clock.now())
        )
        _recount(session)
        session.execute(delete(Invitation).where(Invitation.created_by.in_(people)))
        session.execute(delete(ExpertProfile).where(ExpertProfile.user_id.in_(people)))
        session.execute(delete(User).where(User.id.in_(people)))
        site_settings.put(DEMO_LOADED, False)
        return len(people), posts


def _recount(session: Any) -> None:
    """Set every counter from what is there: only a removal touches this much at once."""
    published = (Post.topic_id == Topic.id) & (Post.state == "published")
    count = select(func.count()).select_from(Post).where(published).correlate(Topic).scalar_subquery()
    newest = select(Post.id).where(published).order_by(Post.number.desc()).limit(1).correlate(Topic).scalar_subquery()
    without = {"synchronize_session": False}
    session.execute(update(Topic).values(post_count=count, last_post_id=newest), execution_options=without)
    gone = select(Post.id).where(Post.state != "published")
    session.execute(
        update(Topic).where(Topic.accepted_post_id.in_(gone)).values(accepted_post_id=None), execution_options=without
    )
    topics = (
        select(func.count())
        .select_from(Topic)
        .where(Topic.board_id == Board.id, Topic.visibility == "published")
        .scalar_subquery()
    )
    session.execute(update(Board).values(topic_count=topics), execution_options=without)
