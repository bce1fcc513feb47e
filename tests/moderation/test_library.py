"""What the secretariat does in the library stands in the record; a resident's name goes from all of it."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from sccafe.accounts import service as accounts
from sccafe.core import clock, markup
from sccafe.core.database import db, end_reading, writing
from sccafe.library import checking, queries, service
from sccafe.library.errors import Clash
from sccafe.library.models import (
    Comment,
    File,
    Item,
    Report,
    Selection,
    SelectionItem,
    Version,
    VersionFile,
)
from sccafe.moderation import audit, erasing
from tests import factories
from tests.moderation.desk import page, post, send
from tests.moderation.test_erasing import everything, folded

Browser = Callable[[str], FlaskClient]
NAME = "山田花子"


# --- the record ----------------------------------------------------------------------------------------


def entries() -> list[tuple[str, str]]:
    """Action and reason of the record's entries about items, from the oldest."""
    from sccafe.moderation.models import AuditEntry, AuditReason

    rows = db.session.execute(
        select(AuditEntry.action, func.coalesce(AuditReason.text, ""))
        .outerjoin(AuditReason, AuditReason.entry_id == AuditEntry.id)
        .where(AuditEntry.subject_kind == "item")
        .order_by(AuditEntry.id)
    ).all()
    end_reading()
    return [(row[0], row[1]) for row in rows]


def test_the_record_has_every_step_of_the_secretariats(app: Flask, town: dict[str, int], as_person: Browser) -> None:
    staff, owner = factories.viewer_of("なかむら"), factories.viewer_of("みどり")
    said = service.prepare(
        {"title": "移動販売", "body": "月に二度。", "municipality": "132012", "sources": [{"title": "報告"}]}
    )
    item = service.hand_in(owner, said)
    assert item.open_id is not None
    service.send_back(staff, item.open_id, "出典の年を")
    service.submit(owner, item.open_id)
    service.publish(staff, item.open_id)
    service.archive(staff, item.id, "古くなったため")
    service.put_back(staff, item.id)
    checking.set_owner(staff, item.id, "はるか", "")
    assert entries() == [
        ("item.returned", ""),
        ("item.published", ""),
        ("item.archived", "古くなったため"),
        ("item.put_back", ""),
        ("item.handed", ""),
    ]
    assert list(audit.verify()) == []
    shown = page(as_person("なかむら"), "/moderation/record?kind=item")
    for words in (
        "資料を公開した",
        "資料に直しをお願いした",
        "資料の公開をやめた",
        "資料の持ち主を変えた",
        "古くなったため",
    ):
        assert words in shown
    assert f'href="/library/{item.id}"' in shown


def test_items_handed_on_by_a_leaving_stand_in_the_record(town: dict[str, int]) -> None:
    factories.item("みどり", "なかむら")
    factories.person("まえだ", "admin")
    accounts.suspend_account(factories.viewer_of("まえだ"), factories.viewer_of("みどり").user_id or 0, "理由")
    assert entries()[-1] == ("item.handed", "")


# --- a resident's name ---------------------------------------------------------------------------------


