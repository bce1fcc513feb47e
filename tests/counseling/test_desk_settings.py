"""What the desk enters, takes out and sets: requests by telephone, the export, text blocks, rules and guidance."""

import re
from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from sccafe.core import site_settings, taxonomy
from sccafe.core.database import db, end_reading
from sccafe.counseling import desk_queries, reading, receipts, service, settings
from sccafe.counseling.models import Request
from tests import factories
from tests.counseling import making
from tests.counseling.making import ASKER, BODY, DESK, EXPERT

Browser = Callable[[str], FlaskClient]


@pytest.fixture(autouse=True)
def people(desk: None) -> Iterator[None]:
    yield


def send(browser: FlaskClient, page: str, **fields: object) -> TestResponse:
    address = f"/counseling/desk/{page}"
    return browser.post(address, data=factories.form(browser, address, **fields), follow_redirects=True)


CALLED = {
    "way": "telephone",
    "category": "law",
    "worries": ["purpose", "numbers"],
    "naming": "nickname",
    "name": "みかん",
    "telephone": "03-0000-0000",
    "email": "mikan@example.jp",
    "body": "電話で、制度のことをたずねられました。",
    "once": "once-and-only",
}


def test_a_call_is_written_down_and_its_code_is_shown_in_this_answer_alone(as_person: Browser) -> None:
    desk = as_person(DESK)
    page = send(desk, "new", **CALLED)
    code = re.search(r">([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})<", page.text)
    assert code
    assert page.headers["Cache-Control"] == "no-store"
    row = db.session.execute(select(Request.ref, Request.receipt_hash, Request.way, Request.asker_id)).one()
    end_reading()
    assert (row.receipt_hash, row.way, row.asker_id) == (receipts.hashed(code[1]), "telephone", None)
    with desk.session_transaction() as cookie:
        assert code[1] not in repr(dict(cookie))
    opened = reading.open_request(making.actor(DESK), row.ref)
    assert (opened.person.name, opened.person.telephone, opened.matter.worries) == (
        *("みかん", "03-0000-0000"),
        ("purpose", "numbers"),
    )
    assert code[1] not in desk.get(f"/counseling/desk/{row.ref}").text
    assert code[1] in send(desk, "new", **CALLED).text
    assert len(desk_queries.queue(making.actor(DESK), desk_queries.Choice("all"), 1)) == 1
    end_reading()


@pytest.mark.parametrize(
    "wrong", [{"category": ""}, {"body": " "}, {"email": "mikan"}, {"name": ""}, {"way": "form"}, {"worries": ["no"]}]
)
def test_a_wrong_entry_comes_back_with_every_field(as_person: Browser, wrong: dict[str, object]) -> None:
    page = send(as_person(DESK), "new", **(CALLED | wrong))
    assert page.status_code == 422
    for name in ("telephone", "body", "name", "email"):
        if name not in wrong:
            assert str(CALLED[name]) in page.text
    assert desk_queries.queue(making.actor(DESK), desk_queries.Choice("all"), 1) == []
    end_reading()


def test_the_conversation_is_taken_out_as_a_text_file_and_that_is_recorded_first(as_person: Browser) -> None:
    ref, desk = making.request("answered"), as_person(DESK)
    service.note(making.actor(DESK), ref, "内部だけのこと")
    sent = desk.post(f"/counseling/desk/{ref}/export", data=factories.form(desk, "/counseling/desk"))
    assert sent.headers["Cache-Control"] == "no-store"
    assert sent.headers["Content-Disposition"] == f"attachment; filename=counseling-{ref}.md"
    assert sent.mimetype == "text/markdown"
    assert BODY in sent.text
    assert "議題に入れてもらう" in sent.text
    assert "内部だけのこと" not in sent.text
    rows = reading.looks(making.actor(ASKER), ref)
    assert [(row.handle, row.what) for row in rows] == [(DESK, "export")]
    assert "書き出した" in desk.get(f"/counseling/desk/{ref}/looks").text
    expert = as_person(EXPERT)
    refused = expert.post(f"/counseling/desk/{ref}/export", data=factories.form(expert, "/counseling/desk"))
    assert refused.status_code == 404


