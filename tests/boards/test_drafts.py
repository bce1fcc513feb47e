"""Drafts: kept while somebody types, found again on any device, gone with the post, and nobody else's business."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from sccafe.boards import drafts, jobs, measures, service
from sccafe.boards.models import Board, Draft, SentForm, Topic
from sccafe.core import clock
from sccafe.core.database import db, end_reading, writing
from tests import factories
from tests.conftest import Statements

Browser = Callable[[str], FlaskClient]


def kept() -> list[Any]:
    """Every draft that was not thrown away."""
    rows = db.session.execute(select(Draft.place, Draft.title, Draft.body).where(Draft.discarded_at.is_(None))).all()
    end_reading()
    return [tuple(row) for row in rows]


def type_in(client: FlaskClient, place: str, body: str, **more: Any) -> TestResponse:
    """What the script sends while somebody types."""
    return client.post("/drafts/keep", data=factories.form(client, "/about", place=place, body=body, **more))


def page(client: FlaskClient, address: str) -> str:
    response = client.get(address, follow_redirects=True)
    assert response.status_code == 200, (address, response.status)
    return response.get_data(as_text=True)


def written_in(shown: str, name: str = "body") -> str:
    found = re.search(rf'<textarea[^>]*name="{name}"[^>]*>\n(.*?)</textarea>', shown, re.DOTALL)
    assert found
    return found[1]


@pytest.fixture
def topic(town: dict[str, int]) -> int:
    return factories.topic("みどり", town["exchange"], "有償ボランティアの金額")


# --- kept, and found again -------------------------------------------------------------------------


def test_what_was_typed_on_one_device_stands_in_the_form_on_another(
    town: dict[str, int], topic: int, as_person: Browser
) -> None:
    answer = factories.answer("さくら", topic)
    desk = as_person("はるか")
    said = type_in(
        desk, f"board/{town['questions']}", "どう決め", title="謝礼のこと", themes="volunteers", **{"with": "themes"}
    )
    assert said.get_json()["kept"] is True
    type_in(
        desk,
        f"board/{town['questions']}",
        "どう決めましたか。",
        title="謝礼のこと",
        themes="volunteers",
        **{"with": "themes"},
    )
    type_in(desk, f"topic/{topic}", "うちでは")
    type_in(desk, f"topic/{topic}/{answer}", "さくらさんへ")

    phone = as_person("はるか")
    shown = page(phone, "/boards/questions/new")
    assert written_in(shown) == "どう決めましたか。"
    assert 'value="謝礼のこと"' in shown
    assert re.search(r'value="volunteers"[^>]*checked', shown)
    assert "前に書きかけた文を戻しました。" in shown
    assert "消して書き直す" in shown
    assert written_in(page(phone, f"/topics/{topic}")) == "うちでは"
    assert written_in(page(phone, f"/topics/{topic}/reply?parent={answer}")) == "さくらさんへ"
    assert len(kept()) == 3


def test_home_puts_a_short_text_back_and_leads_to_the_form_with_a_long_one(
    town: dict[str, int], as_person: Browser
) -> None:
    client = as_person("みどり")
    type_in(client, f"board/{town['exchange']}", "サロンで")
    assert written_in(page(client, "/")) == "サロンで"
    type_in(client, f"board/{town['exchange']}", "サロンで", title="初めての企画")
    shown = page(client, "/")
    assert "書きかけの話題があります" in shown
    assert "初めての企画 サロンで" in shown
    assert 'name="body"' not in shown
    # The short form has no title: what was kept of one stays.
    type_in(client, f"board/{town['exchange']}", "サロンで企画が出ました")
    assert kept() == [(f"board/{town['exchange']}", "初めての企画", "サロンで企画が出ました")]


def test_without_a_script_a_button_keeps_it(town: dict[str, int], topic: int, as_person: Browser) -> None:
    client = as_person("はるか")
    answer = factories.answer("さくら", topic)
    for form_at, action, fields in (
        ("/boards/questions/new", "/boards/questions/new", {"title": "題名", "body": "質問の文", "themes": "meals"}),
        (f"/topics/{topic}", f"/topics/{topic}/reply", {"body": "返信の文"}),
        (
            f"/topics/{topic}/reply?parent={answer}",
            f"/topics/{topic}/reply",
            {"body": "答えへの文", "parent": str(answer)},
        ),
        ("/", "/boards/exchange/new", {"body": "ひとこと"}),
    ):
        shown = page(client, form_at)
        assert "下書きに残す" in shown
        response = client.post(action, data=factories.form(client, form_at, do="draft", **fields))
        assert response.status_code == 303
        assert "下書きに残しました" in page(client, response.location)
    assert sorted(kept()) == sorted(
        [
            (f"board/{town['questions']}", "題名", "質問の文"),
            (f"topic/{topic}", "", "返信の文"),
            (f"topic/{topic}/{answer}", "", "答えへの文"),
            (f"board/{town['exchange']}", "", "ひとこと"),
        ]
    )
    assert page(as_person("みどり"), f"/topics/{topic}").count("返信の文") == 0


def test_a_button_pressed_over_an_empty_form_says_so(topic: int, as_person: Browser) -> None:
    client = as_person("はるか")
    fields = factories.form(client, f"/topics/{topic}", do="draft", body=" ")
    assert "残すことばがありませんでした" in page(client, client.post(f"/topics/{topic}/reply", data=fields).location)


def test_the_forms_main_action_stays_the_default(topic: int, as_person: Browser) -> None:
    shown = page(as_person("はるか"), f"/topics/{topic}")
    form = re.search(r'<form[^>]*id="reply-form-foot".*?</form>', shown, re.DOTALL)
    assert form
    first = re.search(r"<button(?! type=\"button\")([^>]*)>([^<]*)", form[0])
    assert first
    assert (first[2], "name=" in first[1]) == ("書き込む", False)


# --- the list ----------------------------------------------------------------------------------------


def test_the_list_says_what_each_is_for_newest_first(town: dict[str, int], topic: int, as_person: Browser) -> None:
    client, answer = as_person("はるか"), factories.answer("さくら", topic)
    for minutes, place, body in (
        (3, f"board/{town['questions']}", "一つめの文"),
        (2, f"topic/{topic}", "二つめの文"),
        (1, f"topic/{topic}/{answer}", "三つめの文"),
    ):
        with clock.pretending(clock.now() - timedelta(minutes=minutes)):
            drafts.keep(factories.viewer_of("はるか"), drafts.read_place(place) or drafts.Place(), drafts.Words(body))
    shown = page(client, "/drafts")
    assert re.findall(r"[一二三]つめの文", shown) == ["三つめの文", "二つめの文", "一つめの文"]
    assert "「有償ボランティアの金額」の返信1への返信" in shown
    assert "「questions」への新しい質問" in shown
    assert f'href="/topics/{topic}/reply?parent={answer}"' in shown
    assert 'href="/boards/questions/new"' in shown


def test_a_draft_is_thrown_away_and_brought_back_with_one_press_each(topic: int, as_person: Browser) -> None:
    client = as_person("はるか")
    type_in(client, f"topic/{topic}", "迷っている文")
    discard = re.search(r'action="(/drafts/\d+/discard)"', page(client, "/drafts"))
    assert discard
    client.post(discard[1], data=factories.form(client, "/about"))
    shown = page(client, "/drafts")
    assert "いま、下書きはありません" in shown
    undo = re.search(r'action="(/drafts/\d+/keep)"', shown)
    assert undo
    assert "迷っている文" not in page(client, f"/topics/{topic}")
    client.post(undo[1], data=factories.form(client, "/about"))
    assert written_in(page(client, f"/topics/{topic}")) == "迷っている文"


def test_beginning_anew_empties_the_form_and_can_be_taken_back(topic: int, as_person: Browser) -> None:
    client = as_person("はるか")
    type_in(client, f"topic/{topic}", "迷っている文")
    link = re.search(r'href="(/drafts/\d+\?again=1)"', page(client, f"/topics/{topic}"))
    assert link
    assert written_in(page(client, link[1]).replace("readonly", 'name="body"')) == "迷っている文"
    discard = link[1].replace("?again=1", "/discard")
    gone = client.post(discard, data=factories.form(client, link[1], again="1"))
    assert gone.location == f"/topics/{topic}/reply"
    shown = page(client, gone.location)
    assert written_in(shown) == ""
    assert "元に戻す" in shown


def test_an_emptied_field_leaves_no_draft(topic: int, as_person: Browser) -> None:
    client = as_person("はるか")
    type_in(client, f"topic/{topic}", "書いて")
    assert type_in(client, f"topic/{topic}", "").get_json() == {"kept": False, "newer": False, "sent": False}
    assert kept() == []
    type_in(client, f"topic/{topic}", "書き直す")
    assert kept() == [(f"topic/{topic}", "", "書き直す")]


def test_of_more_than_a_hundred_the_oldest_go(town: dict[str, int], topic: int) -> None:
    who = factories.viewer_of("はるか")
    with writing() as session:
        for number in range(drafts.MOST):
            session.add(
                Draft(
                    user_id=who.user_id,
                    place=f"topic/{topic}/{number + 1000}",
                    body=f"文{number}",
                    updated_at=clock.now() - timedelta(minutes=number + 1),
                )
            )
    drafts.keep(who, drafts.Place(topic_id=topic), drafts.Words("新しい文"))
    bodies = [body for _place, _title, body in kept()]
    assert len(bodies) == drafts.MOST
    assert "新しい文" in bodies
    assert f"文{drafts.MOST - 1}" not in bodies


# --- gone with the post ------------------------------------------------------------------------------


def test_posting_takes_the_draft_away_with_the_same_press(town: dict[str, int], topic: int, as_person: Browser) -> None:
    client, answer = as_person("はるか"), factories.answer("さくら", topic)
    places = {
        f"board/{town['exchange']}": ("/boards/exchange/new", "/boards/exchange/new", {}),
        f"topic/{topic}": (f"/topics/{topic}", f"/topics/{topic}/reply", {}),
        f"topic/{topic}/{answer}": (f"/topics/{topic}", f"/topics/{topic}/reply", {"parent": str(answer)}),
    }
    for place in places:
        type_in(client, place, f"{place}に書く文")
    left = set(places)
    for place, (form_at, action, more) in places.items():
        client.post(action, data=factories.form(client, form_at, body=f"{place}に書く文です。", **more))
        left -= {place}
        assert {row[0] for row in kept()} == left
    assert db.session.scalars(select(Draft.id)).all() == []
    end_reading()


def test_a_post_that_fails_leaves_the_draft(topic: int, as_person: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(as_person("はるか"), f"topic/{topic}", "消えては困る文")

    def fails(*_: object) -> None:
        raise RuntimeError("the machine stops here")

    monkeypatch.setattr(service, "published", fails)
    with pytest.raises(RuntimeError):
        factories.answer("はるか", topic, "消えては困る文")
    assert kept() == [(f"topic/{topic}", "", "消えては困る文")]


def test_what_was_sent_does_not_come_back_as_a_draft_that_was_still_on_its_way(topic: int, as_person: Browser) -> None:
    client = as_person("はるか")
    type_in(client, f"topic/{topic}", "書いている", once="form-1")
    client.post(
        f"/topics/{topic}/reply", data=factories.form(client, f"/topics/{topic}", body="書いています。", once="form-1")
    )
    late = type_in(client, f"topic/{topic}", "書いていま", once="form-1")
    assert late.get_json() == {"kept": False, "newer": False, "sent": True}
    assert kept() == []
    # Another form of the same place is another text, and so is another person's form.
    assert type_in(client, f"topic/{topic}", "つづき", once="form-2").get_json()["kept"] is True
    assert type_in(as_person("さくら"), f"topic/{topic}", "べつの人", once="form-1").get_json()["kept"] is True


def test_what_remembers_sent_forms_names_nobody(topic: int) -> None:
    assert {column.name for column in SentForm.__table__.columns} == {"key", "at"}


# --- two devices -------------------------------------------------------------------------------------


def _milliseconds(minutes: int) -> str:
    return str(int((clock.now() + timedelta(minutes=minutes)).timestamp() * 1000))


def test_of_two_devices_the_newer_text_wins(topic: int, as_person: Browser) -> None:
    client, place = as_person("はるか"), f"topic/{topic}"
    first = type_in(client, place, "机で書いた文").get_json()["at"]
    second = type_in(client, place, "電話で書いた文").get_json()["at"]
    # The desk was without a connection, and comes back with what it had kept an hour ago.
    late = type_in(client, place, "机で書いた古い文", typed=_milliseconds(-60), base=str(first - 5))
    assert late.get_json() == {"kept": False, "newer": True, "sent": False}
    assert kept()[0][2] == "電話で書いた文"
    # What was typed later wins, and so does what was typed on top of this very text, whatever the clock says.
    assert type_in(client, place, "机で書いた新しい文", typed=_milliseconds(5)).get_json()["kept"] is True
    stamp = type_in(client, place, "電話の続き").get_json()["at"]
    late = type_in(client, place, "電話の続きの続き", typed=_milliseconds(-60), base=str(stamp))
    assert late.get_json()["kept"] is True
    assert second
    assert kept()[0][2] == "電話の続きの続き"


def test_a_browser_learns_whether_a_text_that_was_kept_is_still_there(topic: int, as_person: Browser) -> None:
    client, place = as_person("はるか"), f"topic/{topic}"
    stamp = str(type_in(client, place, "電車の中で書いた文").get_json()["at"])
    again = {"typed": _milliseconds(-1), "base": stamp, "kept": "1"}
    assert type_in(client, place, "電車の中で書いた文", **again).get_json()["kept"] is True
    # Sent from another device, or thrown away there: it does not come back.
    client.post(
        f"/topics/{topic}/reply", data=factories.form(client, f"/topics/{topic}", body="電車の中で書いた文です。")
    )
    assert type_in(client, place, "電車の中で書いた文", **again).get_json()["kept"] is False
    assert kept() == []
    stamp = str(type_in(client, place, "別の文").get_json()["at"])
    discard = re.search(r'action="(/drafts/\d+/discard)"', page(client, "/drafts"))
    assert discard
    client.post(discard[1], data=factories.form(client, "/about"))
    assert type_in(client, place, "別の文", typed=_milliseconds(1), base=stamp, kept="1").get_json()["kept"] is False
    assert kept() == []


@pytest.mark.parametrize("written", ["x", "-1", "９", "99999999999999999999", ""])
def test_a_moment_that_is_none_is_left_aside(topic: int, as_person: Browser, written: str) -> None:
    assert type_in(as_person("はるか"), f"topic/{topic}", "文", typed=written, base=written).get_json()["kept"] is True


# --- nobody else's business --------------------------------------------------------------------------


def test_nobody_else_reads_discards_or_brings_back_a_draft(topic: int, as_person: Browser, client: FlaskClient) -> None:
    type_in(as_person("はるか"), f"topic/{topic}", "はるかだけの文")
    number = db.session.scalar(select(Draft.id))
    end_reading()
    for handle in ("みどり", "なかむら"):
        other = as_person(handle)
        assert "はるかだけの文" not in page(other, "/drafts") + page(other, f"/topics/{topic}")
        assert other.get(f"/drafts/{number}").status_code == 404
        for action in ("discard", "keep"):
            assert other.post(f"/drafts/{number}/{action}", data=factories.form(other, "/about")).status_code == 404
    assert client.get("/drafts").location.startswith("/sign-in")
    token = factories.form(client, "/sign-in")
    assert client.post("/drafts/keep", data=token | {"place": f"topic/{topic}", "body": "文"}).status_code == 401
    assert kept() == [(f"topic/{topic}", "", "はるかだけの文")]


@pytest.mark.parametrize(
    "place",
    ["", "topic", "topic/0", "topic/x", "board/1/2", "topic/1/2/3", "topic/99999999999", "topic/2147483648", "topic/٣"],
)
def test_a_place_that_is_none_is_not_there(topic: int, as_person: Browser, place: str) -> None:
    assert type_in(as_person("はるか"), place, "文").status_code == 404


def test_nothing_is_kept_for_a_place_that_one_cannot_read_or_never_writes_in(
    town: dict[str, int], topic: int, as_person: Browser
) -> None:
    hidden = factories.topic("みどり", town["members-lounge"])
    company = as_person("みせばん")
    for place, status in (
        (f"topic/{hidden}", 404),
        (f"board/{town['members-lounge']}", 404),
        (f"topic/{topic}", 403),
        (f"board/{town['exchange']}", 403),
        (f"topic/{topic}/999999", 404),
    ):
        assert (
            type_in(company if status == 403 or "999999" not in place else as_person("はるか"), place, "文").status_code
            == status
        )
    assert type_in(as_person("はるか"), f"board/{town['news']}", "文").status_code == 403
    assert kept() == []


def test_own_words_stay_readable_where_the_topic_does_not(town: dict[str, int], topic: int, as_person: Browser) -> None:
    client = as_person("はるか")
    type_in(client, f"topic/{topic}", "苦労して書いた自分の文")
    measures.change_topic(factories.viewer_of("なかむら"), topic, "hidden", "理由")
    shown = page(client, "/drafts")
    assert "有償ボランティアの金額" not in shown
    assert "いまは読めない場所" in shown
    assert "続きを書く" not in shown
    opened = re.search(r'href="(/drafts/\d+)"', shown)
    assert opened
    whole = page(client, opened[1])
    assert "苦労して書いた自分の文" in whole
    assert "有償ボランティアの金額" not in whole


def test_where_a_topic_was_closed_the_list_says_why_and_the_words_are_there(topic: int, as_person: Browser) -> None:
    client = as_person("はるか")
    type_in(client, f"topic/{topic}", "締め切りに間に合わなかった文")
    measures.change_topic(factories.viewer_of("なかむら"), topic, "locked", "まとまったため")
    assert "この話題への書き込みは締め切られました。" in page(client, "/drafts")
    # While one still types, nothing is lost.
    assert type_in(client, f"topic/{topic}", "まだ書いている").get_json()["kept"] is True


def test_a_parent_that_went_leaves_the_words(topic: int, as_person: Browser) -> None:
    client, answer = as_person("はるか"), factories.answer("さくら", topic)
    type_in(client, f"topic/{topic}/{answer}", "さくらさんへ書いた文")
    service.delete_post(factories.viewer_of("さくら"), answer)
    shown = page(client, "/drafts")
    assert "なくなりました" in shown
    assert "さくらさんへ書いた文" in shown


# --- what it costs, and how long it lasts ------------------------------------------------------------


def test_a_draft_costs_no_statement_on_the_pages_that_show_it(
    town: dict[str, int], topic: int, as_person: Browser, statements: Statements
) -> None:
    client = as_person("はるか")
    for address, place in ((f"/topics/{topic}", f"topic/{topic}"), ("/", f"board/{town['exchange']}")):
        client.get(address)
        with statements:
            client.get(address)
        before = len(statements)
        type_in(client, place, "書きかけ")
        with statements:
            assert "書きかけ" in client.get(address).get_data(as_text=True)
        assert len(statements) == before


def test_a_visitors_page_does_not_look_for_drafts(topic: int, client: FlaskClient, statements: Statements) -> None:
    with statements:
        client.get(f"/topics/{topic}")
        client.get("/")
        client.get("/boards/exchange")
    assert not [sql for sql in statements if "drafts" in sql]


def test_the_list_costs_five_statements_however_long_it_is(
    town: dict[str, int], topic: int, as_person: Browser, statements: Statements
) -> None:
    client = as_person("はるか")
    for number in range(5):
        type_in(client, f"topic/{topic}/{factories.answer('さくら', topic)}", f"文{number}")
        type_in(client, f"board/{town['exchange']}", "文")
    client.get("/drafts")
    with statements:
        client.get("/drafts")
    assert len(statements) <= 5


def test_old_drafts_and_those_thrown_away_go_by_themselves(app: Flask, topic: int) -> None:
    who = factories.viewer_of("はるか")
    for days, place in ((181, drafts.Place(board_id=1)), (179, drafts.Place(topic_id=topic))):
        with clock.pretending(clock.now() - timedelta(days=days)):
            drafts.keep(who, place, drafts.Words(f"{days}日前の文"))
    with writing() as session:
        session.add(Draft(user_id=who.user_id, place="board/2", body="きのう捨てた文", updated_at=clock.now(),
                          discarded_at=clock.now() - timedelta(hours=25)))  # fmt: skip
        session.add(Draft(user_id=who.user_id, place="board/3", body="いま捨てた文", updated_at=clock.now(),
                          discarded_at=clock.now()))  # fmt: skip
        session.add(SentForm(key="a", at=clock.now() - timedelta(days=9)))
        session.add(SentForm(key="b", at=clock.now() - timedelta(days=7)))
    jobs.drop_old_drafts()
    assert sorted(db.session.scalars(select(Draft.body))) == ["179日前の文", "いま捨てた文"]
    assert list(db.session.scalars(select(SentForm.key))) == ["b"]


def test_a_text_too_long_to_be_sent_is_kept_while_it_is_made_shorter(topic: int, as_person: Browser) -> None:
    client = as_person("はるか")
    type_in(client, f"topic/{topic}", "長" * 30_000)
    assert len(kept()[0][2]) == 30_000


def test_what_no_database_can_hold_is_left_out(topic: int, as_person: Browser) -> None:
    type_in(as_person("はるか"), f"topic/{topic}", "あ\x00い\x0b")
    assert kept()[0][2] == "あい"


def test_a_suspended_persons_session_keeps_nothing_more(town: dict[str, int], topic: int, as_person: Browser) -> None:
    from sccafe.accounts.models import User

    client = as_person("はるか")
    token = factories.form(client, "/about", place=f"topic/{topic}", body="文")
    with writing() as session:
        session.execute(update(User).where(User.handle == "はるか").values(state="suspended"))
    assert client.post("/drafts/keep", data=token).status_code in (400, 401)
    assert kept() == []


def test_a_board_that_was_archived_keeps_what_is_being_written(town: dict[str, int], as_person: Browser) -> None:
    client, place = as_person("はるか"), f"board/{town['exchange']}"
    with writing() as session:
        session.execute(update(Board).where(Board.id == town["exchange"]).values(archived=True))
    assert type_in(client, place, "文").get_json()["kept"] is True
    assert "新しく書き込むことはできません" in page(client, "/drafts")
    assert db.session.scalars(select(Topic.id)).all() == []
    end_reading()
