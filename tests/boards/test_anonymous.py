"""Anonymous posts: what everybody sees of them, what their writer can do, and where the writer's name never stands."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text, update

from sccafe.boards import anonymity, queries, service
from sccafe.boards.models import Board, Post, Topic
from sccafe.core.audience import VISITOR
from sccafe.core.database import db, end_reading, writing
from sccafe.notifications.models import Notice
from tests import factories

Browser = Callable[[str], FlaskClient]
ANONYMOUS = service.Naming(anonymous=True)
ROOT = Path(__file__).resolve().parents[2]


def page(client: FlaskClient, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.get_data(as_text=True)


def ask(handle: str, board_id: int, body: str = "謝礼はいくらですか。") -> int:
    viewer = factories.viewer_of(handle)
    return service.start_topic(viewer, board_id, "謝礼", service.prepare(body), naming=ANONYMOUS).topic_id


def answer(handle: str, topic: int, body: str, parent: int | None = None, position: bool = False) -> int:
    naming = service.Naming(anonymous=True, with_position=position)
    return service.reply(factories.viewer_of(handle), topic, parent, service.prepare(body), naming=naming).post_id


def names(client: FlaskClient, topic: int) -> list[str]:
    return re.findall(r'class="name"[^>]*>([^<]*)<', page(client, f"/topics/{topic}"))


def test_a_reply_is_sent_anonymously_with_one_tick(
    town: dict[str, int], as_person: Browser, client: FlaskClient
) -> None:
    topic = factories.topic("みどり", town["exchange"])
    writer = as_person("はるか")
    assert "名前は誰にも出ません。" in page(writer, f"/topics/{topic}")
    fields = factories.form(writer, f"/topics/{topic}", body="うちも悩んでいます。", parent="", anonymous="y")
    assert writer.post(f"/topics/{topic}/reply", data=fields).status_code == 303
    assert names(client, topic) == ["みどり", "匿名A"]
    assert "はるか" not in page(client, f"/topics/{topic}")


def test_an_alias_is_the_same_inside_a_topic_and_says_nothing_across_topics(
    town: dict[str, int], client: FlaskClient
) -> None:
    first, second = ask("みどり", town["questions"]), ask("はるか", town["questions"])
    for handle in ("はるか", "さくら", "みどり", "はるか"):
        answer(handle, first, f"{handle}のことば".replace(handle, "だれか"))
        answer(handle, second, "だれかのことば")
    assert names(client, first) == ["匿名（投稿者）", "匿名A", "匿名B", "匿名（投稿者）", "匿名A"]
    assert names(client, second) == ["匿名（投稿者）", "匿名（投稿者）", "匿名A", "匿名B", "匿名（投稿者）"]


def test_whoever_opened_a_topic_under_their_name_is_not_given_away_by_an_alias(
    town: dict[str, int], client: FlaskClient
) -> None:
    topic = factories.topic("みどり", town["exchange"])
    answer("はるか", topic, "だれかのことば")
    answer("みどり", topic, "だれかのことば")
    assert names(client, topic) == ["みどり", "匿名A", "匿名B"]


def test_there_are_letters_for_everybody() -> None:
    assert [anonymity._letters(number) for number in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_layer_and_experience_are_shown_only_where_the_writer_ticked_it(
    town: dict[str, int], client: FlaskClient
) -> None:
    topic = factories.topic("さくら", town["exchange"])
    answer("みどり", topic, "出さない人")
    answer("はるか", topic, "出す人", position=True)
    shown = page(client, f"/topics/{topic}")
    assert "第1層" in shown
    assert "第2層" not in shown


def test_english_pages_name_the_aliases_in_english(town: dict[str, int], app: Flask) -> None:
    topic = ask("みどり", town["questions"])
    answer("はるか", topic, "だれかのことば")
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["locale"] = "en"
    assert names(client, topic) == ["Anonymous (who asked)", "Anonymous A"]


def test_the_writer_can_edit_and_delete_and_nobody_else_can(town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["exchange"])
    post = answer("はるか", topic, "前のことば")
    for other in ("みどり", "さくら", "なかむら"):
        client = as_person(other)
        assert client.get(f"/posts/{post}/edit").status_code == 403
    writer = as_person("はるか")
    assert f"/posts/{post}/edit" in page(writer, f"/topics/{topic}")
    writer.post(f"/posts/{post}/edit", data=factories.form(writer, f"/posts/{post}/edit", body="後のことば"))
    assert "後のことば" in page(as_person("みどり"), f"/topics/{topic}")
    history = page(as_person("みどり"), f"/posts/{post}/history")
    assert "前のことば" in history
    assert "はるか" not in history
    writer.post(f"/posts/{post}/delete", data=factories.form(writer, f"/topics/{topic}"))
    assert "書いた人が消しました" in page(as_person("みどり"), f"/topics/{topic}")


def test_whoever_asked_anonymously_accepts_the_answer_and_does_not_answer_the_question(
    town: dict[str, int], as_person: Browser
) -> None:
    topic = ask("みどり", town["questions"])
    answer("みどり", topic, "書き足します。")
    service.reply(factories.viewer_of("みどり"), topic, None, service.prepare("もうひとつ。"))
    assert db.session.scalar(select(Topic.state)) == "unanswered"
    end_reading()
    good = answer("はるか", topic, "一時間五百円です。")
    assert db.session.scalar(select(Topic.state)) == "answered"
    end_reading()
    asker = as_person("みどり")
    asker.post(f"/posts/{good}/accept", data=factories.form(asker, f"/topics/{topic}"))
    assert db.session.scalar(select(Topic.state)) == "solved"
    end_reading()


def test_nobody_reacts_to_or_reports_their_own_anonymous_post(town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["exchange"])
    post = answer("はるか", topic, "だれかのことば")
    writer = as_person("はるか")
    fields = factories.form(writer, f"/topics/{topic}", kind="useful")
    assert writer.post(f"/posts/{post}/react", data=fields).status_code == 403
    assert writer.get(f"/posts/{post}/report").status_code == 403


def test_the_writer_is_told_of_replies_and_the_replier_is_not_told_of_the_writer(
    town: dict[str, int], as_person: Browser
) -> None:
    topic = ask("みどり", town["questions"])
    answer("はるか", topic, "だれかのことば")
    told = page(as_person("みどり"), "/notifications")
    assert "匿名Aさんが、あなたの質問「謝礼」に答えました" in told
    assert "はるか" not in told
    assert db.session.scalars(select(Notice.user_id)).all() == [factories.viewer_of("みどり").user_id]
    end_reading()


def test_where_a_board_takes_no_anonymous_posts_none_is_offered_and_none_is_taken(
    town: dict[str, int], as_person: Browser
) -> None:
    with writing() as session:
        session.execute(update(Board).where(Board.slug == "exchange").values(anonymous_allowed=False))
    topic = factories.topic("みどり", town["exchange"])
    writer = as_person("はるか")
    assert "匿名で書く" not in page(writer, f"/topics/{topic}")
    assert "匿名で書く" not in page(writer, "/boards/exchange")
    with pytest.raises(service.MayNot):
        answer("はるか", topic, "だれかのことば")


def test_an_anonymous_post_stands_on_no_profile_and_in_no_list_of_what_somebody_wrote(
    town: dict[str, int], as_person: Browser
) -> None:
    topic = ask("みどり", town["questions"], "しるしのあることば")
    for reader in ("はるか", "なかむら", "みどり"):
        client = as_person(reader)
        assert "しるしのあることば" not in page(client, "/members/みどり")
        assert "しるしのあることば" not in page(client, "/members/みどり/posts")
    assert topic


def test_the_secretariat_measures_the_post_and_its_writer_is_told_without_being_named(
    town: dict[str, int], as_person: Browser
) -> None:
    topic = ask("みどり", town["questions"])
    post = answer("はるか", topic, "だれかのことば")
    staff = as_person("なかむら")
    hide = factories.form(staff, f"/posts/{post}/hide", reason="宣伝のため")
    assert staff.post(f"/posts/{post}/hide", data=hide).status_code == 303
    for address in ("/moderation", "/moderation/record", f"/posts/{post}/hide", f"/topics/{topic}"):
        assert "はるか" not in page(staff, address)
    assert "宣伝のため" in page(as_person("はるか"), "/notifications")


def test_no_other_module_reads_who_wrote_an_anonymous_post() -> None:
    inside = {"sccafe/boards/anonymity.py"}
    naming = re.compile(r"anonymous_authors|AnonymousAuthor|_hidden_writer|anonymity\._")
    found = {
        str(file.relative_to(ROOT))
        for file in (ROOT / "sccafe").rglob("*.py")
        if naming.search(file.read_text("utf-8"))
    }
    assert found == inside


def test_who_wrote_it_is_revealed_only_where_moderation_releases_it() -> None:
    calls = re.compile(r"anonymity\.reveal\b|\breveal\(")
    found = {
        str(file.relative_to(ROOT)) for file in (ROOT / "sccafe").rglob("*.py") if calls.search(file.read_text("utf-8"))
    }
    assert found == {"sccafe/boards/anonymity.py", "sccafe/moderation/identity.py"}


def test_the_rows_around_an_anonymous_post_hold_no_trace_of_its_writer(town: dict[str, int]) -> None:
    # Numbers that stand nowhere else: whatever holds one, holds the writer.
    with writing() as session:
        session.execute(text("UPDATE users SET id = 700001 WHERE handle = 'はるか'"))
    topic = ask("みどり", town["questions"])
    post = answer("はるか", topic, "前のことば", position=True)
    service.edit_post(factories.viewer_of("はるか"), post, service.prepare("後のことば"))
    service.react(factories.viewer_of("さくら"), post, "useful")
    about_writer = {"users", "anonymous_authors", "user_sessions", "topic_reads", "notices", "confirmations"}
    for table in db.metadata.sorted_tables:
        if table.name in about_writer:
            continue
        rows = table.select()
        if table.name == "search_entries":  # by their profile everybody is found
            rows = rows.where(table.c.kind.not_in(("person", "handle")))
        for row in db.session.execute(rows).all():
            assert 700001 not in tuple(row), table.name
            assert "はるか" not in str(tuple(row)), table.name
    end_reading()


def test_what_the_queries_load_of_an_anonymous_post_is_the_same_whoever_wrote_it(town: dict[str, int]) -> None:
    topic = ask("みどり", town["questions"])
    answer("はるか", topic, "だれかのことば")
    answer("さくら", topic, "だれかのことば")
    reader = factories.viewer_of("なかむら")
    for viewer in (VISITOR, reader):
        rows = [row._asdict() for row in queries.posts_of_page(viewer, topic, 1, "thread")]
        own = ("id", "number", "path", "created_at", "alias", "html")
        assert len({tuple(sorted((k, str(v)) for k, v in row.items() if k not in own)) for row in rows}) == 1
        loaded = str(rows) + str(queries.topics_of_home(viewer, newest=9, waiting=9, unread=9, called=9))
        loaded += str(queries.boards_with_newest(viewer)) + str(queries.topic(viewer, topic))
        for handle in ("みどり", "はるか", "さくら"):
            assert handle not in loaded
    end_reading()


def test_of_a_deleted_account_its_anonymous_posts_stay_and_nobody_can_say_whose_they_were(
    town: dict[str, int], client: FlaskClient
) -> None:
    topic = ask("みどり", town["questions"])
    post = answer("はるか", topic, "だれかのことば")
    with writing() as session:
        session.execute(text("DELETE FROM users WHERE handle = 'はるか'"))
    assert names(client, topic) == ["匿名（投稿者）", "匿名A"]
    assert anonymity.whom_to_tell(post) is None
    end_reading()


def test_a_held_anonymous_post_is_approved_and_signed_with_its_alias(
    town: dict[str, int], as_person: Browser, client: FlaskClient
) -> None:
    from sccafe.core import site_settings

    with writing():
        site_settings.put(service.HOLD_FIRST_POST, True)
    factories.person("わかば", has_posted=False)
    topic = factories.topic("みどり", town["exchange"])
    held = answer("わかば", topic, "はじめてのことば")
    assert "はじめてのことば" in page(as_person("わかば"), f"/topics/{topic}")
    assert "はじめてのことば" not in page(client, f"/topics/{topic}")
    staff = as_person("なかむら")
    assert "わかば" not in page(staff, "/moderation")
    staff.post(f"/posts/{held}/approve", data=factories.form(staff, "/moderation"))
    assert names(client, topic) == ["みどり", "匿名A"]
    assert db.session.scalar(select(Post.author_id).where(Post.id == held)) is None
    end_reading()
