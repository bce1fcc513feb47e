"""A conversation as people carry it: asking, answering, accepting, editing, taking back."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from sccafe.boards.models import Board, Post, PostVersion, Topic
from sccafe.core.database import db, end_reading
from tests import factories
from tests.conftest import Statements

Browser = Callable[[str], FlaskClient]


def page(client: FlaskClient, address: str) -> str:
    response = client.get(address, follow_redirects=True)
    assert response.status_code == 200, response.status
    return response.get_data(as_text=True)


def send(client: FlaskClient, form_at: str, address: str, **fields: str) -> FlaskClient:
    response = client.post(address, data=factories.form(client, form_at, **fields))
    assert response.status_code in (302, 303), response.get_data(as_text=True)[:2000]
    return client


def one(column: object) -> object:
    found = db.session.execute(select(column)).scalar_one()  # type: ignore[call-overload]
    end_reading()
    return found


def test_a_question_is_asked_answered_and_solved(town: dict[str, int], as_person: Browser) -> None:
    asker, helper = as_person("みどり"), as_person("はるか")
    send(asker, "/boards/questions/new", "/boards/questions/new", title="謝礼の決めかた", body="1時間いくらですか。")
    topic = one(Topic.id)
    assert "未回答" in page(asker, "/boards/questions")

    send(helper, f"/topics/{topic}", f"/topics/{topic}/reply", body="うちは**300円**です。")
    shown = page(asker, f"/topics/{topic}")
    assert "<strong>300円</strong>" in shown
    assert "回答あり" in page(asker, "/boards/questions?state=answered")
    assert "謝礼の決めかた" not in page(asker, "/boards/questions?state=unanswered")

    answer = factories.post_id(topic, 2)
    send(asker, f"/topics/{topic}", f"/posts/{answer}/accept")
    assert "解決につながった答え" in page(asker, f"/topics/{topic}")
    assert one(Topic.state) == "solved"
    send(asker, f"/topics/{topic}", f"/posts/{answer}/accept")
    assert one(Topic.state) == "answered"


def test_a_reply_to_a_reply_stands_below_it_in_the_thread_and_last_in_time(
    town: dict[str, int], as_person: Browser
) -> None:
    topic = factories.topic("みどり", town["questions"])
    first = factories.answer("はるか", topic, "一番目の答え")
    factories.answer("さくら", topic, "二番目の答え")
    send(as_person("みどり"), f"/topics/{topic}", f"/topics/{topic}/reply", body="一番目への問い", parent=str(first))

    def order(address: str) -> list[str]:
        return re.findall(r"<p>(一番目の答え|二番目の答え|一番目への問い)</p>", page(as_person("みどり"), address))

    assert order(f"/topics/{topic}") == ["一番目の答え", "一番目への問い", "二番目の答え"]
    assert order(f"/topics/{topic}?order=time") == ["一番目の答え", "二番目の答え", "一番目への問い"]


def test_an_answer_deeper_than_twenty_hangs_beside_the_one_it_answers(town: dict[str, int]) -> None:
    topic = factories.topic("みどり", town["exchange"])
    parent = None
    for number in range(25):
        parent = factories.answer("はるか", topic, f"深い話 {number}", parent)
    paths = list(db.session.scalars(select(Post.path).where(Post.topic_id == topic).order_by(Post.number)))
    assert max(len(path) for path in paths) == 80
    assert len(set(paths)) == 26
    assert sorted(paths) == paths


def test_sending_the_same_form_twice_makes_one_post_and_another_text_makes_another(
    town: dict[str, int], as_person: Browser
) -> None:
    topic = factories.topic("みどり", town["exchange"])
    client = as_person("はるか")
    fields = factories.form(client, f"/topics/{topic}", body="一度だけ", once="form-1")
    for _ in range(2):
        assert client.post(f"/topics/{topic}/reply", data=fields).status_code == 303
    assert one(Topic.post_count) == 2
    client.post(f"/topics/{topic}/reply", data=fields | {"body": "書き直した文"})
    assert one(Topic.post_count) == 3

    start = factories.form(client, "/boards/exchange/new", body="ひとこと", once="form-2")
    places = {client.post("/boards/exchange/new", data=start).headers["Location"] for _ in range(2)}
    assert len(places) == 1


def test_a_topic_in_the_exchange_takes_its_title_from_the_first_line(town: dict[str, int], as_person: Browser) -> None:
    body = "# サロンで初めて企画が出ました\n担い手さんが自分から。"
    send(as_person("みどり"), "/boards/exchange/new", "/boards/exchange/new", body=body)
    assert one(Topic.title) == "サロンで初めて企画が出ました"


def test_an_edit_keeps_the_text_before_it(town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["exchange"], body="初めの文です。")
    post = factories.post_id(topic, 1)
    send(as_person("みどり"), f"/posts/{post}/edit", f"/posts/{post}/edit", title="新しい題名", body="直した文です。")
    assert "初めの文です。" not in page(as_person("はるか"), f"/topics/{topic}")
    history = page(as_person("はるか"), f"/posts/{post}/history")
    assert "初めの文です。" in history
    assert "直した文です。" in history
    assert one(Topic.title) == "新しい題名"


def test_nobody_edits_or_deletes_what_another_wrote(town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["exchange"])
    post = factories.post_id(topic, 1)
    for handle in ("はるか", "なかむら", "みせばん"):
        client = as_person(handle)
        assert client.get(f"/posts/{post}/edit").status_code == 403
        token = factories.form(client, f"/topics/{topic}")
        assert client.post(f"/posts/{post}/edit", data=token | {"body": "乗っ取り"}).status_code == 403
        assert client.post(f"/posts/{post}/delete", data=token).status_code == 403
    assert "どう決めましたか。" in page(as_person("はるか"), f"/topics/{topic}")


def test_a_deleted_post_leaves_its_place_and_can_be_put_back(town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["questions"])
    answer = factories.answer("はるか", topic, "消すかもしれない答え")
    factories.answer("さくら", topic, "その下の返事", answer)
    client = as_person("はるか")
    send(client, f"/topics/{topic}", f"/posts/{answer}/delete")
    shown = page(as_person("みどり"), f"/topics/{topic}")
    assert "消すかもしれない答え" not in shown
    assert "この書き込みは、書いた人が消しました。" in shown
    assert "その下の返事" in shown
    assert one(Topic.post_count) == 2

    send(client, f"/topics/{topic}", f"/posts/{answer}/undelete")
    assert "消すかもしれない答え" in page(as_person("みどり"), f"/topics/{topic}")
    assert one(Topic.post_count) == 3


def test_a_topic_nobody_has_answered_goes_with_its_opening_post(town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["exchange"], "間違えた話題")
    post = factories.post_id(topic, 1)
    client = as_person("みどり")
    send(client, f"/topics/{topic}", f"/posts/{post}/delete")
    assert as_person("はるか").get(f"/topics/{topic}").status_code == 404
    assert "間違えた話題" not in page(as_person("はるか"), "/boards/exchange")
    assert db.session.scalar(select(Board.topic_count).where(Board.id == town["exchange"])) == 0
    end_reading()
    send(client, "/boards/exchange/new", f"/posts/{post}/undelete")
    assert "間違えた話題" in page(as_person("はるか"), "/boards/exchange")


def test_deleting_the_only_answer_makes_the_question_unanswered_again(town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["questions"])
    answer = factories.answer("はるか", topic)
    send(as_person("みどり"), f"/topics/{topic}", f"/posts/{answer}/accept")
    send(as_person("はるか"), f"/topics/{topic}", f"/posts/{answer}/delete")
    assert one(Topic.state) == "unanswered"
    assert one(Topic.accepted_post_id) is None
    assert one(Topic.last_post_id) == factories.post_id(topic, 1)


def test_a_reaction_is_set_and_taken_back_and_never_ones_own(town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["questions"])
    post = factories.post_id(topic, 1)
    client = as_person("みせばん")
    send(client, f"/topics/{topic}", f"/posts/{post}/react", kind="me_too")
    assert "私も知りたい 1人" in page(client, f"/topics/{topic}")
    send(client, f"/topics/{topic}", f"/posts/{post}/react", kind="me_too")
    assert "私も知りたい 1人" not in page(client, f"/topics/{topic}")
    own = as_person("みどり")
    assert (
        own.post(f"/posts/{post}/react", data=factories.form(own, f"/topics/{topic}", kind="useful")).status_code == 403
    )
    reply = factories.answer("はるか", topic)
    wrong = client.post(f"/posts/{reply}/react", data=factories.form(client, f"/topics/{topic}", kind="me_too"))
    assert wrong.status_code == 403


def test_htmx_gets_the_new_post_alone(town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["exchange"])
    client = as_person("はるか")
    fields = factories.form(client, f"/topics/{topic}", body="その場に出る返信")
    part = client.post(f"/topics/{topic}/reply", data=fields, headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "その場に出る返信" in part
    assert "<html" not in part
    assert 'id="post-2"' in part


def test_a_preview_shows_the_text_and_stores_nothing(town: dict[str, int], as_person: Browser) -> None:
    client = as_person("みどり")
    fields = factories.form(client, "/boards/exchange/new", body="**見え方**", do="preview")
    shown = client.post("/boards/exchange/new", data=fields).get_data(as_text=True)
    assert "<strong>見え方</strong>" in shown
    assert "**見え方**</textarea>" in shown
    assert db.session.scalars(select(Topic.id)).all() == []


def test_the_live_preview_is_a_part_of_a_page(town: dict[str, int], as_person: Browser) -> None:
    client = as_person("みどり")
    fields = factories.form(client, "/boards/exchange/new", body="**その場で**")
    part = client.post("/preview", data=fields, headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "<strong>その場で</strong>" in part
    assert "<html" not in part
    assert "20,000文字まで" in client.post("/preview", data=fields | {"body": "あ" * 20_001}).get_data(as_text=True)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "本文が空です"),
        ("　 \n", "本文が空です"),
        ("あ" * 20_001, "20,000文字まで"),
        ("[" * 201, "["),
    ],
)
def test_a_text_that_cannot_be_taken_says_why_and_stays_in_the_form(
    town: dict[str, int], as_person: Browser, body: str, said: str
) -> None:
    client = as_person("みどり")
    fields = factories.form(client, "/boards/exchange/new", body=body, title="題名は残る")
    response = client.post("/boards/exchange/new", data=fields)
    shown = response.get_data(as_text=True)
    assert response.status_code == 422
    assert said in shown
    assert "題名は残る" in shown
    assert body.strip() in shown
    assert db.session.scalars(select(Topic.id)).all() == []


def test_a_permalink_leads_to_the_page_and_place_of_the_post(town: dict[str, int], client: FlaskClient) -> None:
    topic = factories.topic("みどり", town["exchange"])
    first = factories.answer("はるか", topic, "最初の返信")
    for number in range(30):
        last = factories.answer("さくら", topic, f"返信その{number}")
    factories.answer("みどり", topic, "最初の返信への返信", first)
    assert client.get(f"/posts/{first}").headers["Location"] == f"/topics/{topic}#post-2"
    assert client.get(f"/posts/{last}").headers["Location"] == f"/topics/{topic}?page=2#post-32"
    nested = factories.post_id(topic, 33)
    assert client.get(f"/posts/{nested}").headers["Location"] == f"/topics/{topic}#post-33"
    assert client.get(f"/posts/{nested}?order=time").headers["Location"].endswith("?order=time&page=2#post-33")


def test_unread_marks_follow_what_was_read(town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["exchange"], "長い話題")
    for number in range(40):
        factories.answer("はるか", topic, f"続き{number}")
    reader = as_person("さくら")
    assert "新着41" in page(reader, "/boards/exchange")
    page(reader, f"/topics/{topic}")
    assert "新着16" in page(reader, "/boards/exchange")
    # The second page next: "next unread" leads to the first post not yet seen.
    assert reader.get(f"/topics/{topic}/unread").headers["Location"].endswith(f"/posts/{factories.post_id(topic, 26)}")
    page(reader, f"/topics/{topic}?page=2")
    assert "新着" not in re.sub(r"新着[^0-9]", "", page(reader, "/boards/exchange"))
    factories.answer("みどり", topic, "新しい一件")
    assert "新着1<" in page(reader, "/boards/exchange")
    assert reader.get("/unread").headers["Location"] == f"/topics/{topic}/unread"
    assert db.session.scalar(select(Topic.reader_count)) == 1


def test_a_page_read_twice_writes_nothing_the_second_time(
    town: dict[str, int], as_person: Browser, statements: Statements
) -> None:
    topic = factories.topic("みどり", town["exchange"])
    reader = as_person("はるか")
    page(reader, f"/topics/{topic}")
    with statements:
        page(reader, f"/topics/{topic}")
    assert [sql for sql in statements if not sql.lstrip().upper().startswith("SELECT")] == []


def test_versions_hold_no_author_of_their_own() -> None:
    assert "author_id" not in PostVersion.__table__.columns