@pytest.fixture
def named(town: dict[str, int]) -> int:
    """The name in every place of the library in which people type; the item's id."""
    me, staff = factories.viewer_of("みどり"), factories.viewer_of("なかむら")
    values: dict[str, Any] = {
        "kind": "case",
        "title": f"{NAME}さんの見守り",
        "summary": "山田 花子さんと",
        "carried_by": f"{NAME}さん",
        "body": f"**毎週**{NAME}さんが来ます。",
        "events": [{"on": "2016-04", "what": f"{NAME}さんが始めた"}],
        "results": [{"what": f"{NAME}さんの分", "value": "12"}],
        "municipality": "132012",
        "sources": [{"title": f"{NAME}さんの話", "author": NAME}],
    }
    item = service.hand_in(me, service.prepare(values))
    assert item.open_id is not None
    service.send_back(staff, item.open_id, f"{NAME}さんの許しを")
    service.publish(staff, item.open_id)
    begun = service.begin(me, item.id)
    service.save(me, begun.id, service.prepare(values | {"title": f"次の{NAME}さん"}), begun.saved)
    checking.needs_work(me, item.id, f"{NAME}さんが引っ越した")
    now = clock.now()
    html = markup.render(f"{NAME}さん")
    with writing() as session:
        file = File(
            item_id=item.id,
            name=f"{NAME}.pdf",
            kind="pdf",
            media_type="application/pdf",
            size=1,
            digest="0" * 64,
            stored="library/20260101/" + "0" * 32,
            text=f"{NAME}さん",
            created_at=now,
        )
        chosen = Selection(title=f"{NAME}さん", source=f"{NAME}さん", html=html, created_at=now, once_key="x")
        session.add_all([file, chosen])
        session.flush()
        session.add_all(
            [
                VersionFile(version_id=begun.id, file_id=file.id, place=1, description=f"{NAME}さん"),
                Comment(item_id=item.id, version_id=begun.id, part="body", text=f"{NAME}さん", created_at=now),
                SelectionItem(selection_id=chosen.id, item_id=item.id, place=1, note=f"{NAME}さん"),
                Report(
                    item_id=item.id,
                    user_id=staff.user_id,
                    place=f"{NAME}さんの家",
                    changed=NAME,
                    outcome="well",
                    source=NAME,
                    html=html,
                    cost=NAME,
                    hidden_reason=NAME,
                    created_at=now,
                ),
            ]
        )
    service.archive(staff, item.id, f"{NAME}さんのお名前があるため")
    service.put_back(staff, item.id)
    service.archive(staff, factories.item("みどり", "なかむら"), f"{NAME}さんの")
    return item.id


def test_the_name_goes_from_every_version_and_everything_said_of_it(
    app: Flask, named: int, as_person: Browser, client: FlaskClient
) -> None:
    before = folded(everything()).count(NAME)
    assert before >= 25
    revision = db.session.scalar(select(func.max(Item.revision)))
    end_reading()
    staff = as_person("なかむら")
    found = post(staff, "/moderation/erase", words=NAME)
    for place in ("資料の版：2件", "試してみた：1件", "特集のひとこと：1件", "資料のファイルの説明：1件"):
        assert place in found.text
    send(staff, "/moderation/erase/confirm", words=NAME, reason="住民のお名前のため", certain="y")
    assert NAME not in folded(everything())
    row = queries.item(factories.viewer_of("はるか"), named)
    assert row is not None
    assert row.title == "〔削除しました〕さんの見守り"
    assert row.sheet["events"] == [{"on": "2016-04", "what": "〔削除しました〕さんが始めた"}]
    assert "<strong>毎週</strong>〔削除しました〕さんが来ます。" in row.html["body"]
    assert db.session.scalar(select(Item.revision).where(Item.id == named)) > revision
    assert factories.items_saying("はるか", "見守り") == [named]
    end_reading()
    assert list(audit.verify()) == []


def test_whoever_has_the_version_open_does_not_write_the_name_back(named: int) -> None:
    me = factories.viewer_of("みどり")
    version = service.begin(me, named)
    seen, said = version.saved, service.prepare(dict(version.sheet))
    erasing.erase_words(factories.viewer_of("なかむら"), NAME, "住民のお名前")
    db.session.remove()
    with pytest.raises(Clash):
        service.save(me, version.id, said, seen)


def test_words_that_are_keys_of_a_sheet_stay_keys(town: dict[str, int]) -> None:
    item_id = factories.item("みどり", "なかむら", title="title の話", body="body の話")
    erasing.erase_words(factories.viewer_of("なかむら"), "title", "理由")
    row = queries.item(factories.viewer_of("はるか"), item_id)
    end_reading()
    assert row is not None
    assert row.sheet["title"] == "〔削除しました〕 の話"


def test_the_library_is_erased_with_the_rest_or_not_at_all(named: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from sccafe.boards import erasing as boards_erasing

    before = everything()

    def fails(*_: object) -> int:
        raise RuntimeError("the machine stops here")

    monkeypatch.setattr(boards_erasing.WordsErasure, "carry_out", fails)
    with pytest.raises(RuntimeError):
        erasing.erase_words(factories.viewer_of("なかむら"), NAME, "住民のお名前")
    assert everything() == before
    assert db.session.scalar(select(func.count(Version.id))) == 3
    end_reading()
