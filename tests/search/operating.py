"""People at work by chance: whatever can change what is found, through the services, in an order that a seed decides.

`python -m tests.search.operating SEED` does it without end on the site of the environment, and says a line each time.
"""

import io
import random
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select, update

from sccafe.accounts import service as accounts
from sccafe.accounts.models import User
from sccafe.accounts.service import Details
from sccafe.boards import arranging, measures, outcomes, service
from sccafe.boards import erasing as boards_erasing
from sccafe.boards.models import Board, Post, Topic
from sccafe.core import site_settings, taxonomy
from sccafe.core.audience import AUDIENCES, Viewer
from sccafe.core.database import db, end_reading, writing
from sccafe.core.uploads import take
from sccafe.library import checking
from sccafe.library import service as library
from sccafe.library.models import File, Item, Version
from sccafe.library.service import FileChanges
from sccafe.moderation import erasing
from tests import factories

#: What a service says to somebody who may not, or comes too late.
REFUSED = (LookupError, PermissionError, ValueError)
WRITERS = ("みどり", "さくら", "はるか", "ひなた", "あおい", "新人")
STAFF = "なかむら"
WORDS = (
    *("移動販売", "見守り", "居場所", "サロン", "買い物", "支え合い", "協議体", "ICT", "第1層"),
    *("ゴミ出し", "傾聴", "送迎", "花見", "体操", "食堂", "通所", "訪問"),
)


def town() -> None:
    """The people and the places; the newest account's first words wait for the secretariat."""
    for handle in WRITERS:
        factories.person(handle, "expert" if handle == "あおい" else "member", has_posted=handle != "新人")
    factories.person(STAFF, "secretariat")
    factories.person("管理", "admin")
    for slug, kind in (("exchange", "exchange"), ("questions", "questions"), ("meeting", "meeting")):
        factories.board(slug, kind, anonymous_allowed=True)
    factories.board("lounge", audience="members", anonymous_allowed=True)
    with writing():
        site_settings.put(service.HOLD_FIRST_POST, True)


