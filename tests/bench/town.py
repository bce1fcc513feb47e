"""A town of people and posts, written in bulk into a migrated database, all counters right.

The posts are written in the order of their time, whatever their topic, so that a topic's posts lie as far apart in the
file as they do on a site that has grown. Nothing but one small record per topic and person is held in memory.
"""

import hashlib
import heapq
import io
import json
import shutil
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from flask import Flask
from sqlalchemy import Connection, insert, select, update

from sccafe import beside, create_app
from sccafe.accounts.models import User
from sccafe.boards.anonymity import OTHER, STARTER, AnonymousAuthor
from sccafe.boards.models import Attachment, Board, Post, Reaction, Topic, TopicRead, TopicTheme
from sccafe.boards.threads import path_of
from sccafe.core import checks, files, markup, taxonomy, text_rules
from sccafe.core.database import Base, db, loading
from sccafe.core.migrations import make_database
from sccafe.notifications.models import Notice
from sccafe.search import reindexing
from sccafe.settings import Settings, read
from sccafe.site.setup import make_standard_boards, mark_started
from tests.bench import prose, texts, words

SEED = 20221
POSTS_PER_TOPIC, POSTS_PER_PERSON, TEXTS, SENTENCES = 25, 50, 2_000, 200_000
HOT_POSTS, LONG_POSTS = 25, 5_000
DAYS = 720
#: The newest post is older than a day, so that no page says 「3時間前」 and its words stay the same.
NEWEST = timedelta(hours=25)
#: Of 100 topics, so many on each board.
SHARES = {"exchange": 42, "questions": 30, "meeting": 4, "industry": 10, "news": 8, "members-lounge": 6}
STAFF_START = {"meeting", "industry", "news"}
#: So many of the posts on these boards are anonymous, and so many of all have a file.
ANONYMOUS_ON, ANONYMOUS, WITH_FILE = {"exchange", "questions", "members-lounge", "meeting", "industry"}, 0.15, 0.02
ROWS = 5_000

_FIRST = (
    "みどり",
    "さくら",
    "はるか",
    "かえで",
    "なぎさ",
    "ひまわり",
    "あおぞら",
    "おにぎり",
    "ことり",
    "けやき",
    "とんぼ",
    "やどかり",
    "ミシン",
    "たんぽぽ",
    "こつぶ",
    "花水木",
)
_LAYERS = ("layer1", "layer2", "layer2", "layer1_2", "former", "none", "")
_YEARS = ("lt1", "y1_2", "y3_5", "gt5", "")


class TownWrong(Exception):
    """`sccafe check` found something in a town that was just built."""


@dataclass(frozen=True)
class Town:
    """A built town and what is measured in it."""

    folder: str
    posts: int
    topics: int
    people: int
    #: A topic of exactly 25 posts that nobody writes in any more, and one of thousands.
    hot_topic: int
    long_topic: int
    long_pages: int
    #: More pages of 25 posts (topic, page): nothing deleted, nothing that only our own template would say.
    full_pages: list[tuple[int, int]]
    #: An answered post far down in the long topic.
    deep_post: int
    #: The member whose pages are measured, and those who write.
    reader: int
    reader_handle: str
    writers: list[int]
    #: Topics to write in, each with a post that can be answered.
    places: list[tuple[int, int]]

    @property
    def data(self) -> Path:
        """The site's data folder."""
        return Path(self.folder) / "data"


def site_settings(data: Path) -> Settings:
    """The settings for working on a town inside this process."""
    return read({"SCCAFE_DATA": str(data), "SCCAFE_JOB_THREAD": "off", "SCCAFE_RATE_LIMITS": "off"})


def _recipe() -> str:
    """A hash of all that a town is made from: one made otherwise is built anew."""
    here = Path(__file__).parent
    files = [
        here / "town.py",
        here / "texts.py",
        here / "prose.py",
        here / "words.py",
        *sorted((beside("migrations") / "versions").glob("*.py")),
    ]
    made_from = b"\0".join(file.read_bytes() for file in files) + str(markup.RENDERER_VERSION).encode()
    return hashlib.sha256(made_from).hexdigest()


