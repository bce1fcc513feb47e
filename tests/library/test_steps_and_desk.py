"""The steps of a version over the site, and the secretariat's desk."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from sccafe.core.database import db, end_reading
from sccafe.library import queries, service
from sccafe.library.models import Comment, Item, Version
from tests import factories
from tests.library.pages import press, said_in, state_of, words_of

pytestmark = pytest.mark.usefixtures("staffed")
As = Callable[[str], FlaskClient]
SOURCE = [{"title": "地域の報告", "year": 2023, "licence": "引用"}]


def shelf_title(item_id: int) -> str | None:
    found = queries.item(factories.viewer_of("はるか"), item_id)
    end_reading()
    return found.title if found else None


def publish_fields(client: FlaskClient, item_id: int) -> dict[str, str]:
    page = client.get(f"/library/desk/{item_id}")
    return {name: factories.hidden(page, name) for name in ("version", "seen")} | {"audience": "members"}


def test_from_hand_in_over_a_return_to_the_shelf(as_person: As) -> None:
    me, staff = as_person("みどり"), as_person("なかむら")
    item_id = factories.item("みどり", municipality="132012")
    desk = f"/library/desk/{item_id}"
    assert "移動販売が続く仕組み" in words_of(staff.get("/library/desk"))
    assert press(staff, f"/library/{item_id}/take", desk).status_code == 303
    assert state_of(item_id) == "review"
    assert "担当：なかむら" in words_of(staff.get("/library/desk"))
    press(staff, f"/library/{item_id}/send-back", desk, note="出典をお願いします。")
    assert "出典をお願いします。" in words_of(me.get(f"/library/{item_id}/edit"))
    press(me, f"/library/{item_id}/submit")
    assert state_of(item_id) == "submitted"

    refused = press(staff, f"/library/{item_id}/publish", desk, **publish_fields(staff, item_id))
    assert refused.status_code == 422
    assert "足りない欄：出典" in words_of(refused)
    opened = db.session.scalar(select(Item.open_id).where(Item.id == item_id)) or 0
    end_reading()
    service.save(factories.viewer_of("なかむら"), opened, service.prepare(said_in(item_id) | {"sources": SOURCE}), 1)
    assert press(staff, f"/library/{item_id}/publish", desk, **publish_fields(staff, item_id)).status_code == 303
    assert shelf_title(item_id) == "移動販売が続く仕組み"
    assert "公開範囲：会員だけ" in words_of(staff.get(desk))


def test_what_changed_while_it_was_looked_at_is_not_published_unseen(as_person: As) -> None:
    staff = as_person("なかむら")
    item_id = factories.item("みどり", municipality="132012", sources=SOURCE)
    seen = publish_fields(staff, item_id)
    opened = int(seen["version"])
    changed = service.prepare(said_in(item_id) | {"title": "変わった題"})
    service.save(factories.viewer_of("まえだ"), opened, changed, 1)
    refused = press(staff, f"/library/{item_id}/publish", f"/library/desk/{item_id}", **seen)
    assert refused.status_code == 409
    assert "内容が変わりました" in words_of(refused)
    assert "変わった題" in words_of(refused)
    assert shelf_title(item_id) is None


def test_pressing_a_step_twice_takes_it_once(as_person: As) -> None:
    me, staff = as_person("みどり"), as_person("なかむら")
    item_id = factories.item("みどり", municipality="132012", sources=SOURCE)
    desk = f"/library/desk/{item_id}"

    def twice(client: FlaskClient, step: str, page: str, **fields: str) -> None:
        data = factories.form(client, page, **fields)
        assert [client.post(f"/library/{item_id}/{step}", data=data).status_code for _ in range(2)] == [303, 303]

    twice(me, "take-back", "/library/mine")
    twice(me, "submit", "/library/mine")
    twice(staff, "take", desk)
    twice(staff, "comment", desk, part="body", text="だれが運びますか。")
    assert db.session.scalar(select(func.count()).select_from(Comment)) == 1
    end_reading()
    twice(staff, "comments/1/done", desk)
    twice(staff, "send-back", desk, note="直してください。")
    twice(me, "submit", "/library/mine")
    twice(staff, "publish", desk, **publish_fields(staff, item_id))
    assert db.session.scalar(select(func.count()).select_from(Version)) == 1
    end_reading()
    twice(staff, "archive", desk, reason="古くなりました。")
    twice(staff, "put-back", desk)
    assert shelf_title(item_id) == "移動販売が続く仕組み"


def test_archiving_says_why_to_its_people_and_it_comes_back(as_person: As) -> None:
    staff = as_person("なかむら")
    item_id = factories.item("みどり", "なかむら")
    desk = f"/library/desk/{item_id}"
    assert press(staff, f"/library/{item_id}/archive", desk, reason="").status_code == 422
    press(staff, f"/library/{item_id}/archive", desk, reason="内容が古くなりました。")
    assert shelf_title(item_id) is None
    assert "内容が古くなりました。" in words_of(staff.get(desk))
    assert "内容が古くなりました。" in words_of(as_person("みどり").get(f"/library/{item_id}/edit"))
    assert "移動販売が続く仕組み" in words_of(staff.get("/library/desk/off-shelf"))
    press(staff, f"/library/{item_id}/put-back", desk)
    assert shelf_title(item_id) == "移動販売が続く仕組み"


def test_who_may_read_a_published_item_is_changed_by_itself(as_person: As, client: FlaskClient) -> None:
    staff = as_person("なかむら")
    item_id = factories.item("みどり", "なかむら")
    desk = f"/library/desk/{item_id}"
    assert client.get(f"/library/{item_id}").status_code == 200
    for _twice in range(2):
        press(staff, f"/library/{item_id}/audience", desk, audience="members")
    assert client.get(f"/library/{item_id}").status_code == 404
    assert as_person("はるか").get(f"/library/{item_id}").status_code == 200
    assert press(staff, f"/library/{item_id}/audience", desk, audience="everyone").status_code == 422
    # While a version is open, it is chosen with its publication.
    service.begin(factories.viewer_of("みどり"), item_id)
    assert "/audience" not in staff.get(desk).get_data(as_text=True)


@pytest.mark.parametrize(
    ("step", "fields"),
    [
        ("submit", {}),
        ("take-back", {}),
        ("take", {}),
        ("send-back", {"note": "わたしの言葉"}),
        ("publish", {"audience": "public"}),
        ("archive", {"reason": "わたしの理由"}),
        ("audience", {"audience": "public"}),
        ("put-back", {}),
        ("comment", {"part": "body", "text": "わたしのコメント"}),
        ("comments/1/done", {}),
    ],
)
def test_a_step_is_for_its_people_and_keeps_the_words_of_an_expired_session(
    as_person: As, client: FlaskClient, step: str, fields: dict[str, str]
) -> None:
    item_id = factories.item("みどり")
    press(as_person("みどり"), f"/library/{item_id}/comment", part="body", text="はじめの言葉")
    stranger = press(as_person("はるか"), f"/library/{item_id}/{step}", "/library/new", **fields)
    assert stranger.status_code == 404
    out = client.post(f"/library/{item_id}/{step}", data=factories.form(client, "/sign-in", **fields))
    assert out.status_code == 401
    assert state_of(item_id) == "submitted"


@pytest.mark.parametrize("step", ["take", "send-back", "publish", "audience", "archive", "put-back"])
def test_its_own_people_are_told_that_a_step_is_the_secretariats(as_person: As, step: str) -> None:
    item_id = factories.item("みどり")
    refused = press(as_person("みどり"), f"/library/{item_id}/{step}", note="a", reason="a", audience="public")
    assert refused.status_code == 403
    assert state_of(item_id) == "submitted"


def test_a_note_is_needed_to_send_back_and_what_was_typed_stays(as_person: As) -> None:
    staff = as_person("なかむら")
    item_id = factories.item("みどり")
    desk = f"/library/desk/{item_id}"
    empty = press(staff, f"/library/{item_id}/send-back", desk, note=" ")
    assert (empty.status_code, "何を直すとよいか" in words_of(empty)) == (422, True)
    long = press(staff, f"/library/{item_id}/send-back", desk, note="長い言葉" * 501)
    assert (long.status_code, "長い言葉長い言葉" in words_of(long)) == (422, True)
    comment = press(staff, f"/library/{item_id}/comment", desk, part="money", text="長い" * 501)
    assert (comment.status_code, "長い長い" in words_of(comment)) == (422, True)
    assert state_of(item_id) == "submitted"


def test_the_desk_is_there_for_the_secretariat_alone_and_is_linked_from_its_tabs(as_person: As) -> None:
    item_id = factories.item("みどり")
    staff = as_person("なかむら")
    assert 'href="/library/desk"' in staff.get("/moderation").get_data(as_text=True)
    parts = [f"/library/desk{part}" for part in ("", "/off-shelf", "/checks", "/import", "/export")]
    desk = staff.get("/library/desk").get_data(as_text=True)
    assert [address for address in parts if f'<a href="{address}"' not in desk] == []
    for address in (*parts, f"/library/desk/{item_id}"):
        assert staff.get(address).status_code == 200
        assert as_person("みどり").get(address).status_code == 404


def test_what_waits_longest_stands_first_and_an_empty_desk_says_what_it_is_for(as_person: As) -> None:
    staff = as_person("なかむら")
    assert "いまは確認を待つものはありません" in words_of(staff.get("/library/desk"))
    for title in ("はじめの話", "次の話"):
        factories.item("みどり", title=title)
    words = words_of(staff.get("/library/desk"))
    assert words.index("はじめの話") < words.index("次の話")


def test_the_review_shows_what_was_noticed_and_comments_beside_their_parts(as_person: As) -> None:
    staff = as_person("なかむら")
    item_id = factories.item("みどり", body="田中さんが始めた。")
    press(staff, f"/library/{item_id}/comment", f"/library/desk/{item_id}", part="body", text="お名前は要りますか。")
    page = staff.get(f"/library/desk/{item_id}").get_data(as_text=True)
    assert page.index("「田中さん」は人の名前のようです") < page.index('id="part-title"')
    assert page.index('id="part-body"') < page.index("お名前は要りますか。") < page.index('id="part-money"')
    waiting = as_person("みどり").get(f"/library/{item_id}/edit").get_data(as_text=True)
    assert waiting.index('id="part-body"') < waiting.index("お名前は要りますか。")


def test_a_desk_of_many_asks_the_database_no_more_often(as_person: As, statements: list[str]) -> None:
    staff = as_person("なかむら")

    def asked() -> int:
        with statements:  # type: ignore[attr-defined]
            staff.get("/library/desk")
        return len(statements)

    factories.item("みどり")
    asked()
    one = asked()
    for _ in range(5):
        factories.item("みどり")
    assert asked() == one <= 4
