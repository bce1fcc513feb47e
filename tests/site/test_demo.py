"""What a first start shows: a living place, made through the services people use, and gone without a trace."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from sccafe import beside
from sccafe.accounts.models import User
from sccafe.boards.models import Board, Post, Topic
from sccafe.core import checks, clock
from sccafe.core.database import db, end_reading
from sccafe.core.mail import OutboxMail
from sccafe.site import demo
from sccafe.site.setup import make_standard_boards
from tests import factories

Browser = Callable[[str], FlaskClient]


@pytest.fixture
def loaded(app: Flask) -> Iterator[Flask]:
    make_standard_boards()
    demo.Loader(beside("demo")).load()
    yield app


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


def test_removing_the_demo_leaves_nothing_of_it_and_all_of_the_rest(loaded: Flask, client: FlaskClient) -> None:
    factories.person("ほんとうの人")
    board = db.session.scalar(select(Board.id).where(Board.slug == "exchange"))
    shared = db.session.scalar(select(Topic.id).where(Topic.board_id == board, Topic.post_count > 3).limit(1))
    end_reading()
    assert board
    assert shared
    mine = factories.topic("ほんとうの人", board, "ほんとうの話題")
    factories.answer("ほんとうの人", shared, "ほんとうの返信")
    demo.remove()
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