def standing(folder: Path, posts: int) -> Town | None:
    """The town that a run before left in this folder, if it is this large and made as one would be made today."""
    try:
        kept = json.loads((folder / "town.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    if kept.get("recipe") != _recipe() or kept["town"]["posts"] != posts:
        return None
    values: dict[str, Any] = kept["town"]
    for name in ("places", "full_pages"):  # JSON knows no pairs
        values[name] = [(first, second) for first, second in values[name]]
    return Town(**values)


def build(folder: Path, posts: int, for_search: bool = False) -> Town:
    """Make the town in `folder`, which is emptied; raises TownWrong where the site's own checks find something.

    One for search has other texts (prose.py) with a sentence of its own in each; its index is left to be made.
    """
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "data").mkdir(parents=True)
    app = create_app(site_settings(folder / "data"))
    with app.app_context():
        make_database(app.config["SETTINGS"])
        make_standard_boards()
        mark_started()
        town = _Builder(folder, posts, for_search).build()
        if not for_search:
            with loading():
                reindexing.reindex(anew=False, say=lambda done, total: None)
            check(app)
        db.engine.dispose()
    (folder / "town.json").write_text(json.dumps({"recipe": _recipe(), "town": asdict(town)}), encoding="utf-8")
    return town


def check(app: Flask) -> None:
    """Raise TownWrong where `sccafe check` finds something."""
    with app.app_context():
        wrong = [f"{name}: {line}" for name, lines in checks.run().items() for line in lines]
    if wrong:
        raise TownWrong("\n".join(wrong[:20]))


# --- building -------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Topic:
    board: str
    size: int
    #: Seconds between two posts, on average.
    gap: float
    id: int = 0
    title: str = ""
    number: int = 0
    published: int = 0
    asker: int | None = None
    answer: int | None = None
    created_at: datetime | None = None
    last_id: int = 0
    last_at: datetime | None = None
    readers: int = 0
    #: The aliases given here: person -> alias.
    aliases: dict[int, str] = field(default_factory=dict)
    #: The posts most likely to be answered: id, path, author.
    recent: deque[tuple[int, str, int | None]] = field(default_factory=lambda: deque(maxlen=8))


class _Rows:
    """Rows of one table on their way into the database."""

    def __init__(self, connection: Connection, model: type[Base]) -> None:
        self.connection, self.table = connection, model.__table__
        self.waiting: list[dict[str, Any]] = []

    def add(self, **values: Any) -> None:
        self.waiting.append(values)
        if len(self.waiting) >= ROWS:
            self.write()

    def write(self) -> None:
        if self.waiting:
            self.connection.execute(insert(self.table), self.waiting)  # type: ignore[arg-type]
            self.waiting = []


class _PostRows:
    """Posts and all that hangs on them."""

    def __init__(self, connection: Connection) -> None:
        self.posts, self.hidden = _Rows(connection, Post), _Rows(connection, AnonymousAuthor)
        self.files, self.reactions = _Rows(connection, Attachment), _Rows(connection, Reaction)
        self.notices = _Rows(connection, Notice)

    def write(self) -> None:
        for rows in (self.posts, self.hidden, self.files, self.reactions, self.notices):
            rows.write()


def _letter(given: int) -> str:
    """As boards/anonymity.py gives them; a topic of thousands has more people than letters."""
    text, number = "", given + 1
    while number:
        number, digit = divmod(number - 1, 26)
        text = chr(ord("A") + digit) + text
    return OTHER + text


def _file(random: Random, post_id: int, at: datetime) -> dict[str, Any]:
    """A small table of people that somebody attached; its bytes are put into the store."""
    content = b"x,y\n" * random.randint(10, 400)
    stored = f"attachments/{at:%Y%m%d}/{random.getrandbits(128):032x}"
    files.store().put(stored, io.BytesIO(content))
    return {
        "post_id": post_id,
        "place": 1,
        "name": f"参加者の様式{post_id}.csv",
        "kind": "csv",
        "media_type": "text/csv",
        "size": len(content),
        "width": 0,
        "height": 0,
        "stored": stored,
        "picture": "",
        "created_at": at,
    }


class _Builder:
    def __init__(self, folder: Path, posts: int, varied: bool) -> None:
        self.folder, self.posts, self.varied = folder, posts, varied
        self.random = Random(SEED)
        self.end = datetime.now(UTC).replace(microsecond=0) - NEWEST
        self.begin = self.end - timedelta(days=DAYS)
        self.seconds = (self.end - self.begin).total_seconds()
        self.people = max(80, posts // POSTS_PER_PERSON)
        self.long = min(LONG_POSTS, posts // 10)
        self.unread: dict[int, int] = defaultdict(int)
        sources = texts.pool(self.random, TEXTS)
        self.texts = [(source, markup.render(source)) for source in map(text_rules.normalise, sources)]
        self.sentences = prose.sentences(self.random, SENTENCES) if varied else []
        self.members: list[int] = []
        self.staff: list[int] = []
        self.handles: dict[int, str] = {}

    def build(self) -> Town:
        with db.engine.connect() as connection:
            # Nothing is lost if this run is: the town is built anew.
            driver = connection.connection.driver_connection
            assert driver is not None
            for pragma in ("foreign_keys=OFF", "synchronous=OFF", "cache_size=-262144"):
                driver.execute(f"PRAGMA {pragma}")
            self.boards = {
                row.slug: row.id for row in connection.execute(select(Board.slug, Board.id).order_by(Board.position))
            }
            connection.rollback()
            with connection.begin():
                self._people(connection)
            topics = self._plan()
            self._posts(connection, topics)
            with connection.begin():
                self._marks(connection, topics)
                self._topics(connection, topics)
                for person, count in self.unread.items():
                    connection.execute(update(User).where(User.id == person).values(unread_notices=count))
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            town = self._town(connection, topics)
            connection.invalidate()  # its pragmas are not the site's
        return town

    def _people(self, connection: Connection) -> None:
        rows = _Rows(connection, User)
        for number in range(1, self.people + 1):
            roll = self.random.random()
            role = "secretariat" if number <= 3 or roll < 0.004 else "expert" if roll < 0.024 else "member"
            role = "industry" if 0.024 <= roll < 0.034 and number > 3 else role
            handle = f"{self.random.choice(_FIRST)}{number}"
            self.handles[number] = handle
            rows.add(
                id=number,
                handle=handle,
                handle_key=handle.lower(),
                email=f"person{number}@example.jp",
                email_key=f"person{number}@example.jp",
                password_hash="!",
                role=role,
                state="active",
                coordinator_layer=self.random.choice(_LAYERS) if role in ("member", "expert") else "",
                affiliation="shakyo",
                experience_years=self.random.choice(_YEARS) if role in ("member", "expert") else "",
                has_posted=True,
                created_at=self.begin - timedelta(days=1),
            )
            if role in ("member", "expert"):
                self.members.append(number)
            elif role == "secretariat":
                self.staff.append(number)
        rows.write()

    def _plan(self) -> list[_Topic]:
        """All topics, the first of them hot and the second long; sizes add up to the number of posts exactly."""
        count = max(3, self.posts // POSTS_PER_TOPIC)
        others = count - 2
        weights = [min(20.0, self.random.paretovariate(1.2)) for _ in range(others)]
        extra, total = self.posts - HOT_POSTS - self.long - others, sum(weights)
        sizes, given, reached = [], 0, 0.0
        for weight in weights:
            reached += weight
            upto = round(extra * reached / total)
            sizes.append(1 + upto - given)
            given = upto
        slugs, shares = list(SHARES), list(SHARES.values())
        boards = self.random.choices(slugs, shares, k=others)
        plan = [_Topic("exchange", HOT_POSTS, 3 * 3600), _Topic("exchange", self.long, self.seconds / self.long / 2)]
        plan += [_Topic(board, size, 6 * 3600) for board, size in zip(boards, sizes, strict=True)]
        return plan

    def _times(self, topics: list[_Topic]) -> Iterator[tuple[datetime, _Topic]]:
        """Every post's moment and topic, the oldest first."""
        starts = [self.seconds - 12 * 86400, 0.0]
        # More and more is written: the share of the last month is twice that of the first.
        starts += [self.seconds * self.random.random() ** 0.7 for _ in topics[2:]]
        waiting = [(start, number) for number, start in enumerate(starts)]
        for start, number in waiting:
            # Gaps lie between nothing and twice the average: the last post falls before the end.
            topics[number].gap = min(topics[number].gap, (self.seconds - start) / (2 * topics[number].size))
        heapq.heapify(waiting)
        while waiting:
            at, number = waiting[0]
            topic = topics[number]
            yield self.begin + timedelta(seconds=at), topic
            if topic.number < topic.size:
                heapq.heapreplace(waiting, (at + self.random.uniform(0, 2 * topic.gap), number))
            else:
                heapq.heappop(waiting)

    def _posts(self, connection: Connection, topics: list[_Topic]) -> None:
        rows = _PostRows(connection)
        hot, opened = topics[0], 0
        connection.begin()
        for post_id, (at, topic) in enumerate(self._times(topics), 1):
            if not topic.number:
                opened += 1
                topic.id, topic.created_at = opened, at
            topic.number += 1
            self._post(rows, topic, post_id, at, hot)
            if post_id % 50_000 == 0:
                rows.write()
                connection.commit()
                connection.begin()
        rows.write()
        connection.commit()

    def _text(self) -> tuple[str, str]:
        """A post's text and its HTML."""
        random = self.random
        if not self.varied:
            return random.choice(self.texts)
        paragraphs = [
            "".join(random.choices(self.sentences, k=random.randint(1, 6))) for _ in range(random.randint(1, 4))
        ]
        paragraphs.append(words.sentence(random))
        return "\n\n".join(paragraphs), "\n".join(f"<p>{each}</p>" for each in paragraphs)

    def _post(self, rows: _PostRows, topic: _Topic, post_id: int, at: datetime, hot: _Topic) -> None:
        random, first, last = self.random, topic.number == 1, topic.number == topic.size
        writers = self.staff if first and topic.board in STAFF_START else self.members
        author: int | None = random.choice(writers)
        parent = random.choice(topic.recent) if topic.recent and random.random() < 0.5 else None
        deleted = not first and not last and topic is not hot and random.random() < 0.01
        if not first and random.random() < 0.01:
            author = None  # has left the site
        source, html = ("", "") if deleted else self._text()
        path = path_of(parent[1] if parent else "", topic.number)
        alias = ""
        if author is not None and topic.board in ANONYMOUS_ON and random.random() < ANONYMOUS:
            alias = STARTER if first else topic.aliases.get(author, "") or _letter(len(set(topic.aliases.values())))
            topic.aliases[author] = alias
            rows.hidden.add(post_id=post_id, topic_id=topic.id, user_id=author)
        has_file = not deleted and random.random() < WITH_FILE
        if has_file:
            rows.files.add(**_file(random, post_id, at))
        rows.posts.add(
            id=post_id,
            topic_id=topic.id,
            number=topic.number,
            parent_id=parent[0] if parent else None,
            path=path,
            author_id=None if alias else author,
            alias=alias,
            shown_layer="",
            shown_years="",
            guest_name="",
            by_staff=False,
            file_count=int(has_file),
            source=source,
            html=html,
            renderer=markup.RENDERER_VERSION,
            state="deleted" if deleted else "published",
            state_reason="",
            created_at=at,
            edited_at=at + timedelta(minutes=9) if not deleted and random.random() < 0.03 else None,
            deleted_at=at + timedelta(hours=1) if deleted else None,
            idempotency_key=None,
        )
        if deleted:
            return
        topic.published += 1
        topic.last_id, topic.last_at = post_id, at
        topic.recent.append((post_id, path, author))
        if first:
            topic.asker = author
        elif author is not None and author != topic.asker and (topic.answer is None or random.random() < 0.2):
            topic.answer = post_id
        kinds = ("empathy", "useful", "cheer", *(("me_too",) if first and topic.board == "questions" else ()))
        if random.random() < 0.35:
            given = {(random.choice(self.members), random.choice(kinds)) for _ in range(random.randint(1, 6))}
            for person, kind in given:
                if person != author:
                    rows.reactions.add(post_id=post_id, kind=kind, user_id=person, created_at=at)
        if parent and parent[2] is not None and parent[2] != author:
            seen = at + timedelta(days=1) if at < self.end - timedelta(days=3) else None
            self.unread[parent[2]] += seen is None
            rows.notices.add(
                user_id=parent[2],
                kind="reply",
                topic_id=topic.id,
                post_id=post_id,
                measure="",
                reason="",
                on_site=True,
                created_at=at,
                read_at=seen,
            )

    def _topics(self, connection: Connection, topics: list[_Topic]) -> None:
        random, themes = self.random, [option.key for option in taxonomy.options("theme")]
        audiences = {row.slug: row.audience for row in connection.execute(select(Board.slug, Board.audience))}
        rows, of_themes = _Rows(connection, Topic), _Rows(connection, TopicTheme)
        counts: dict[str, int] = defaultdict(int)
        for topic in topics:
            counts[topic.board] += 1
            state, accepted = "open", None
            if topic.board == "questions":
                state = "answered" if topic.answer else "unanswered"
                if topic.answer and random.random() < 0.5:
                    state, accepted = "solved", topic.answer
            meeting = topic.board == "meeting"
            assert topic.created_at is not None and topic.last_at is not None
            rows.add(
                id=topic.id,
                board_id=self.boards[topic.board],
                audience=audiences[topic.board],
                title=texts.title(random),
                state=state,
                visibility="published",
                pinned=topic.board == "news" and counts["news"] == 1,
                locked=False,
                accepted_post_id=accepted,
                opens_at=topic.created_at if meeting else None,
                closes_at=topic.created_at + timedelta(days=21) if meeting else None,
                post_count=topic.published,
                last_number=topic.number,
                last_post_id=topic.last_id,
                last_post_at=topic.last_at,
                reader_count=topic.readers,
                created_at=topic.created_at,
            )
            for theme in random.sample(themes, 2 if topic is topics[0] else random.choice((0, 1, 1, 2))):
                of_themes.add(topic_id=topic.id, theme=theme)
        rows.write()
        of_themes.write()
        for slug, count in counts.items():
            connection.execute(update(Board).where(Board.slug == slug).values(topic_count=count))

    def _marks(self, connection: Connection, topics: list[_Topic]) -> None:
        """Every fifth person has read a hundred topics, most of them to the end."""
        rows = _Rows(connection, TopicRead)
        public = [topic for topic in topics if topic.board != "members-lounge"]
        for person in self.members[::5]:
            for topic in self.random.sample(public, min(100, len(public))):
                whole = self.random.random() < 0.7
                upto = topic.number if whole else self.random.randint(1, topic.number)
                rows.add(user_id=person, topic_id=topic.id, last_read_number=upto)
                topic.readers += 1
        rows.write()

    def _town(self, connection: Connection, topics: list[_Topic]) -> Town:
        hot, long = topics[0], topics[1]
        deep = connection.execute(
            select(Post.id).where(Post.topic_id == long.id, Post.state == "published").order_by(Post.path.desc())
        ).first()
        assert deep is not None
        quiet = [topic for topic in topics[2:] if topic.board in ("exchange", "questions") and topic.size >= 3]
        places = [(topic.id, topic.recent[-1][0]) for topic in self.random.sample(quiet, min(200, len(quiet)))]
        full = [
            topic
            for topic in topics[2:]
            if topic.board in ("exchange", "industry") and topic.size >= HOT_POSTS and topic.published == topic.number
        ]
        reader = self.members[0]
        return Town(
            folder=str(self.folder),
            posts=self.posts,
            topics=len(topics),
            people=self.people,
            hot_topic=hot.id,
            long_topic=long.id,
            long_pages=-(-long.number // HOT_POSTS),
            full_pages=[(topic.id, page) for topic in full for page in range(1, topic.size // HOT_POSTS + 1)][:400],
            deep_post=deep[0],
            reader=reader,
            reader_handle=self.handles[reader],
            writers=self.members[1:61],
            places=places,
        )