def test_text_blocks_are_added_changed_and_taken_away(as_person: Browser) -> None:
    desk = as_person(DESK)
    assert "定型文を加えました" in send(desk, "blocks", title="はじめに", body="{name}さま").text
    wrong = send(desk, "blocks", title="", body="書きかけの定型文")
    assert wrong.status_code == 422
    assert "書きかけの定型文" in wrong.text
    block = desk_queries.blocks()[0]
    end_reading()
    assert "{name}さま" in desk.get(f"/counseling/desk/blocks/{block.id}").text
    send(desk, f"blocks/{block.id}", title="はじめに", body="{name}さま、こんにちは")
    assert "こんにちは" in desk.get("/counseling/desk/blocks").text
    assert send(desk, f"blocks/{block.id}", title="", body="直しかけ").status_code == 422
    send(desk, f"blocks/{block.id}", title="はじめに", body="x", do="delete")
    assert desk.get(f"/counseling/desk/blocks/{block.id}").status_code == 404


def rules(**changed: object) -> dict[str, object]:
    fields: dict[str, object] = {"contact_days": 90, "text_days": 365, "closed_days": 14}
    for option in taxonomy.options("counseling_category"):
        fields |= {f"first_days_{option.key}": 2, f"answer_days_{option.key}": 7}
    return fields | changed


def test_the_rules_of_categories_renew_the_deadlines_of_open_requests(as_person: Browser) -> None:
    ref, other = making.request("expert"), making.request("expert", category="law")
    done = making.request("answered")
    before = {each: reading.open_request(making.actor(DESK), each).due_on for each in (ref, other, done)}
    send(as_person(DESK), "rules", **rules(answer_days_workplace=20, second_look_law="y", by_itself_law="y"))
    after = {each: reading.open_request(making.actor(DESK), each).due_on for each in (ref, other, done)}
    assert before[ref] is not None
    assert after[ref] is not None
    assert after[ref] > before[ref]
    assert (after[other], after[done]) == (before[other], None)
    held = desk_queries.rules()
    assert (held["law"].second_look, held["law"].by_itself, held["workplace"].second_look) == (True, True, False)
    assert site_settings.get(settings.TEXT_KEPT_DAYS) == 365
    end_reading()


@pytest.mark.parametrize(
    "wrong", [{"answer_days_law": "たくさん"}, {"first_days_law": 0}, {"text_days": 30}, {"closed_days": 366}]
)
def test_wrong_rules_come_back_as_they_were_typed_and_change_nothing(
    as_person: Browser, wrong: dict[str, object]
) -> None:
    page = send(as_person(DESK), "rules", **rules(second_look_other="y", **wrong))
    assert page.status_code == 422
    assert f'value="{next(iter(wrong.values()))}"' in page.text
    assert re.search(r'name="second_look_other"[^>]* checked', page.text)
    assert desk_queries.rules() == {}
    assert site_settings.get(settings.TEXT_KEPT_DAYS) == 1095
    end_reading()


def test_the_guidance_is_previewed_saved_and_may_be_empty(as_person: Browser) -> None:
    desk = as_person(DESK)
    preview = send(desk, "guidance", body="**いますぐ**電話を", do="preview")
    assert "<strong>いますぐ</strong>" in preview.text
    assert site_settings.get(settings.URGENT) == ""
    end_reading()
    assert send(desk, "guidance", body="[" * 300).status_code == 422
    for text in ("**いますぐ**電話を", ""):
        assert "案内の文を保存しました" in send(desk, "guidance", body=text).text
        assert site_settings.get(settings.URGENT) == text
        end_reading()


def test_a_person_who_has_left_the_desk_finds_it_no_more(as_person: Browser) -> None:
    factories.person("ゆうこ", "secretariat")
    desk = as_person("ゆうこ")
    assert desk.get("/counseling/desk").status_code == 404
    ref = making.request("expert")
    assert desk.get(f"/counseling/desk/{ref}").status_code == 404
