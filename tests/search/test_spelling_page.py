"""The secretariat's own spellings: typed into one field, looked at before they are kept, changed, taken out."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from sccafe.core.audience import VISITOR
from sccafe.core.database import db, end_reading
from sccafe.moderation import audit, erasing
from sccafe.search import service, spelling, spelling_queries
from sccafe.search.families import typed_family
from sccafe.search.models import SpellingFamily
from sccafe.search.spelling import spellings
from tests import factories

Browser = Callable[[str], FlaskClient]
PAGE = "/admin/spellings"
TYPED = "おたがいさま、お互い様"


@pytest.fixture
def staff(app: Flask, as_person: Browser) -> FlaskClient:
    factories.person("みどり")
    factories.person("なかむら", "secretariat")
    public, inside = factories.board(), factories.board("inside", audience="staff")
    factories.topic("みどり", public, "おたがいさまの会", "はじめます。")
    factories.topic("みどり", public, "お互い様で続ける", "つづけます。")
    factories.topic("なかむら", inside, "お互い様の予算", "内部の話です。")
    return as_person("なかむら")


def post(client: FlaskClient, address: str, **fields: str) -> str:
    response = client.post(address, data=factories.form(client, "/about", **fields))
    assert response.status_code in (200, 303, 422), response.status
    return str(response.get_data(as_text=True)) if response.status_code != 303 else str(response.location)


def kept() -> list[str]:
    found = list(db.session.scalars(select(SpellingFamily.text).order_by(SpellingFamily.id)))
    end_reading()
    return found


def found_by_visitors(typed: str) -> int:
    count = spelling_queries.found_count(VISITOR, spellings(typed))
    end_reading()
    return count


def counts(page: str) -> dict[str, list[str]]:
    """By its word, each row of the table of counts."""
    rows = re.findall(
        r'<tr><th scope="row"><span lang="ja">([^<]+)</span>.*?</th><td>([^<]+)</td><td>([^<]+?)\s*<', page
    )
    return {word: [now, after] for word, now, after in rows}


def family_id() -> int:
    found = db.session.scalars(select(SpellingFamily.id)).one()
    end_reading()
    return found


def test_a_family_is_looked_at_before_it_is_kept_and_then_finds_both(staff: FlaskClient) -> None:
    page = post(staff, f"{PAGE}/preview", spellings=TYPED)
    # The staff member reads a third one.
    assert counts(page) == {"おたがいさま": ["1件", "3件"], "お互い様": ["2件", "3件"]}
    assert "まだ保存していません" in page
    assert f'action="{PAGE}"' in page
    assert kept() == []
    assert found_by_visitors("おたがいさま") == 1
    assert post(staff, PAGE, spellings=TYPED) == PAGE
    assert kept() == ["おたがいさま\nお互い様"]
    assert found_by_visitors("おたがいさま") == found_by_visitors("お互い様") == 2
    assert "おたがいさま、お互い様" in staff.get(PAGE).text


def test_the_same_family_sent_twice_is_there_once(staff: FlaskClient) -> None:
    for _ in range(2):
        assert post(staff, PAGE, spellings=TYPED) == PAGE
    assert len(kept()) == 1


def test_a_family_is_changed_and_its_old_spellings_are_words_of_their_own_again(staff: FlaskClient) -> None:
    post(staff, PAGE, spellings=TYPED)
    address = f"{PAGE}/{family_id()}"
    assert "おたがいさま\nお互い様</textarea>" in staff.get(address).text
    page = post(staff, f"{address}/preview", spellings="おたがいさま、おたがいさん")
    assert counts(page)["おたがいさま"] == ["3件", "1件"]
    assert post(staff, address, spellings="おたがいさま、おたがいさん") == PAGE
    assert kept() == ["おたがいさま\nおたがいさん"]
    assert found_by_visitors("お互い様") == 1


def test_taking_a_family_out_says_what_will_be_found_and_asks_once_more(staff: FlaskClient) -> None:
    post(staff, PAGE, spellings=TYPED)
    address = f"{PAGE}/{family_id()}/remove"
    assert counts(staff.get(address).text) == {"おたがいさま": ["3件", "1件"], "お互い様": ["3件", "2件"]}
    assert len(kept()) == 1
    assert post(staff, address) == PAGE
    assert kept() == []
    assert found_by_visitors("おたがいさま") == 1
    assert staff.get(address).status_code == 404


def test_a_family_that_shares_a_word_with_the_list_joins_it(staff: FlaskClient) -> None:
    post(staff, PAGE, spellings="ケアマネ、「CM」")
    assert spelling.present().of("介護支援専門員")[1:] == (
        typed_family("ケアマネ、「CM」")[1].spelling,
        *spellings("ケアマネ")[:1],
    )
    end_reading()


FAULTS = [
    ("", "二つ以上書いてください"),
    ("おたがいさま", "ことばが一つしかありません"),
    ("ごみ、ゴミ", "はじめから同じに扱っています"),
    ("様、おたがいさま", "「様」は短すぎます"),
    ("「おたがいさま」、お互い様", "「おたがいさま」は「」で囲めません"),
    (f"{'長' * 41}、お互い様", "長すぎます"),
    ("、".join(f"ことば{number:02d}" for number in range(17)), "16個まで"),
    ("「SC」、SC、よりそい人", "両方にあります"),
]


def test_what_cannot_be_is_said_and_what_was_typed_stays(staff: FlaskClient) -> None:
    for typed, said in FAULTS:
        for address in (PAGE, f"{PAGE}/preview"):
            page = post(staff, address, spellings=typed)
            assert said in page
            assert f"{typed}</textarea>" in page
    assert kept() == []


def test_there_is_a_limit_to_how_many_are_kept(staff: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_FAMILIES", 1)
    post(staff, PAGE, spellings=TYPED)
    assert "これ以上は増やせません" in post(staff, PAGE, spellings="よりそい人、寄り添い人")
    assert len(kept()) == 1


def test_to_everybody_else_there_is_nothing_here(staff: FlaskClient, client: FlaskClient, as_person: Browser) -> None:
    for browser, form in ((client, "/sign-in"), (as_person("みどり"), "/about")):
        assert browser.get(PAGE).status_code == 404
        assert browser.post(PAGE, data=factories.form(browser, form, spellings=TYPED)).status_code == 404
    assert kept() == []


def test_the_record_tells_who_did_it_and_holds_no_word(staff: FlaskClient) -> None:
    post(staff, PAGE, spellings=TYPED)
    address = f"{PAGE}/{family_id()}"
    post(staff, address, spellings="おたがいさま、おたがいさん")
    post(staff, f"{address}/remove")
    record = staff.get("/moderation/record").text
    for said in ("表記ゆれを加えた", "表記ゆれを直した", "表記ゆれから外した"):
        assert said in record
    assert "おたがい" not in record
    assert list(audit.verify()) == []


def test_words_that_are_erased_go_from_the_spellings_too(staff: FlaskClient) -> None:
    for typed in ("山田さんち、山田花子さん宅、山田家", "山田花子、花子さん"):
        post(staff, PAGE, spellings=typed)
    erasing.erase_words(factories.viewer_of("なかむら"), "山田花子", "住民のお名前のため")
    assert kept() == ["山田さんち\n山田家"]
    assert [each.text for each in spellings("山田花子")] == ["山田花子"]
    end_reading()
