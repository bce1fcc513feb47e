"""「完全に消す」: a resident's name is gone for good, from everywhere that people have typed it."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import JSON, Column, LargeBinary, String, select, text

from sccafe.boards import erasing as boards_erasing
from sccafe.boards import measures, service
from sccafe.core import jobs, mail
from sccafe.core.database import Base, EncryptedText, db, end_reading, writing
from sccafe.moderation import audit, erasing
from sccafe.moderation.models import Report
from sccafe.site.models import SitePage
from sccafe.site.service import edit_page
from tests import factories
from tests.moderation.desk import all_of, page, post, record, report, send

Browser = Callable[[str], FlaskClient]
NAME = "山田花子"


@pytest.fixture
def named(town: dict[str, int]) -> dict[str, int]:
    """The name, in many spellings, wherever somebody could have typed it."""
    midori, staff = factories.viewer_of("みどり"), factories.viewer_of("なかむら")
    topic = factories.topic("みどり", town["exchange"], f"{NAME}さんの見守り", f"{NAME}さんと山田 花子様のことです。")
    answer = factories.answer("はるか", topic, "やまださんですか。")
    service.edit_post(factories.viewer_of("はるか"), answer, service.prepare("山田　花子さんですか。"))
    service.edit_post(factories.viewer_of("はるか"), answer, service.prepare("その方ですか。"))
    service.edit_post(
        midori, factories.post_id(topic, 1), service.prepare("よく知る方のことです。"), f"{NAME}さんの見守り"
    )
    hidden = factories.answer("さくら", topic, f"**{NAME}**さんは元気です。")
    measures.hide_post(staff, hidden, f"{NAME}さんのお名前があるため")
    reported = factories.answer("さくら", topic, "電話番号も知っています。")
    made = report("はるか", reported, "personal_details", f"{NAME}さんのこと")
    with writing():
        mail.queue("someone@example.jp", "お知らせ", f"{NAME}さんについて")
    return {"topic": topic, "hidden": hidden, "reported": reported, "report": made}


def is_text(column: Column[Any]) -> bool:
    return isinstance(column.type, String | EncryptedText | LargeBinary | JSON)


def everything() -> str:
    """Every text in the database, decrypted where it is kept encrypted."""
    values = []
    for table in Base.metadata.sorted_tables:
        columns = [column for column in table.columns if is_text(column)]
        for row in db.session.execute(table.select().with_only_columns(*columns)) if columns else ():
            values += [str(value) for value in row if value]
    end_reading()
    return "\n".join(values)


def folded(written: str) -> str:
    return "".join(written.split())


def test_the_name_is_erased_everywhere_and_only_the_name(
    app: Flask, named: dict[str, int], as_person: Browser, client: FlaskClient
) -> None:
    assert folded(everything()).count(NAME) >= 8
    staff = as_person("なかむら")
    found = post(staff, "/moderation/erase", words=NAME)
    assert found.status_code == 200
    assert found.headers["Cache-Control"] == "no-store"
    for place in (
        "届いた知らせと、その結果：1件",
        "非表示などの理由（書き込み）：1件",
        "まだ送っていないメール：1件",
        "記録に残る措置の理由：1件",
        "知らせに書いた理由：1件",
    ):
        assert place in found.text
    assert f'href="/topics/{named["topic"]}"' in found.text
    send(staff, "/moderation/erase/confirm", words=NAME, reason="住民のお名前のため", certain="y")
    assert NAME not in folded(everything())
    shown = page(client, f"/topics/{named['topic']}")
    assert "〔削除しました〕さんの見守り" in shown
    assert "よく知る方のことです。" in shown
    assert "電話番号も知っています。" in shown
    assert "住民のお名前のため" in str(record())
    assert list(audit.verify()) == []


def test_words_go_from_everywhere_at_once_or_from_nowhere(
    app: Flask, named: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything()

    def fails(*_: object) -> int:
        raise RuntimeError("the machine stops here")

    monkeypatch.setattr(boards_erasing.WordsErasure, "carry_out", fails)
    with pytest.raises(RuntimeError):
        erasing.erase_words(factories.viewer_of("なかむら"), NAME, "住民のお名前のため")
    assert everything() == before


def test_a_name_on_a_page_of_the_site_is_erased(app: Flask, named: dict[str, int]) -> None:
    edit_page(factories.viewer_of("なかむら"), "contact", "ja", service.prepare(f"担当：{NAME}"))
    erasing.erase_words(factories.viewer_of("なかむら"), NAME, "住民のお名前のため")
    assert db.session.execute(select(SitePage.source, SitePage.html)).one() == (
        "担当：〔削除しました〕",
        "<p>担当：〔削除しました〕</p>",
    )
    end_reading()


@pytest.mark.sqlite
def test_nothing_in_the_database_file_holds_it_afterwards(app: Flask, named: dict[str, int]) -> None:
    file = app.config["SETTINGS"].database_file
    db.session.remove()

    def bytes_on_disk() -> bytes:
        return b"".join(Path(f"{file}{end}").read_bytes() for end in ("", "-wal") if Path(f"{file}{end}").exists())

    assert NAME.encode() in bytes_on_disk()
    erasing.erase_words(factories.viewer_of("なかむら"), NAME, "住民のお名前のため")
    db.session.remove()
    jobs.run_due(app)
    assert NAME.encode() not in bytes_on_disk()
    assert "花子".encode() not in bytes_on_disk()


@pytest.mark.sqlite
def test_the_job_that_empties_the_log_is_tried_again_while_somebody_still_reads(
    app: Flask, named: dict[str, int]
) -> None:
    with db.engine.connect() as reader:
        reader.connection.driver_connection.execute("PRAGMA busy_timeout=50")  # type: ignore[union-attr]
        reader.execute(text("SELECT count(*) FROM posts"))
        erasing.erase_words(factories.viewer_of("なかむら"), NAME, "住民のお名前のため")
        with db.engine.connect() as other:
            other.connection.driver_connection.execute("PRAGMA busy_timeout=50")  # type: ignore[union-attr]
        with pytest.raises(TimeoutError):
            erasing.finish()
    erasing.finish()


def test_the_job_that_follows_an_erasure_is_done_on_every_database(app: Flask, named: dict[str, int]) -> None:
    erasing.erase_words(factories.viewer_of("なかむら"), NAME, "住民のお名前のため")
    jobs.run_due(app)
    states = db.session.scalars(select(jobs.Job.state).where(jobs.Job.name == erasing.FINISH)).all()
    assert states
    assert set(states) == {"done"}


@pytest.mark.parametrize("written", ["山田花子", "山田 花子", "山田　花子", "山\n田花子"])
def test_spaces_between_the_characters_do_not_hide_a_name(written: str) -> None:
    assert erasing.cleaner("山田花子")(f"あ{written}い") == "あ〔削除しました〕い"
    assert erasing.cleaner(written)("あ山田花子い") == "あ〔削除しました〕い"


def test_width_and_case_do_not_hide_a_name_even_where_both_stand() -> None:
    clean = erasing.cleaner("ヤマダtaro")
    assert clean("ﾔﾏﾀﾞＴＡＲＯとヤマダTaro") == "〔削除しました〕と〔削除しました〕"
    assert clean("㈱はそのまま") == "㈱はそのまま"


def test_a_word_too_short_is_not_looked_for(town: dict[str, int], as_person: Browser) -> None:
    for words in ("", " ", "山"):
        response = post(as_person("なかむら"), "/moderation/erase", words=words)
        assert response.status_code == 422
        assert "2文字以上" in response.text


def test_words_that_stand_nowhere_are_said_to(town: dict[str, int], as_person: Browser) -> None:
    response = post(as_person("なかむら"), "/moderation/erase", words=NAME)
    assert "どこにもありません" in response.text


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"reason": "住民のお名前", "certain": ""}, "印を付けてください"),
        ({"reason": "", "certain": "y"}, "理由を書いてください"),
        ({"reason": "山田 花子さんのため", "certain": "y"}, "消すことばが入っています"),
    ],
)
def test_nothing_is_erased_before_reason_and_certainty(
    named: dict[str, int], as_person: Browser, fields: dict[str, str], message: str
) -> None:
    response = post(as_person("なかむら"), "/moderation/erase/confirm", words=NAME, **fields)
    assert response.status_code == 422
    assert message in response.text
    assert NAME in everything()


def test_the_service_refuses_a_reason_with_the_words_too(named: dict[str, int]) -> None:
    with pytest.raises(erasing.WordsInReason):
        erasing.erase_words(factories.viewer_of("なかむら"), NAME, f"{NAME}さんのため")


def test_the_search_leaves_the_words_in_no_address(named: dict[str, int], as_person: Browser) -> None:
    staff = as_person("なかむら")
    field = re.search(r'<input[^>]*name="words"[^>]*>', staff.get(f"/moderation/erase?words={NAME}").text)
    assert field is not None
    assert NAME not in field.group()
    assert staff.get("/moderation/erase/confirm").location == "/moderation/erase"


def test_a_whole_text_is_erased_with_its_versions_and_closes_its_reports(
    named: dict[str, int], as_person: Browser, client: FlaskClient
) -> None:
    staff, post_id = as_person("なかむら"), named["reported"]
    assert "元に戻せません" in page(staff, f"/posts/{post_id}/erase")
    refused = post(staff, f"/posts/{post_id}/erase", reason="個人のこと")
    assert refused.status_code == 422
    send(staff, f"/posts/{post_id}/erase", reason="個人のこと", certain="y", next="/moderation")
    assert "電話番号" not in everything()
    assert "〔削除しました〕" in page(client, f"/topics/{named['topic']}")
    assert all_of(Report.state) == ["upheld"]


def test_erasing_twice_is_harmless(named: dict[str, int]) -> None:
    staff = factories.viewer_of("なかむら")
    assert erasing.erase_words(staff, NAME, "理由") > 0
    assert erasing.erase_words(staff, NAME, "理由") == 0
    assert list(audit.verify()) == []


def test_a_text_that_grows_past_its_column_is_cut_and_still_holds_no_name(town: dict[str, int]) -> None:
    made = report("はるか", factories.post_id(factories.topic("みどり", town["exchange"]), 1), note="花子" * 250)
    erasing.erase_words(factories.viewer_of("なかむら"), "花子", "理由")
    [note] = all_of(Report.note)
    assert made
    assert len(note) == 500
    assert "花子" not in note


#: Columns that programs fill, that people choose from a list, or that erasing reaches in a way of its own.
NOT_FREE_TEXT = {
    # Erased by boards/erasing.py, and here in a way that keeps the chain of the record.
    *(f"posts.{name}" for name in ("source", "html")),
    *(f"post_versions.{name}" for name in ("source", "html")),
    "topics.title",
    "audit_reasons.text",
    # What people are called here themselves: changed by its owner or with the account, not by erasing words in it.
    *(f"users.{name}" for name in ("handle", "handle_key", "email", "email_key", "real_name")),
    "former_handles.handle_key",
    "confirmations.new_email",
    "invitations.email",
    "outbox_mails.recipient",
    # Keys of the site's pages, and its settings.
    *(f"site_pages.{name}" for name in ("slug", "locale")),
    *(f"settings.{name}" for name in ("key", "value")),
    # Keys, states, hashes, and what programs write.
    *(f"users.{name}" for name in ("password_hash", "role", "state", "locale", "coordinator_layer", "affiliation")),
    *(f"users.{name}" for name in ("experience_years", "prefecture", "municipality", "population")),
    *(f"user_sessions.{name}" for name in ("token_hash", "agent")),
    *(f"confirmations.{name}" for name in ("purpose", "token_hash", "code_hash")),
    *(f"invitations.{name}" for name in ("token_hash", "role")),
    *(f"expert_profiles.{name}" for name in ("fields", "picture")),
    *(f"attempts.{name}" for name in ("kind", "who")),
    *(f"jobs.{name}" for name in ("name", "payload", "state", "lease_token", "unique_key", "last_error")),
    *(f"outbox_mails.{name}" for name in ("renderer", "state")),
    *(f"boards.{name}" for name in ("slug", "kind", "audience", "start")),
    *(f"topics.{name}" for name in ("audience", "state", "visibility")),
    "topic_themes.theme",
    "polls.results",
    *(f"posts.{name}" for name in ("path", "alias", "shown_layer", "shown_years", "state", "idempotency_key")),
    *(f"attachments.{name}" for name in ("kind", "media_type", "stored", "picture")),
    "reactions.kind",
    "identity_releases.state",
    *(f"drafts.{name}" for name in ("place", "themes")),
    "sent_forms.key",
    *(f"reports.{name}" for name in ("reason", "state")),
    *(f"audit_entries.{name}" for name in ("action", "subject_kind", "details", "reason_digest", "hash")),
    "audit_reasons.salt",
    *(f"notices.{name}" for name in ("kind", "measure")),
    "notice_preferences.kind",
    "subscriptions.level",
    # Addresses of people without an account go with time; hashes and seeds.
    "linked_posts.link",
    *(f"prompt_recipients.{name}" for name in ("address", "address_hash", "seed", "token_hash")),
    "prompt_private_answers.link",
    "prompt_refused_addresses.address_hash",
    "entered_posts.token_hash",
    # Of the library: keys, states, codes, hashes; numbers and days of a report; the names of a bundle's rows.
    *(f"library_items.{name}" for name in ("audience", "shown_to", "kind", "collection", "tags", "ref")),
    *(f"library_transfers.{name}" for name in ("kind", "state", "stored")),
    "library_items.idempotency_key",
    "library_likenesses.key",
    "library_selections.once_key",
    *(f"library_items.{name}" for name in ("prefecture", "municipality", "population")),
    "library_versions.state",
    *(f"library_files.{name}" for name in ("kind", "media_type", "digest", "stored", "picture")),
    "library_comments.part",
    *(f"library_reports.{name}" for name in ("since", "outcome")),
    "library_selections.audience",
    *(f"library_check_links.{name}" for name in ("seed", "token_hash")),
    # Of counseling: sealed with each request's own key, or the site's. Nobody reads them but the request's people, who
    # would have to be recorded as having looked, so words are not looked for here: the asker or the desk deletes the
    # request with its key, and retention takes it otherwise.
    *(f"counseling_requests.{name}" for name in ("person", "matter")),
    *(f"counseling_{table}.text" for table in ("messages", "notes", "answer_drafts", "publications")),
    *(f"counseling_{table}.html" for table in ("messages", "notes")),
    "counseling_files.name",
    "counseling_own_drafts.fields",
    "counseling_steps.reason",
    "counseling_ratings.line",
    # Keys, states, hashes.
    *(f"counseling_requests.{name}" for name in ("ref", "data_key", "receipt_hash", "email_hash", "once_hash")),
    *(f"counseling_requests.{name}" for name in ("naming", "category", "state", "way", "passed_to", "locale")),
    *(f"counseling_messages.{name}" for name in ("capacity", "kind")),
    *(f"counseling_files.{name}" for name in ("kind", "media_type", "stored")),
    "counseling_own_drafts.place",
    *(f"counseling_assignments.{name}" for name in ("state", "ended")),
    *(f"counseling_steps.{name}" for name in ("action", "before", "after", "capacity")),
    *(f"counseling_views.{name}" for name in ("capacity", "what")),
    "counseling_ratings.helped",
    *(f"counseling_publications.{name}" for name in ("state", "seed", "token_hash")),
    *(f"counseling_mails.{name}" for name in ("what", "seed", "token_hash")),
    "counseling_reminders.kind",
    *(f"counseling_removals.{name}" for name in ("ref", "what", "capacity")),
    "counseling_category_rules.category",
    # Of the search: keys; what is made anew from an entry's title and text whenever these change.
    *(f"search_entries.{name}" for name in ("kind", "audience", "marks")),
}


def test_every_column_of_text_is_reached_by_erasing_or_known_to_hold_none(app: Flask) -> None:
    reached = {f"{column.class_.__tablename__}.{column.key}" for place in erasing.places() for column in place.columns}
    columns = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if is_text(column)
    }
    assert not reached & NOT_FREE_TEXT
    unknown = columns - reached - NOT_FREE_TEXT
    assert not unknown, "do people write into these? then name them with holds_text"
    assert not NOT_FREE_TEXT - columns, "no such columns any more"
