"""An answered request becomes a question and answer in the library: both agree to one text, and can take it back."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from sccafe.core import clock
from sccafe.core.audience import VISITOR
from sccafe.core.database import db, end_reading, writing
from sccafe.counseling import publishing, reading, service
from sccafe.counseling.errors import MayNot
from sccafe.counseling.sealing import Person, PublishedText, Seal
from sccafe.library import bundles, exporting, intake, review
from sccafe.library import service as library
from sccafe.library.models import Item, Version
from tests import factories
from tests.counseling import making
from tests.counseling.agreeing import (
    ANSWER,
    MARKER,
    QUESTION,
    TEXT,
    TITLE,
    Browser,
    asked,
    asker_page,
    begun,
    by_mail,
    desk_page,
    everywhere,
    items,
    press,
    published,
    read,
    row_of,
    with_code,
)
from tests.counseling.making import ASKER, BODY, DESK, EXPERT, OTHER, SECOND
from tests.notifications.post_office import deliver, text_of

# --- the desk prepares -------------------------------------------------------------------------------------


def test_the_desk_begins_with_question_and_answer_and_sees_what_could_point_to_somebody(
    desk: None, as_person: Browser
) -> None:
    body = "田中さん（82歳）が、桜が丘2丁目から090-1234-5678で<b>連絡</b>してきます。"
    ref = making.request("answered", publish_consent=True, body=body)
    page = read(as_person(DESK), desk_page(ref))
    assert "議題に入れてもらうところから始めましょう。" in page
    for kind, said in [
        ("人の名前", "田中さん"),
        ("年齢", "82歳"),
        ("住所", "桜が丘2丁目"),
        ("電話番号", "090-1234-5678"),
    ]:
        assert f"質問の{kind}：<mark>{said}</mark>" in page
    assert "（<mark>82歳</mark>）が、<mark>桜が丘2丁目</mark>から<mark>090-1234-5678</mark>で&lt;b&gt;連絡" in page
    assert "data-keep" not in page.split("<form method")[-1]
    assert begun() == 0


def test_what_is_kept_is_marked_anew_and_asks_nobody(app: Flask, desk: None, as_person: Browser) -> None:
    ref = making.request("answered", publish_consent=True)
    client = as_person(DESK)
    fields = {"title": "佐藤さんの報告", "question": QUESTION, "answer": ANSWER, "seen": "0"}
    assert press(client, desk_page(ref), do="save", **fields).status_code == 303
    assert "題名の人の名前：<mark>佐藤さん</mark>" in read(client, desk_page(ref))
    assert row_of(ref).state == "editing"
    assert MARKER not in read(as_person(ASKER), asker_page(ref))
    assert MARKER not in everywhere()


def test_without_a_word_that_the_asker_was_asked_nothing_begins(desk: None, as_person: Browser) -> None:
    ref = making.request("answered")
    client = as_person(DESK)
    fields = {"title": TITLE, "question": QUESTION, "answer": ANSWER, "seen": "0", "do": "ask"}
    refused = press(client, desk_page(ref), **fields)
    assert refused.status_code == 422
    assert QUESTION in refused.get_data(as_text=True)
    assert begun() == 0
    assert press(client, desk_page(ref), asked="y", **fields).status_code == 303
    assert row_of(ref).state == "asked"


def test_an_incomplete_text_comes_back_as_it_was_typed(desk: None, as_person: Browser) -> None:
    ref = making.request("answered", publish_consent=True)
    fields = {"title": "", "question": QUESTION, "answer": " ", "seen": "0", "do": "ask"}
    refused = press(as_person(DESK), desk_page(ref), **fields)
    assert refused.status_code == 422
    assert QUESTION in refused.get_data(as_text=True)


def test_whoever_saves_on_top_of_another_sees_both_texts(desk: None, as_person: Browser) -> None:
    ref = making.request("answered", publish_consent=True)
    service.save_text(making.actor(DESK), ref, TEXT, 0)
    fields = {"title": "別の題", "question": "別の問い", "answer": "別の答え", "seen": "0", "do": "save"}
    refused = press(as_person(DESK), desk_page(ref), **fields)
    assert refused.status_code == 422
    page = refused.get_data(as_text=True)
    assert "別の問い" in page
    assert TITLE in page
    assert press(as_person(DESK), desk_page(ref), **fields | {"seen": "1"}).status_code == 303
    assert row_of(ref).version == 2


# --- both agree --------------------------------------------------------------------------------------------


def test_the_very_text_that_both_agreed_to_stands_in_the_library(
    app: Flask, desk: None, as_person: Browser, client: FlaskClient
) -> None:
    ref = asked()
    shown = ("<strong>飛ばされ</strong>ます。", f"{MARKER}を議題に入れましょう。", TITLE)
    for handle, address in ((EXPERT, desk_page(ref)), (ASKER, asker_page(ref))):
        page = read(as_person(handle), address)
        assert all(words in page for words in shown)
    assert press(as_person(EXPERT), desk_page(ref), do="agree", seen="1").status_code == 303
    assert "専門家：同意ずみ" in read(as_person(DESK), desk_page(ref))
    assert items() == []
    assert press(as_person(ASKER), asker_page(ref), do="approve", seen="1").status_code == 303
    item_id = row_of(ref).item_id
    page = read(client, f"/library/{item_id}")
    assert all(words in page for words in shown)
    assert "SCカフェ カウンセリング" in page
    assert page.index("質問</h2>") < page.index("答え</h2>")
    assert "相談から生まれたQ&amp;A" in page
    assert [each.title for each in publishing.latest(VISITOR, 3)] == [TITLE]
    assert f"/library/{item_id}" in read(as_person(ASKER), asker_page(ref))


def test_the_item_names_nobody_and_passes_the_checks_of_the_library(desk: None) -> None:
    ref, item_id = published(category="kyogitai", person=Person(name="緑川すみれ"), naming="named")
    item = db.session.execute(select(*Item.__table__.columns).where(Item.id == item_id)).one()
    version = db.session.execute(select(*Version.__table__.columns).where(Version.item_id == item_id)).one()
    end_reading()
    assert (item.kind, item.collection, item.audience) == ("qa", "counseling", "public")
    assert (item.author_id, item.owner_id, version.author_id, version.editor_id) == (None,) * 4
    assert version.sheet["themes"] == ["kyogitai"]
    assert version.sheet["sources"][0]["year"] == clock.today().year
    assert review.findings(version.sheet) == []
    said = str((item, version))
    assert not [word for word in (ref, "緑川", ASKER, EXPERT, BODY) if word in said]


def test_a_changed_text_makes_both_agreements_void(desk: None, as_person: Browser) -> None:
    ref = asked()
    service.agree(making.actor(EXPERT), ref, 1)
    changed = PublishedText(TITLE, QUESTION, "別の答えです。")
    service.save_text(making.actor(DESK), ref, changed, 1)
    row = row_of(ref)
    assert (row.state, row.version, row.expert_agreed) == ("editing", 2, None)
    assert press(as_person(ASKER), asker_page(ref), do="approve", seen="1").status_code == 403
    service.ask(making.actor(DESK), ref, changed, 2)
    # The page that still shows the text of before agrees to nothing.
    assert press(as_person(ASKER), asker_page(ref), do="approve", seen="1").status_code == 403
    assert not service.approve(making.actor(ASKER), ref, 2)
    assert service.agree(making.actor(EXPERT), ref, 2)


def test_an_expert_who_does_not_agree_keeps_it_from_the_library(desk: None, as_person: Browser) -> None:
    ref = asked()
    assert not service.approve(making.actor(ASKER), ref, 1)
    page = read(as_person(DESK), desk_page(ref))
    assert "相談した方：同意ずみ" in page
    assert "専門家：お返事待ち" in page
    assert items() == []


def test_an_answer_of_the_desk_itself_needs_no_expert(desk: None) -> None:
    ref = making.request("routing", publish_consent=True)
    service.answer(making.actor(DESK), ref, "窓口の答えです。", 0)
    service.ask(making.actor(DESK), ref, TEXT, 0)
    assert service.approve(making.actor(ASKER), ref, 1)


def test_the_asker_says_no_and_the_text_is_emptied(desk: None, as_person: Browser) -> None:
    ref = asked()
    service.agree(making.actor(EXPERT), ref, 1)
    client = as_person(ASKER)
    assert press(client, asker_page(ref), do="decline", seen="1").status_code == 303
    assert "載せないことにしました" in read(client, asker_page(ref))
    row = row_of(ref)
    assert (row.state, row.text, row.expert_agreed) == ("declined", None, None)
    assert "載せないことを選びました" in read(as_person(DESK), desk_page(ref))
    with pytest.raises(MayNot):
        service.approve(making.actor(ASKER), ref, 1)
    # Nobody is asked a second time unless they want to be.
    with pytest.raises(MayNot):
        service.ask(making.actor(DESK), ref, TEXT, 1)
    service.ask(making.actor(DESK), ref, TEXT, 1, asker_was_asked=True)
    assert row_of(ref).version == 2


def test_a_yes_is_taken_back_before_the_expert_has_agreed(desk: None, as_person: Browser) -> None:
    ref = asked()
    service.approve(making.actor(ASKER), ref, 1)
    assert press(as_person(ASKER), asker_page(ref), do="decline", seen="1").status_code == 303
    with pytest.raises(MayNot):
        service.agree(making.actor(EXPERT), ref, 1)


@pytest.mark.parametrize("handle", [OTHER, SECOND])
def test_the_pages_are_there_for_nobody_else(desk: None, as_person: Browser, handle: str) -> None:
    ref = asked()
    for address in (desk_page(ref), asker_page(ref)):
        assert MARKER not in read(as_person(handle), address, 404)
    assert read(as_person(ASKER), desk_page(ref), 404)
    assert read(as_person(EXPERT), asker_page(ref), 404)


def test_pressing_twice_publishes_once(desk: None, as_person: Browser) -> None:
    ref, item_id = published()
    assert press(as_person(ASKER), asker_page(ref), do="approve", seen="1").status_code == 403
    assert items() == [item_id]


def test_of_two_who_agree_at_the_same_moment_one_publishes(app: Flask, desk: None) -> None:
    ref = asked()
    acts = [(service.agree, making.actor(EXPERT)), (service.approve, making.actor(ASKER))]
    results: list[bool] = []
    together = threading.Barrier(2)

    def act(write: Any, who: Any) -> None:
        with app.app_context():
            together.wait()
            results.append(write(who, ref, 1))
            db.session.remove()

    threads = [threading.Thread(target=act, args=each) for each in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False, True]
    assert len(items()) == 1


def test_what_is_published_is_changed_by_nobody_by_hand(app: Flask, desk: None, as_person: Browser) -> None:
    ref, item_id = published()
    with pytest.raises(library.MayNot):
        library.begin(factories.viewer_of(DESK), item_id)
    with pytest.raises(MayNot):
        service.save_text(making.actor(DESK), ref, PublishedText("別", "別", "別"), 1)
    # Its title would stay in a topic begun on it.
    factories.board("exchange")
    assert f"/library/{item_id}/talk" not in read(as_person(OTHER), f"/library/{item_id}")


def test_a_bundle_does_not_change_it_either(desk: None, tmp_path: Path) -> None:
    _ref, item_id = published()
    with exporting.target_at(tmp_path / "out") as target:
        exporting.export(factories.viewer_of(DESK), target, True)
    end_reading()
    [file] = (tmp_path / "out").glob("*.yaml")
    desk_viewer = factories.viewer_of(DESK)
    with bundles.opened(tmp_path / "out") as bundle:
        assert intake.take_in(desk_viewer, bundle).unchanged == 1
    file.write_text(file.read_text().replace("議題", "別のこと"))
    with bundles.opened(tmp_path / "out") as bundle:
        assert [fault.why for fault in intake.take_in(desk_viewer, bundle).faults] == ["kept"]
    assert items() == [item_id]


# --- by the mailed link ------------------------------------------------------------------------------------


def test_the_mailed_link_asks_once_publishes_and_takes_back_later(app: Flask, desk: None, client: FlaskClient) -> None:
    ref, link = by_mail(app)
    before = row_of(ref)
    page = read(client, link)
    assert "<strong>飛ばされ</strong>" in page
    assert BODY not in page
    assert row_of(ref) == before
    assert read(client, f"/counseling/requests/{ref}/publication", 404)
    assert press(client, link, do="approve", seen="1").headers["Location"] == link
    item_id = row_of(ref).item_id
    assert MARKER in read(client, f"/library/{item_id}")
    # Long after, and once the texts of the request are gone.
    with writing() as session:
        session.execute(text("UPDATE counseling_messages SET text = NULL"))
        gone = "matter = NULL, person = NULL, email_hash = NULL, receipt_hash = NULL"
        session.execute(text(f"UPDATE counseling_requests SET {gone}, state = 'closed'"))  # noqa: S608
    assert press(client, link, do="unpublish", seen="1").status_code == 200
    assert read(client, f"/library/{item_id}", 404)


def test_links_that_are_wrong_and_used_are_answered_alike(app: Flask, desk: None, client: FlaskClient) -> None:
    _ref, link = by_mail(app)
    told = press(client, link, do="decline", seen="1")
    assert "載せないことにしました" in told.get_data(as_text=True)
    used = read(client, link, 410)
    assert used == read(client, link[:-3] + "AAA", 410)
    assert press(client, link, do="approve", seen="1").status_code == 410


def test_a_visitor_with_the_code_decides_on_the_page_of_the_request(app: Flask, desk: None) -> None:
    ref = asked("")
    service.agree(making.actor(EXPERT), ref, 1)
    client = with_code(app, ref)
    assert press(client, asker_page(ref), do="approve", seen="1").status_code == 303
    assert "資料室に載っています" in read(client, asker_page(ref))


def test_no_mail_waits_for_a_text_that_was_changed_meanwhile(app: Flask, desk: None) -> None:
    ref = asked("", person=Person(email="sora@example.jp"))
    service.save_text(making.actor(DESK), ref, PublishedText("別", "別", "別"), 1)
    assert not [mail for mail in deliver(app) if "/counseling/consent/" in text_of(mail)]


# --- beside a question that is typed -----------------------------------------------------------------------


def test_a_question_being_typed_is_offered_what_is_published_and_nothing_else(
    app: Flask, desk: None, as_person: Browser
) -> None:
    factories.board("questions", "questions")
    _ref, item_id = published(category="kyogitai")
    asked(said=PublishedText("協議体の別の報告", "協議体のことです。", "答えです。"), category="kyogitai")
    client = as_person(OTHER)
    fields = factories.form(client, "/lounge", title="報告のこと", body="協議体で報告をどうしていますか。")
    told = client.post("/boards/questions/similar", data=fields).get_data(as_text=True)
    assert f'<span class="chip">相談への答え</span> <a href="/library/{item_id}"' in told
    assert "協議体の別の報告" not in told


def test_looks_are_recorded_of_people_and_not_of_programs_that_try_mailed_links(
    app: Flask, desk: None, as_person: Browser, client: FlaskClient
) -> None:
    ref, link = by_mail(app)
    read(client, link)
    assert client.head(link).status_code == 200
    assert list(reading.looks(making.actor(DESK), ref)) == []
    read(as_person(DESK), desk_page(ref))
    assert [(row.handle, row.capacity) for row in reading.looks(making.actor(DESK), ref)] == [(DESK, "desk")]


def test_the_mailed_link_unseals_the_text_and_nothing_else_of_the_request(
    app: Flask, desk: None, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    _ref, link = by_mail(app)
    opened: list[str] = []
    real = Seal.open

    def open_(self: Seal, token: str) -> str:
        opened.append(real(self, token))
        return opened[-1]

    monkeypatch.setattr(Seal, "open", open_)
    read(client, link)
    assert [json.loads(said)["title"] for said in opened] == [TITLE]
