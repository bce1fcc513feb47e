"""What a first start shows: a living place, made through the services people use, and gone without a trace."""

import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from sccafe import beside
from sccafe.accounts.models import User
from sccafe.boards.models import Board, Poll, PollVote, Post, Topic
from sccafe.core import checks, clock, files, uploads
from sccafe.core.database import db, end_reading, writing
from sccafe.core.mail import OutboxMail
from sccafe.library import service as library
from sccafe.library.models import Comment, File, Item, Selection, Use
from sccafe.library.shelf import shelf
from sccafe.site import demo
from tests import factories

Browser = Callable[[str], FlaskClient]


def count(model: type[object], *where: object) -> int:
    found = db.session.scalar(select(func.count()).select_from(model).where(*where))  # type: ignore[arg-type]
    end_reading()
    return found or 0


def test_a_visitor_sees_a_living_place(loaded: Flask) -> None:
    assert count(User, User.demo) >= 12
    assert count(Topic) >= 25
    assert count(Post) >= 150
    assert count(Topic, Topic.state == "unanswered") >= 5
    assert count(Topic, Topic.state == "solved") >= 5
    slugs = set(db.session.scalars(select(Board.slug).join(Topic, Topic.board_id == Board.id)))
    assert {"exchange", "questions", "meeting", "industry", "news", "members-lounge"} <= slugs
    newest = db.session.scalar(select(func.max(Post.created_at)))
    end_reading()
    assert newest is not None
    assert timedelta(0) < clock.now() - newest < timedelta(days=1)
    assert not any(checks.run().values())


def test_no_two_posts_share_a_sentence(loaded: Flask) -> None:
    seen: dict[str, int] = {}
    for post_id, source in db.session.execute(select(Post.id, Post.source)):
        for sentence in {part.strip() for part in re.split(r"[。！？\n]", source)}:
            if len(sentence) >= 6:
                assert sentence not in seen, f"{sentence}: posts {seen.get(sentence)} and {post_id}"
                seen[sentence] = post_id


def test_the_demo_accounts_sign_in_and_a_banner_warns_on_every_page(loaded: Flask, client: FlaskClient) -> None:
    for name in (
        "coordinator",
        "coordinator2",
        "expert",
        "expert2",
        "industry",
        "secretariat",
        "secretariat2",
        "admin",
    ):
        browser = loaded.test_client()
        fields = factories.form(browser, "/sign-in", email=f"{name}@example.jp", password=demo.PASSWORD)
        assert browser.post("/sign-in", data=fields).status_code == 303, name
    for address in ("/", "/lounge", "/boards/questions", "/terms", "/sign-in"):
        assert "見本の内容です" in client.get(address).get_data(as_text=True)


def test_the_fictional_people_get_no_mail(loaded: Flask) -> None:
    assert count(OutboxMail) == 0


def test_the_demo_comes_into_an_empty_site_only(app: Flask) -> None:
    factories.person("ほんとうの人")
    with pytest.raises(demo.OtherPeopleHere):
        demo.Loader(beside("demo")).load()


def test_a_meeting_is_open_with_its_poll_and_another_has_its_outcome(loaded: Flask, client: FlaskClient) -> None:
    topic = db.session.execute(select(Topic.id, Topic.closes_at).where(Topic.has_poll)).one()
    over = db.session.scalar(select(Topic.id).where(Topic.outcome != ""))
    end_reading()
    assert topic.closes_at > clock.now()
    assert "11人が答えました" in client.get(f"/topics/{topic.id}").get_data(as_text=True)
    assert "話し合いのまとめ" in client.get(f"/topics/{over}").get_data(as_text=True)
    # Real people have written in both: what the demo's people wrote goes all the same.
    factories.person("ほんとうの人", "secretariat")
    for number in (topic.id, over):
        factories.answer("ほんとうの人", number, "ほんとうの返信")
    demo.remove(beside("demo"))
    assert (count(Poll), count(PollVote), count(Topic, Topic.outcome != ""), count(Topic)) == (0, 0, 0, 2)
    assert not any(checks.run().values())


def test_removing_the_demo_leaves_nothing_of_it_and_all_of_the_rest(loaded: Flask, client: FlaskClient) -> None:
    factories.person("ほんとうの人")
    board = db.session.scalar(select(Board.id).where(Board.slug == "exchange"))
    # One whose newest reply stands on its first page.
    on_a_page = (Topic.board_id == board, Topic.post_count.between(4, 20))
    shared = db.session.scalar(select(Topic.id).where(*on_a_page).order_by(Topic.id).limit(1))
    end_reading()
    assert board
    assert shared
    mine = factories.topic("ほんとうの人", board, "ほんとうの話題")
    factories.answer("ほんとうの人", shared, "ほんとうの返信")
    demo.remove(beside("demo"))
    assert count(User) == 1
    assert count(Topic) == 2
    assert set(db.session.scalars(select(Post.source).where(Post.source != ""))) == {
        "ほんとうの返信",
        "どう決めましたか。",
    }
    end_reading()
    assert "ほんとうの返信" in client.get(f"/topics/{shared}").get_data(as_text=True)
    assert client.get(f"/topics/{mine}").status_code == 200
    assert "見本の内容です" not in client.get("/about").get_data(as_text=True)


def test_removing_the_demo_empties_the_shelves_of_its_items_and_files(app: Flask) -> None:
    """What real people handed in or worked on stays, without what demo people did to it."""
    people = {
        handle: factories.person(handle, role, demo=handle.startswith("みほん"))
        for handle, role in (
            ("みほん", "member"),
            ("みほんの事務局", "secretariat"),
            ("ほんとうの人", "member"),
            ("ほんとうの事務局", "secretariat"),
        )
    }
    upload = uploads.take(io.BytesIO("見本の資料".encode()), "見本.txt", 1024)
    said = library.prepare({"title": "見本", "body": "文"})
    gone = library.hand_in(factories.viewer_of("みほん"), said, library.FileChanges(added=[upload])).id
    published = factories.item("みほん", "みほんの事務局", title="消えるもの")
    worked_on = factories.item("みほん", "みほんの事務局", title="手を入れたもの")
    begun = library.begin(factories.viewer_of("ほんとうの事務局"), worked_on)
    library.save(factories.viewer_of("ほんとうの事務局"), begun.id, said, begun.saved)
    mine = factories.item("ほんとうの人", "みほんの事務局", title="ほんとうのもの")
    with writing() as session:
        user_id, now = people["みほん"], clock.now()
        session.add(Use(item_id=mine, user_id=user_id, created_at=now))
        session.execute(update(Item).where(Item.id == mine).values(use_count=1, successor_id=user_id))
        session.add(Comment(item_id=mine, version_id=1, part="body", author_id=user_id, text="見本", created_at=now))
        session.add(Selection(title="見本", author_id=user_id, created_at=now, once_key="x"))
    assert len(list(files.store().names())) == 1
    assert {gone, published} < set(db.session.scalars(select(Item.id)))
    end_reading()
    demo.remove(beside("demo"))
    rows = db.session.execute(select(Item.id, Item.use_count, Item.successor_id).order_by(Item.id)).all()
    end_reading()
    assert rows == [(worked_on, 0, None), (mine, 0, None)]
    assert [count(model) for model in (Use, Comment, Selection, File)] == [0, 0, 0, 0]
    assert list(files.store().names()) == []
    reader = factories.viewer_of("ほんとうの人")
    assert shelf().find(reader, {}, "new", 0, 10).ids == [mine, worked_on]
    end_reading()
    assert not any(checks.run().values())
