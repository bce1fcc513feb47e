"""Answering by a personal link: what it opens, what it changes, and what it gives away."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select, text, update

from sccafe.accounts.models import User, UserSession
from sccafe.boards import anonymity, measures, service
from sccafe.boards.models import Board, Post, PostVersion, Topic
from sccafe.core import checks, clock, site_settings
from sccafe.core.database import db, end_reading, writing
from sccafe.moderation import erasing
from sccafe.prompts import tokens
from sccafe.prompts.models import PrivateAnswer, Prompt, PromptRecipient
from tests import factories
from tests.prompts import asking
from tests.prompts.asking import answered, names, page

Browser = Callable[[str], FlaskClient]
GUEST = "hana@example.org"


@pytest.fixture
def prompt(town: dict[str, int]) -> int:
    """A prompt on the exchange, sent to みどり, はるか and somebody without an account."""
    made = asking.ask(town["exchange"])
    asking.send(made, GUEST, roles=("member",))
    return made


@pytest.fixture
def guest(app: Flask, prompt: int) -> str:
    """The link of somebody without an account."""
    return asking.link_to(app, GUEST)


@pytest.fixture
def midori(app: Flask, prompt: int) -> str:
    """The link of a member."""
    return asking.link_to(app, factories.email_of("みどり"))


def all_is_well() -> None:
    for name in ("topics: number of posts", "topics: newest post", "posts: paths", "boards: number of topics"):
        assert list(checks._checks[name]()) == [], name
    assert list(checks._checks["prompts: figures"]()) == []
    end_reading()


def posts() -> list[str]:
    """State and text of every answer, from the oldest."""
    rows = db.session.execute(select(Post.state, Post.source).where(Post.number > 1).order_by(Post.id)).all()
    end_reading()
    return [f"{row.state} {row.source}" for row in rows]


def private() -> list[tuple[str, str]]:
    rows = db.session.execute(select(PrivateAnswer.name, PrivateAnswer.source).order_by(PrivateAnswer.id)).all()
    end_reading()
    return [(row.name, row.source) for row in rows]


# --- one field and one press ----------------------------------------------------------------------------


def test_an_answer_takes_one_field_and_one_press_and_appears_in_the_topic(
    app: Flask, prompt: int, guest: str, client: FlaskClient
) -> None:
    shown = page(client, guest)
    assert asking.QUESTION in shown
    assert "<strong>教えて</strong>" in shown
    assert "この書き込みは、サイトを訪れたすべての人が読めます。" in shown
    fields = factories.form(client, guest, body="バスが減りました。", shown="anonymous", name="")
    assert client.post(guest, data=fields).headers["Location"] == guest
    assert "答えを受け取り" in page(client, guest)
    topic = page(client, f"/topics/{asking.topic_of(prompt)}")
    assert "バスが減りました。" in topic
    assert "匿名A" in topic
    assert asking.figures(prompt) == (3, 1, 1, 1)
    all_is_well()


def test_a_named_answer_stands_under_the_handle_or_the_name_that_was_typed(
    prompt: int, guest: str, midori: str, client: FlaskClient
) -> None:
    answered(client, guest, "バスが減りました。", "named", name="山田 花子")
    answered(client, midori, "こちらも同じです。", "named")
    topic = asking.topic_of(prompt)
    assert names(client, topic) == ["なかむら", "山田 花子", "みどり"]
    assert page(client, f"/topics/{topic}").count("登録していない方") == 1
    assert 'href="/members/みどり"' in page(client, f"/topics/{topic}")


@pytest.mark.parametrize(
    "name", ["", "事務局", "事務局 山田", "匿名A", "SCカフェ", "山田\u202e花子", "あ" * 21, "<b>山田</b>"]
)
def test_a_name_that_may_be_taken_for_others_is_refused_and_the_text_stays(
    prompt: int, guest: str, client: FlaskClient, name: str
) -> None:
    refused = asking.answer(client, guest, "消えては困る文", "named", name=name)
    assert refused.status_code == 422
    assert "消えては困る文" in refused.get_data(as_text=True)
    assert posts() == []


def test_a_family_name_of_one_character_is_a_name(prompt: int, guest: str, client: FlaskClient) -> None:
    answered(client, guest, "バスが減りました。", "named", name="林")
    assert names(client, asking.topic_of(prompt)) == ["なかむら", "林"]


def test_an_answer_that_is_not_published_is_read_by_the_secretariat_alone(
    prompt: int, guest: str, midori: str, client: FlaskClient, as_person: Browser
) -> None:
    answered(client, guest, "**ここだけ**の話です。", "private", name="山田")
    answered(client, midori, "わたしもです。", "private")
    staff = page(as_person("なかむら"), f"/prompts/{prompt}")
    assert "<strong>ここだけ</strong>の話です。" in staff
    assert "山田" in staff
    assert "お名前なし" in staff
    assert "みどり" not in staff
    for reader in (client, as_person("みどり"), as_person("なかむら")):
        assert "ここだけ" not in page(reader, f"/topics/{asking.topic_of(prompt)}")
    assert asking.figures(prompt) == (3, 2, 2, 0)
    for table in db.metadata.sorted_tables:
        assert "ここだけ" not in str(db.session.execute(text(f'SELECT * FROM "{table.name}"')).all()), table.name
    end_reading()


def test_an_empty_answer_and_one_that_renders_badly_are_refused_with_what_was_typed(
    prompt: int, guest: str, client: FlaskClient
) -> None:
    assert asking.answer(client, guest, " \n").status_code == 422
    long = asking.answer(client, guest, "あ" * 20001)
    assert long.status_code == 422
    assert "あ" * 20001 in long.get_data(as_text=True)
    assert asking.answer(client, guest, "文", "loudly").status_code == 422
    assert posts() == []


# --- the link ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["x", "0" * 43, "../sign-in", "あ"])
def test_a_forged_link_opens_nothing_in_the_same_words(
    prompt: int, guest: str, client: FlaskClient, token: str
) -> None:
    fields = factories.form(client, "/sign-in", body="文", shown="anonymous")
    for address in (f"/answer/{token}", f"/answer/{token}/stop", f"/written/{token}"):
        if "../" in token:
            continue
        assert client.get(address).status_code == 410
        assert client.post(address, data=fields).status_code == 410
    assert client.post(f"/answer/{token}/opened", data=fields).status_code in (404, 410)
    assert posts() == []


def test_a_link_with_a_zero_byte_is_no_address_here(prompt: int, guest: str, client: FlaskClient) -> None:
    fields = factories.form(client, "/sign-in", body="文", shown="anonymous")
    for address in ("/answer/%00", "/answer/%00/stop", "/written/%00", f"/answer/{guest}%00"):
        assert client.get(address).status_code == 404
        assert client.post(address, data=fields).status_code == 404
    assert posts() == []


def test_one_changed_character_makes_another_link(prompt: int, guest: str, client: FlaskClient) -> None:
    changed = guest[:-2] + ("A" if guest[-2] != "A" else "B") + guest[-1]
    page(client, changed, 410)


def test_a_link_answers_its_own_prompt_and_nothing_else(
    app: Flask, town: dict[str, int], prompt: int, guest: str, midori: str, client: FlaskClient
) -> None:
    other = asking.ask(town["meeting"])
    asking.send(other, GUEST)
    answered(client, midori, "バスが減りました。", "named")
    assert asking.figures(other)[1:] == (0, 0, 0)
    token = midori.removeprefix("/answer/")
    for address in (f"/written/{token}", f"/sign-up/confirm/{token}", f"/reset-password/{token}"):
        assert client.get(address).status_code == 410
    for address in ("/settings", "/notifications", "/bookmarks"):
        assert "みどり" not in client.get(address).get_data(as_text=True)
    assert client.get("/settings").status_code == 303
    post = db.session.scalar(select(Post.id).where(Post.source == "バスが減りました。"))
    assert db.session.scalars(select(UserSession.id)).all() == []
    end_reading()
    assert client.get(f"/posts/{post}/edit").status_code == 303


def test_its_pages_are_kept_by_nobody_found_by_no_search_engine_and_named_to_no_other_site(
    guest: str, client: FlaskClient
) -> None:
    for address in (guest, f"{guest}/stop", "/answer/wrong"):
        headers = client.get(address).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Robots-Tag"].startswith("noindex")
        assert headers["Referrer-Policy"] == "no-referrer"


def test_opening_the_page_changes_nothing_and_touching_its_field_counts_once(
    prompt: int, guest: str, client: FlaskClient
) -> None:
    def everything() -> str:
        rows = [db.session.execute(table.select()).all() for table in db.metadata.sorted_tables]
        end_reading()
        return str(rows)

    before = everything()
    for _look in range(3):
        client.get(guest)
        client.head(guest)
        client.get(f"{guest}/stop")
    assert everything() == before
    page(client, f"{guest}/opened", 405)
    fields = factories.form(client, guest)
    for _touch in range(2):
        assert client.post(f"{guest}/opened", data=fields).status_code == 204
    assert asking.figures(prompt) == (3, 1, 0, 0)
    answered(client, guest, "バスが減りました。")
    assert asking.figures(prompt) == (3, 1, 1, 1)


def test_a_form_without_its_token_does_nothing(prompt: int, guest: str, client: FlaskClient) -> None:
    response = client.post(guest, data={"body": "消えては困る文", "shown": "named"})
    assert response.status_code == 400
    assert "消えては困る文" in response.get_data(as_text=True)
    assert posts() == []


def test_a_link_opened_by_somebody_else_who_is_signed_in_answers_for_whom_it_is(
    prompt: int, midori: str, as_person: Browser, client: FlaskClient
) -> None:
    other = as_person("はるか")
    assert other.post(midori, data=factories.form(other, midori, body="文", shown="named")).status_code == 303
    assert names(client, asking.topic_of(prompt)) == ["なかむら", "みどり"]


# --- answering again --------------------------------------------------------------------------------------


def test_the_second_use_changes_the_answer_and_keeps_its_history(prompt: int, guest: str, client: FlaskClient) -> None:
    answered(client, guest, "バスが減りました。")
    shown = page(client, guest)
    assert "バスが減りました。</textarea>" in shown
    assert "前に送った答えです" in shown
    answered(client, guest, "バスが、半分に減りました。")
    assert posts() == ["published バスが、半分に減りました。"]
    post = db.session.scalar(select(Post.id).where(Post.number == 2))
    end_reading()
    assert "バスが減りました。" in page(client, f"/posts/{post}/history")
    assert asking.figures(prompt) == (3, 1, 1, 1)


def test_sending_twice_makes_one_answer(prompt: int, guest: str, midori: str, client: FlaskClient) -> None:
    for link, shown in ((guest, "anonymous"), (midori, "named"), (midori, "named"), (guest, "anonymous")):
        answered(client, link, "同じ文", shown)
    assert posts() == ["published 同じ文", "published 同じ文"]
    assert db.session.scalar(select(func.count()).select_from(PostVersion)) == 0
    end_reading()
    for _again in range(2):
        answered(client, guest, "内緒の文", "private")
    assert private() == [("", "内緒の文")]
    assert asking.figures(prompt) == (3, 2, 2, 1)


def test_a_guest_keeps_their_alias_and_the_letters_stay_different(
    app: Flask, town: dict[str, int], prompt: int, guest: str, midori: str, client: FlaskClient
) -> None:
    topic = asking.topic_of(prompt)
    asking.send(prompt, "taro@example.org")
    other = asking.link_to(app, "taro@example.org")
    answered(client, guest, "一")
    answered(client, other, "二")
    # Under another name and back, and with others between: the letter is the same, and nobody gets it meanwhile.
    answered(client, guest, "三", "named", name="山田")
    answered(client, midori, "四")
    anonymous = service.Naming(anonymous=True)
    service.reply(factories.viewer_of("はるか"), topic, None, service.prepare("五"), naming=anonymous)
    service.reply(factories.viewer_of("みどり"), topic, None, service.prepare("六"), naming=anonymous)
    answered(client, guest, "七")
    rows = db.session.execute(select(Post.alias, Post.source).where(Post.state == "published", Post.number > 1))
    assert sorted((row.source, row.alias) for row in rows) == [
        ("七", "匿名A"),
        ("二", "匿名B"),
        ("五", "匿名D"),
        ("六", "匿名C"),
        ("四", "匿名C"),
    ]
    end_reading()
    all_is_well()


def test_an_answer_under_another_name_is_another_post(prompt: int, guest: str, client: FlaskClient) -> None:
    answered(client, guest, "名前を出した文", "named", name="山田")
    answered(client, guest, "名前を出さない文", "anonymous")
    shown = page(client, f"/topics/{asking.topic_of(prompt)}")
    assert "書いた人が消しました" in shown
    assert "山田" not in shown
    assert "名前を出した文" not in shown
    assert asking.figures(prompt) == (3, 1, 1, 1)


def test_an_answer_moves_between_published_and_not(
    prompt: int, guest: str, client: FlaskClient, as_person: Browser
) -> None:
    answered(client, guest, "みんなに言った文")
    answered(client, guest, "事務局だけの文", "private")
    topic = f"/topics/{asking.topic_of(prompt)}"
    assert "みんなに言った文" not in page(client, topic)
    assert private() == [("", "事務局だけの文")]
    assert asking.figures(prompt) == (3, 1, 1, 0)
    answered(client, guest, "やはり載せる文")
    assert private() == []
    assert posts() == ["published やはり載せる文"]
    # What was taken back in between does not come back as an older version.
    post = db.session.scalar(select(Post.id).where(Post.number == 2))
    end_reading()
    assert "みんなに言った文" not in page(as_person("なかむら"), f"/posts/{post}/history")
    assert "事務局だけの文" not in page(as_person("なかむら"), f"/posts/{post}/history")
    assert asking.figures(prompt) == (3, 1, 1, 1)
    all_is_well()


def test_a_member_changes_an_anonymous_answer_signed_in_as_well(
    prompt: int, midori: str, client: FlaskClient, as_person: Browser
) -> None:
    answered(client, midori, "バスが減りました。")
    post = db.session.scalar(select(Post.id).where(Post.number == 2))
    end_reading()
    writer = as_person("みどり")
    fields = factories.form(writer, f"/posts/{post}/edit", body="バスが増えました。")
    assert writer.post(f"/posts/{post}/edit", data=fields).status_code == 303
    assert "バスが増えました。</textarea>" in page(client, midori)
    writer.post(f"/posts/{post}/delete", data=factories.form(writer, f"/topics/{asking.topic_of(prompt)}"))
    assert asking.figures(prompt) == (3, 1, 1, 0)
    assert "前に送った答え" not in page(client, midori)
    answered(client, midori, "もう一度書きます。")
    assert posts() == ["published もう一度書きます。"]
    all_is_well()


# --- where no answer is taken -----------------------------------------------------------------------------


def close(what: str, prompt: int, town: dict[str, int]) -> None:
    topic = asking.topic_of(prompt)
    staff = factories.viewer_of("なかむら")
    if what == "over":
        with writing() as session:
            session.execute(update(Prompt).values(deadline=clock.now()))
    elif what in ("locked", "hidden"):
        measures.change_topic(staff, topic, what, "理由")
    elif what == "archived":
        with writing() as session:
            session.execute(update(Board).where(Board.id == town["exchange"]).values(archived=True))
    elif what == "narrowed":
        measures.move_topic(staff, topic, town["members-lounge"], "理由")
    elif what == "question hidden":
        measures.hide_post(staff, factories.post_id(topic, 1), "理由")


@pytest.mark.parametrize("what", ["over", "locked", "hidden", "archived", "narrowed", "question hidden"])
def test_where_no_answer_is_taken_the_text_is_not_lost(
    town: dict[str, int], prompt: int, guest: str, client: FlaskClient, what: str
) -> None:
    close(what, prompt, town)
    page(client, guest, 410)
    refused = asking.answer(client, guest, "消えては困る\n長い<文>", "private")
    shown = refused.get_data(as_text=True)
    assert refused.status_code == 409
    assert "消えては困る\n長い&lt;文&gt;</textarea>" in shown
    assert posts() == []
    assert private() == []
    if what in ("hidden", "narrowed"):
        assert asking.QUESTION not in shown
        assert asking.QUESTION not in page(client, guest, 410)
    assert client.post(f"{guest}/opened", data=factories.form(client, "/sign-in")).status_code == 410
    assert asking.figures(prompt) == (3, 0, 0, 0)


def test_a_board_narrowed_to_members_still_takes_the_answers_of_members(
    town: dict[str, int], prompt: int, guest: str, midori: str, client: FlaskClient
) -> None:
    close("narrowed", prompt, town)
    page(client, guest, 410)
    assert "この書き込みは、会員だけが読めます。" in page(client, midori)
    answered(client, midori, "会員の答え", "named")
    assert posts() == ["published 会員の答え"]


def test_a_suspended_members_link_opens_nothing_until_they_are_back(
    prompt: int, midori: str, client: FlaskClient
) -> None:
    with writing() as session:
        session.execute(update(User).where(User.handle == "みどり").values(state="suspended"))
    assert "みどり" not in page(client, midori, 410)
    assert asking.answer(client, midori, "文", "named").status_code == 410
    with writing() as session:
        session.execute(update(User).where(User.handle == "みどり").values(state="active"))
    page(client, midori)


def test_with_an_account_its_link_goes(prompt: int, midori: str, client: FlaskClient) -> None:
    answered(client, midori, "残る文")
    with writing() as session:
        session.execute(delete(User).where(User.handle == "みどり"))
    page(client, midori, 410)
    assert posts() == ["published 残る文"]
    assert asking.figures(prompt) == (3, 1, 1, 1)


def test_a_company_answers_what_it_was_asked_though_it_cannot_reply_otherwise(
    app: Flask, town: dict[str, int], client: FlaskClient
) -> None:
    prompt = asking.ask(town["network"])
    asking.send(prompt, roles=("industry",))
    link = asking.link_to(app, factories.email_of("みせばん"))
    answered(client, link, "車を出せます。", "named")
    assert posts() == ["published 車を出せます。"]
    with writing() as session:
        session.execute(update(Topic).values(audience="members"))
    page(client, link, 410)


def test_where_a_board_takes_no_anonymous_posts_none_is_offered_and_none_is_taken(
    town: dict[str, int], prompt: int, guest: str, client: FlaskClient
) -> None:
    with writing() as session:
        session.execute(update(Board).values(anonymous_allowed=False))
    assert "匿名で載せる" not in page(client, guest)
    assert asking.answer(client, guest, "文", "anonymous").status_code == 422
    assert posts() == []
    # One press is still enough: nothing is published then.
    assert 'value="private" id="shown-1" checked' in page(client, guest)


def test_a_hidden_answer_is_told_to_its_writer_and_cannot_be_slipped_back(
    prompt: int, guest: str, client: FlaskClient
) -> None:
    answered(client, guest, "宣伝です。")
    post = factories.post_id(asking.topic_of(prompt), 2)
    measures.hide_post(factories.viewer_of("なかむら"), post, "宣伝のため")
    assert "宣伝のため" in page(client, guest)
    for shown in ("anonymous", "named", "private"):
        assert asking.answer(client, guest, "また宣伝です。", shown, name="山田").status_code == 409
    assert posts() == ["hidden 宣伝です。"]
    assert private() == []


def test_a_strangers_first_answer_waits_where_the_secretariat_has_set_that(
    prompt: int, guest: str, client: FlaskClient, as_person: Browser
) -> None:
    with writing():
        site_settings.put(service.HOLD_FIRST_POST, True)
    answered(client, guest, "はじめての文")
    topic = f"/topics/{asking.topic_of(prompt)}"
    assert "はじめての文" not in page(client, topic)
    assert "事務局の確認を待っています" in page(client, guest)
    answered(client, guest, "直した文")
    staff = as_person("なかむら")
    held = db.session.scalar(select(Post.id).where(Post.state == "held"))
    end_reading()
    assert staff.post(f"/posts/{held}/approve", data=factories.form(staff, "/moderation")).status_code == 303
    assert "直した文" in page(client, topic)
    answered(client, guest, "また直した文", "named", name="山田")
    assert names(client, asking.topic_of(prompt)) == ["なかむら", "山田"] or "山田" not in page(client, topic)
    all_is_well()


# --- what nobody learns -----------------------------------------------------------------------------------


def _link_of(address: str | None) -> str:
    """The link of a recipient, made as the mail makes it: of the bare address, or of 700001."""
    whose = PromptRecipient.address.is_not(None) if address else PromptRecipient.user_id == 700001
    seed = db.session.scalar(select(PromptRecipient.seed).where(whose))
    end_reading()
    return f"/answer/{tokens.token_of(seed or '')}"


def test_nothing_in_the_database_says_which_recipient_wrote_an_anonymous_answer(
    app: Flask, town: dict[str, int], client: FlaskClient
) -> None:
    # Numbers that stand nowhere else: whatever holds one, holds the recipient.
    factories.person("しずか", id=700001, email="shizuka@example.jp")
    prompt = asking.ask(town["exchange"])
    asking.send(prompt, GUEST, roles=("member",))
    with writing() as session:
        session.execute(update(PromptRecipient).values(id=PromptRecipient.id + 810000))
    guest, member = _link_of(GUEST), _link_of(None)
    answered(client, guest, "だれかの文")
    answered(client, member, "だれかの別の文")
    links = {tokens.link_of(link.removeprefix("/answer/")) for link in (guest, member)}
    own = {"users", "anonymous_authors", "user_sessions", "topic_reads", "notices", "prompt_recipients"}
    for table in db.metadata.sorted_tables:
        rows = table.select()
        if table.name == "search_entries":  # by their profile everybody is found
            rows = rows.where(table.c.kind.not_in(("person", "handle")))
        for row in db.session.execute(rows).all():
            values = str(tuple(row))
            if table.name == "prompt_recipients":
                assert not any(link in values for link in links)
                assert "datetime" not in values
            elif table.name not in own:
                assert "81000" not in values, table.name
                assert 700001 not in tuple(row), table.name
    end_reading()


def test_what_is_anonymous_is_so_for_the_secretariat_too(
    prompt: int, guest: str, midori: str, client: FlaskClient, as_person: Browser
) -> None:
    answered(client, midori, "だれかの文")
    staff, post = as_person("なかむら"), factories.post_id(asking.topic_of(prompt), 2)
    for address in (f"/prompts/{prompt}", f"/topics/{asking.topic_of(prompt)}", f"/posts/{post}/hide", "/prompts"):
        assert "みどり" not in page(staff, address)
        assert GUEST not in page(staff, address)
    assert anonymity.whom_to_tell(post) == factories.viewer_of("みどり").user_id
    end_reading()


def test_a_resident_s_name_is_erased_from_prompts_and_from_every_kind_of_answer(
    town: dict[str, int], prompt: int, guest: str, midori: str, client: FlaskClient, as_person: Browser
) -> None:
    staff = factories.viewer_of("なかむら")
    question = factories.post_id(asking.topic_of(prompt), 1)
    service.edit_post(staff, question, service.prepare("山田花子さんについて。"), "山田花子さん")
    answered(client, midori, "山田花子さんのことです。", "named")
    answered(client, guest, "山田 花子さんです。", "private", name="山田花子")
    desk = as_person("なかむら")
    found = desk.post("/moderation/erase", data=factories.form(desk, "/moderation/erase", words="山田花子"))
    assert "事務局だけが読む、よびかけへの答え：1件" in found.get_data(as_text=True)
    erasing.erase_words(staff, "山田花子", "住民のお名前のため")
    assert private() == [("〔削除しました〕", "〔削除しました〕さんです。")]
    for browser, address in (
        (as_person("なかむら"), f"/prompts/{prompt}"),
        (as_person("なかむら"), "/prompts"),
        (client, guest),
        (client, midori),
        (client, f"/topics/{asking.topic_of(prompt)}"),
    ):
        assert "花子" not in page(browser, address)
