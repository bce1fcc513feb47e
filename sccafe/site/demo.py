"""The content of a first start: fictional people and their conversations, loaded through the services people use."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import delete, func, or_, select, update

from sccafe.accounts.models import ExpertProfile, Invitation, User
from sccafe.accounts.passwords import hash_password
from sccafe.accounts.service import register_person
from sccafe.accounts.sessions import viewer_of
from sccafe.boards import anonymity, attachments, drafts, measures, meetings, outcomes, polls, service
from sccafe.boards.models import Board, Draft, Poll, PollChoice, Post, PostVersion, Topic
from sccafe.core import clock, site_settings
from sccafe.core.audience import Viewer
from sccafe.core.database import db, end_reading, writing
from sccafe.core.jobs import Job
from sccafe.core.mail import OutboxMail
from sccafe.library import removing
from sccafe.library.models import Comment, Item, Selection, Version
from sccafe.notifications.models import Notice
from sccafe.search import keeping
from sccafe.search.jobs import forget_soon
from sccafe.site import demo_counseling
from sccafe.site.demo_counseling import Window
from sccafe.site.demo_library import Shelves
from sccafe.site.service import DEMO_LOADED

PASSWORD = "sccafe-demo-2026"  # noqa: S105  published on purpose; a banner says so on every page

_WITHOUT = {"synchronize_session": False}
PROFILE = (
    "real_name",
    "coordinator_layer",
    "affiliation",
    "experience_years",
    "prefecture",
    "municipality",
    "population",
    "about",
)


class OtherPeopleHere(Exception):
    """The demo comes into an empty site only."""


@dataclass(frozen=True)
class Step:
    """One thing that one person does at one moment."""

    at: datetime
    order: int
    act: Callable[[], object]


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
        steps = sorted([*self._steps(), *self._library(), *self._counseling()], key=lambda step: (step.at, step.order))
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
            for handle, places in ((topic.get("poll") or {}).get("votes") or {}).items():
                order += 1
                yield Step(min(started + timedelta(hours=9), self.now), order, self._vote(name, handle, places))
            order += 1
            after = min(last + timedelta(minutes=20), self.now)
            if topic.get("accepted"):
                yield Step(after, order, self._accept(name, topic))
            if topic.get("outcome"):
                order += 1
                yield Step(after, order, self._outcome(name, topic))
            for mark, measure in (("pinned", "pinned"), ("locked", "locked")):
                if topic.get(mark):
                    order += 1
                    yield Step(after, order, self._measure(name, topic, measure))
            order += 1

    def _library(self) -> Iterator[Step]:
        acts = Shelves(self.folder / "library", self.viewers, self.now).acts()
        return (Step(at, order, act) for order, (at, act) in enumerate(acts))

    def _counseling(self) -> Iterator[Step]:
        acts = Window(self.folder / "counseling.yaml", self.viewers, self.now).acts()
        return (Step(at, order, act) for order, (at, act) in enumerate(acts))

    def _start(self, name: str, board_id: int, topic: dict[str, Any]) -> Callable[[], None]:
        def act() -> None:
            written = service.start_topic(
                self.viewers[topic["by"]],
                board_id,
                topic["title"],
                service.prepare(topic["body"]),
                topic.get("themes") or (),
                meeting=self._meeting(topic),
            )
            self.topics[name], self.posts[name, ""] = written.topic_id, written.post_id

        return act

    def _day(self, number: int | None) -> date | None:
        """So many days from today; None where nothing is said."""
        return None if number is None else self.now.astimezone(clock.TOKYO).date() + timedelta(days=number)

    def _meeting(self, topic: dict[str, Any]) -> meetings.Meeting:
        """`opens` and `closes` in days from today; `poll` with its question, choices and votes."""
        poll = topic.get("poll") or {}
        wanted = polls.PollWanted(
            poll.get("question", ""),
            tuple(poll.get("choices") or ()),
            bool(poll.get("multiple")),
            poll.get("results", "after_vote"),
        )
        return meetings.Meeting(self._day(topic.get("opens")), self._day(topic.get("closes")), wanted)

    def _vote(self, name: str, handle: str, places: list[int]) -> Callable[[], None]:
        """`places` counts the choices from 1."""

        def act() -> None:
            viewer, topic_id = self.viewers[handle], self.topics[name]
            choices = db.session.scalars(
                select(PollChoice.id)
                .join(Poll, Poll.id == PollChoice.poll_id)
                .where(Poll.topic_id == topic_id)
                .order_by(PollChoice.place)
            ).all()
            end_reading()
            polls.vote(viewer, topic_id, [choices[place - 1] for place in places])

        return act

    def _outcome(self, name: str, topic: dict[str, Any]) -> Callable[[], None]:
        """What came of it, and after how many days from today it is looked at again."""
        written, review = service.prepare(topic["outcome"]), self._day(topic.get("review"))
        return lambda: outcomes.write_outcome(self.viewers[topic["by"]], self.topics[name], written, review)

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
            # What is to be done after it was said is to be done from now on, and not since the day it was said on.
            session.execute(update(Job).where(Job.due_at < self.now, Job.state == "waiting").values(due_at=self.now))
            old = Notice.created_at < self.now - timedelta(days=3)
            session.execute(update(Notice).where(old).values(read_at=self.now))
            _recount_notices(session)
            site_settings.put(DEMO_LOADED, True)


def void(_: object) -> None:
    """Drop a result that nobody needs."""


def remove(folder: Path) -> tuple[int, int]:
    """Take every demo person and text away, and what the demo of this folder set: (people, posts).

    A conversation in which real people have written stays; what demo people wrote in it becomes a placeholder. An item
    of the library that real people have worked on stays.
    """
    with writing() as session:
        people = list(session.scalars(select(User.id).where(User.demo)))
        theirs = select(Post.id).where(anonymity.written_by_any(people))
        posts = session.scalar(select(func.count()).select_from(theirs.subquery())) or 0
        attachments.remove_from(session, list(session.scalars(theirs)))
        real = select(Post.topic_id).where(Post.id.not_in(theirs))
        touched = select(Post.topic_id).where(Post.id.in_(theirs))
        gone = set(session.scalars(select(Topic.id).where(Topic.id.in_(touched), Topic.id.not_in(real))))
        session.execute(
            delete(Topic).where(Topic.id.in_(touched), Topic.id.not_in(real)),
            execution_options={"synchronize_session": False},
        )
        # Their numbers may be given again: nobody's draft is to stand under another topic then.
        places = session.execute(select(Draft.id, Draft.place)).all()
        lost = [row.id for row in places if (place := drafts.read_place(row.place)) and place.topic_id in gone]
        session.execute(delete(Draft).where(Draft.id.in_(lost)))
        opened = select(Post.topic_id).where(Post.number == 1, Post.id.in_(theirs))
        session.execute(delete(Poll).where(Poll.topic_id.in_(opened)), execution_options={"synchronize_session": False})
        session.execute(
            update(Topic)
            .where(Topic.id.in_(opened))
            .values(has_poll=False, outcome="", outcome_html="", outcome_review_on=None),
            execution_options={"synchronize_session": False},
        )
        session.execute(delete(PostVersion).where(PostVersion.post_id.in_(theirs)))
        session.execute(
            update(Post)
            .where(Post.id.in_(theirs))
            .values(state="deleted", source="", html="", author_id=None, deleted_at=clock.now())
        )
        demo_counseling.remove(session, people, folder / "counseling.yaml")
        _empty_shelves(session, people)
        _recount(session)
        _empty_shelves(session, people)
        session.execute(delete(Invitation).where(Invitation.created_by.in_(people)))
        session.execute(delete(ExpertProfile).where(ExpertProfile.user_id.in_(people)))
        session.execute(delete(User).where(User.id.in_(people)))
        _recount_notices(session)
        keeping.renew_everything(session)
        forget_soon()
        site_settings.put(DEMO_LOADED, False)
        return len(people), posts


def _empty_shelves(session: Any, people: list[int]) -> None:
    """Take the items that demo people handed in away, with their files; one that real people have worked on stays."""
    hands = or_(Version.author_id.not_in(people), Version.editor_id.not_in(people))
    worked_on = select(Version.item_id).where(hands)
    gone = select(Item.id).where(Item.author_id.in_(people), Item.id.not_in(worked_on)).order_by(Item.id)
    removing.remove_items(session, list(session.scalars(gone)))
    removing.forget_users_of(session, people)
    for model in (Comment, Selection):
        session.execute(delete(model).where(model.author_id.in_(people)), execution_options=_WITHOUT)


def _recount_notices(session: Any) -> None:
    """What was told of a thing that is gone is gone with it, also from the number in somebody's header."""
    unread = (
        select(func.count())
        .select_from(Notice)
        .where(Notice.user_id == User.id, Notice.on_site, Notice.read_at.is_(None))
        .scalar_subquery()
    )
    session.execute(update(User).values(unread_notices=unread), execution_options=_WITHOUT)


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