class People:
    """Everybody, one act at a time."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        #: How often each act was done, and not refused.
        self.done: Counter[str] = Counter()
        self.acts: dict[str, Callable[[], Any]] = {
            name.removeprefix("do_"): getattr(self, name) for name in dir(self) if name.startswith("do_")
        }
        often = {"reply": 8, "start": 4, "edit": 4, "delete": 3, "hand_in": 2, "accept": 3, "board": 0.3}
        self.weights = [often.get(name, 1.0) for name in self.acts]

    def act(self) -> None:
        name = self.chance.choices(list(self.acts), self.weights)[0]
        try:
            if self.acts[name]() is not False:
                self.done[name] += 1
        except REFUSED:
            pass
        finally:
            end_reading()

    def undone(self) -> set[str]:
        """The acts that were refused each time, or whose turn did not come."""
        return set(self.acts) - set(self.done)

    # --- what acts are about ---

    def said(self) -> str:
        words = self.chance.choices(WORDS, k=self.chance.randint(2, 9))
        return f"{'、'.join(words)}のこと {self.chance.randint(0, 9999)}"

    def text(self) -> service.Text:
        return service.prepare(self.said())

    def one(self, model: Any, *where: Any) -> int:
        """The number of one row of these; raises LookupError where there is none."""
        count = db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0
        if not count:
            raise LookupError
        place = self.chance.randrange(count)
        found = db.session.scalar(select(model.id).where(*where).order_by(model.id).offset(place).limit(1))
        end_reading()
        assert found is not None
        return int(found)

    def post(self, *states: str) -> int:
        return self.one(Post, Post.state.in_(states))

    def writer(self) -> Viewer:
        return factories.viewer_of(self.chance.choice(WRITERS))

    def staff(self) -> Viewer:
        return factories.viewer_of(STAFF)

    def naming(self) -> service.Naming:
        return service.Naming(anonymous=self.chance.random() < 0.3)

    def author(self, post_id: int) -> Viewer:
        """Who wrote it, or anybody where it is anonymous."""
        handle = db.session.scalar(select(User.handle).join(Post, Post.author_id == User.id).where(Post.id == post_id))
        end_reading()
        return factories.viewer_of(handle) if handle else self.writer()

    # --- conversations ---

    def do_start(self) -> None:
        themes = [self.chance.choice(taxonomy.options("theme")).key for _ in range(self.chance.randint(0, 2))]
        who = self.staff() if self.chance.random() < 0.2 else self.writer()
        service.start_topic(who, self.one(Board), self.said(), self.text(), themes, naming=self.naming())

    def do_reply(self) -> None:
        topic = self.one(Topic)
        parent = self.chance.choice((None, self.one(Post, Post.topic_id == topic)))
        service.reply(self.writer(), topic, parent, self.text(), naming=self.naming())

    def do_edit(self) -> None:
        post = self.post("published", "held")
        service.edit_post(self.author(post), post, self.text(), self.said())

    def do_delete(self) -> None:
        post = self.post("published", "held")
        service.delete_post(self.author(post), post)

    def do_undo(self) -> None:
        post = self.post("deleted")
        service.undo_delete(self.author(post), post)

    def do_hide(self) -> None:
        measures.hide_post(self.staff(), self.post("published", "held"), "約束のため")

    def do_restore(self) -> None:
        measures.restore_post(self.staff(), self.post("hidden"), "見なおしたため")

    def do_hold(self) -> None:
        """The next words of a member wait, as a new account's do."""
        member = self.one(User, User.handle.in_(WRITERS))
        with writing() as session:
            session.execute(update(User).where(User.id == member).values(has_posted=False))

    def do_approve(self) -> None:
        measures.approve_post(self.staff(), self.post("held"))

    def do_move(self) -> None:
        measures.move_topic(self.staff(), self.one(Topic), self.one(Board), "場所ちがいのため")

    def do_measure(self) -> None:
        measure = self.chance.choice(("locked", "unlocked", "unlocked", "pinned", "unpinned", "hidden", "restored"))
        measures.change_topic(self.staff(), self.one(Topic), measure, "約束のため")

    def do_accept(self) -> None:
        questions = select(Topic.id).join(Board, Board.id == Topic.board_id).where(Board.kind == "questions")
        answer = self.one(Post, Post.topic_id.in_(questions), Post.number > 1, Post.state == "published")
        topic_id = db.session.scalar(select(Post.topic_id).where(Post.id == answer))
        service.accept_answer(self.author(self.one(Post, Post.topic_id == topic_id, Post.number == 1)), answer)

    def do_theme(self) -> None:
        service.add_theme(self.staff(), self.one(Topic), self.chance.choice(taxonomy.options("theme")).key)

    def do_outcome(self) -> None:
        text = self.text() if self.chance.random() < 0.7 else None
        meetings = select(Board.id).where(Board.kind == "meeting")
        outcomes.write_outcome(self.staff(), self.one(Topic, Topic.board_id.in_(meetings)), text, None)

    def do_board(self) -> None:
        board = db.session.get_one(Board, self.one(Board))
        names = arranging.BoardValues.__dataclass_fields__
        values = {name: getattr(board, name) for name in names} | {"audience": self.chance.choice(AUDIENCES)}
        end_reading()
        arranging.save_board(factories.viewer_of("管理"), board.id, arranging.BoardValues(**values))

    def do_erase_words(self) -> None:
        word = f"のこと {self.chance.randint(0, 99)}"
        erasing.erase_words(self.staff(), word, "お名前のため")

    def do_erase_post(self) -> None:
        boards_erasing.erase_post(self.staff(), self.post("published", "hidden", "deleted"), "お名前のため")

    # --- the library ---

    def sheet(self) -> library.Said:
        themes = [option.key for option in self.chance.sample(taxonomy.options("theme"), 2)]
        return library.prepare(
            {"kind": self.chance.choice(("case", "material", "qa")), "title": self.said(), "body": self.said()}
            | {"themes": themes, "municipality": "132012", "sources": [{"title": self.said(), "year": 2023}]}
        )

    def files(self) -> FileChanges:
        if self.chance.random() < 0.6:
            return FileChanges()
        return FileChanges(added=[take(io.BytesIO(self.said().encode()), f"{self.said()}.txt", 10_000)])

    def do_hand_in(self) -> None:
        library.hand_in(self.writer(), self.sheet(), self.files())

    def do_publish(self) -> None:
        library.publish(self.staff(), self.open_version(), self.chance.choice(("public", "members", "experts")))

    def open_version(self) -> int:
        return self.one(Version, Version.id.in_(select(Item.open_id)))

    def do_save(self) -> None:
        version_id = self.open_version()
        saved = db.session.scalar(select(Version.saved).where(Version.id == version_id)) or 0
        removed = db.session.scalars(select(File.id).order_by(File.id.desc()).limit(3)).all()
        end_reading()
        changes = self.files()
        library.save(self.staff(), version_id, self.sheet(), saved, FileChanges(removed, None, changes.added))

    def do_new_version(self) -> None:
        library.begin(self.staff(), self.one(Item, Item.published_id.is_not(None)))

    def do_archive(self) -> None:
        library.archive(self.staff(), self.one(Item, Item.published_id.is_not(None)), "古いため")

    def do_put_back(self) -> None:
        library.put_back(self.staff(), self.one(Item, Item.archived_at.is_not(None)))

    def do_item_audience(self) -> None:
        library.change_audience(self.staff(), self.one(Item), self.chance.choice(("public", "network", "members")))

    def do_check_item(self) -> None:
        item = self.one(Item, Item.published_id.is_not(None))
        self.chance.choice((checking.still_right, checking.needs_work))(self.staff(), item)

    def do_owner(self) -> None:
        checking.set_owner(
            self.staff(), self.one(Item), self.chance.choice((*WRITERS, "")), self.chance.choice(WRITERS)
        )

    # --- people ---

    def do_profile(self) -> None:
        who = self.writer()
        details = Details(prefecture="13", municipality=self.chance.choice(("132012", "")))
        accounts.change_profile(who, handle=who.handle, real_name="", about=self.said(), locale="ja", details=details)

    def do_suspend(self) -> None:
        accounts.suspend_account(self.staff(), self.one(User, User.handle.in_(WRITERS[:2])), "約束のため")

    def do_take_in_again(self) -> None:
        accounts.restore_account(self.staff(), self.one(User, User.state == "suspended"), "話し合ったため")


def main() -> None:
    from sccafe import create_app

    people = People(int(sys.argv[1]))
    with create_app().app_context():
        while True:
            people.act()
            print(sum(people.done.values()), flush=True)


if __name__ == "__main__":
    main()
