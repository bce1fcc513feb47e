"""Who is told what becomes of an item: on the site, by mail where it matters, and as far as they may read it."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from sccafe.accounts import service as accounts
from sccafe.core.database import db, end_reading, writing
from sccafe.core.events import emit
from sccafe.library import checking, service
from sccafe.library.events import ReportWritten
from sccafe.library.models import Item
from sccafe.notifications.models import Notice
from tests import factories
from tests.notifications.post_office import count, deliver, page, send, text_of, told, user_id, waiting

Browser = Callable[[str], FlaskClient]


def handed_in(handle: str = "みどり") -> tuple[int, int]:
    """An item that waits for the secretariat, and its version."""
    item = service.hand_in(factories.viewer_of(handle), _whole())
    assert item.open_id is not None
    return item.id, item.open_id


def _whole() -> service.Said:
    values = {"title": "移動販売", "body": "月に二度。", "municipality": "132012", "sources": [{"title": "報告"}]}
    return service.prepare(values)


def test_what_is_handed_in_is_told_to_the_secretariat_without_a_mail(
    app: Flask, town: dict[str, int], as_person: Browser
) -> None:
    handed_in()
    assert (told("なかむら"), told("みどり"), told("かんり")) == (["submitted"], [], [])
    assert waiting() == 0
    assert "資料「移動販売」が、事務局の確認を待っています" in page(as_person("なかむら"), "/notifications")


def test_whoever_hands_in_is_not_told_of_it_themselves(town: dict[str, int]) -> None:
    handed_in("なかむら")
    assert told("なかむら") == []


def test_taking_it_back_takes_the_notice_back(town: dict[str, int]) -> None:
    _item_id, version_id = handed_in()
    service.take_back(factories.viewer_of("みどり"), version_id)
    assert (told("なかむら"), count("なかむら")) == ([], 0)
    service.submit(factories.viewer_of("みどり"), version_id)
    assert (told("なかむら"), count("なかむら")) == (["submitted"], 1)


def test_a_returned_version_is_told_and_mailed_with_the_note(app: Flask, town: dict[str, int]) -> None:
    item_id, version_id = handed_in()
    service.send_back(factories.viewer_of("なかむら"), version_id, "出典の年を足してください。")
    assert (told("みどり"), told("なかむら")) == (["returned"], [])
    [mail] = deliver(app)
    assert mail["To"] == factories.email_of("みどり")
    assert mail["Subject"] == "【SCカフェ】あなたの資料「移動販売」に、直しのお願いがあります"
    assert "出典の年を足してください。" in text_of(mail)
    assert f"http://127.0.0.1:8000/library/{item_id}" in text_of(mail)
    service.submit(factories.viewer_of("みどり"), version_id)
    assert told("みどり") == []


def test_author_and_owner_are_told_of_the_publication_and_the_one_who_did_it_is_not(
    app: Flask, town: dict[str, int]
) -> None:
    item_id, version_id = handed_in()
    checking.set_owner(factories.viewer_of("なかむら"), item_id, "はるか", "")
    service.publish(factories.viewer_of("なかむら"), version_id)
    assert told("みどり") == ["published"]
    assert told("はるか") == ["handed", "published"]
    assert told("なかむら") == []
    assert {mail["To"] for mail in deliver(app)} == {factories.email_of("みどり"), factories.email_of("はるか")}


def test_the_owner_is_told_how_it_went_elsewhere_and_not_of_their_own_words(town: dict[str, int]) -> None:
    item_id = factories.item("みどり", "なかむら")
    for author in ("はるか", "みどり"):
        with writing():
            emit(ReportWritten(item_id, 1, user_id(author), user_id("みどり")))
    assert told("みどり") == ["published", "tried"]


def test_taking_it_off_the_shelf_is_told_with_its_reason(app: Flask, town: dict[str, int], as_person: Browser) -> None:
    item_id = factories.item("みどり", "なかむら", title="移動販売")
    service.archive(factories.viewer_of("なかむら"), item_id, "制度が変わったため")
    assert told("みどり") == ["measure archived"]
    [mail] = deliver(app)
    assert "あなたの資料の公開をやめました（移動販売）" in mail["Subject"]
    assert "制度が変わったため" in text_of(mail)
    listed = page(as_person("みどり"), "/notifications")
    assert "制度が変わったため" in listed
    service.put_back(factories.viewer_of("なかむら"), item_id)
    assert told("みどり") == ["measure archived", "measure put_back"]


# --- through the wall ----------------------------------------------------------------------------------


def _notice(handle: str, kind: str) -> int:
    found = db.session.scalar(select(Notice.id).where(Notice.user_id == user_id(handle), Notice.kind == kind))
    end_reading()
    assert found is not None
    return found


def test_what_somebody_may_not_read_any_more_is_not_told_them(
    app: Flask, town: dict[str, int], as_person: Browser
) -> None:
    """An item changes hands and its readers become fewer between the event and its mail."""
    item_id = factories.item("みどり", "なかむら", shown_to="members", title="ひみつの題")
    number = _notice("みどり", "published")
    with writing() as session:
        gone = {"author_id": None, "owner_id": None, "audience": "staff"}
        session.execute(update(Item).where(Item.id == item_id).values(**gone))
    assert deliver(app) == []
    reader = as_person("みどり")
    assert "ひみつの題" not in page(reader, "/notifications")
    assert reader.get(f"/notifications/{number}").status_code == 404


def test_a_narrower_audience_withdraws_what_others_were_told(town: dict[str, int]) -> None:
    item_id = factories.item("みどり", "なかむら")
    staff = factories.viewer_of("なかむら")
    checking.set_owner(staff, item_id, "はるか", "")
    assert told("みどり") == ["published"]
    with writing() as session:
        session.execute(update(Item).where(Item.id == item_id).values(author_id=None))
    service.change_audience(staff, item_id, "staff")
    assert (told("みどり"), count("みどり")) == ([], 0)
    assert told("はるか") == ["handed"], "the owner's own is the owner's own"


@pytest.mark.parametrize("kind", ["submitted", "work"])
def test_whoever_leaves_the_secretariat_loses_what_was_told_to_it(town: dict[str, int], kind: str) -> None:
    if kind == "submitted":
        handed_in()
    else:
        checking.needs_work(factories.viewer_of("みどり"), factories.item("みどり", "かんり"))
    assert kind in told("なかむら")
    accounts.change_role(factories.viewer_of("かんり"), user_id("なかむら"), "member")
    assert kind not in told("なかむら")
    assert count("なかむら") == len(told("なかむら"))


def test_nobody_is_mailed_that_something_came_back_once_they_have_handed_it_in_again(
    app: Flask, town: dict[str, int]
) -> None:
    _item_id, version_id = handed_in()
    service.send_back(factories.viewer_of("なかむら"), version_id, "もう少し")
    service.submit(factories.viewer_of("みどり"), version_id)
    assert deliver(app) == []


def test_an_erased_name_is_in_no_waiting_mail(app: Flask, town: dict[str, int]) -> None:
    from sccafe.moderation import erasing

    _item_id, version_id = handed_in()
    service.send_back(factories.viewer_of("なかむら"), version_id, "山田花子さんのお名前を消してください。")
    erasing.erase_words(factories.viewer_of("かんり"), "山田花子", "住民のお名前")
    [mail] = deliver(app)
    assert "〔削除しました〕さんのお名前を消してください。" in text_of(mail)


# --- switches ------------------------------------------------------------------------------------------


def test_each_kind_of_the_library_can_be_switched_off(app: Flask, town: dict[str, int], as_person: Browser) -> None:
    reader = as_person("みどり")
    shown = page(reader, "/settings/notifications")
    for name in ("returned_mail", "published_mail", "check_mail", "tried_site", "handed_site"):
        assert f'name="{name}"' in shown
    for name in ("tried_mail", "handed_mail", "submitted_site", "work_site"):
        assert f'name="{name}"' not in shown
    send(reader, "/settings/notifications", published_site="y")
    factories.item("みどり", "なかむら")
    assert (told("みどり"), waiting()) == (["published"], 0)
    send(reader, "/settings/notifications")
    factories.item("みどり", "なかむら")
    assert (told("みどり"), waiting()) == (["published"], 0)


def test_the_secretariat_switches_its_own_and_companies_have_none_of_them(
    town: dict[str, int], as_person: Browser
) -> None:
    staff = as_person("なかむら")
    assert 'name="submitted_site"' in page(staff, "/settings/notifications")
    send(staff, "/settings/notifications")
    handed_in()
    assert told("なかむら") == []
    assert 'name="check_site"' not in page(as_person("みせばん"), "/settings/notifications")
