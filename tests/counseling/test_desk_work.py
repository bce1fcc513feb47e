"""The desk's work page over HTTP: who finds it, what each may do there, and that nothing typed is lost."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from sccafe.core import clock
from sccafe.core.database import db, end_reading
from sccafe.counseling import reading, service
from sccafe.counseling.models import Look, OwnDraft, StepTaken
from sccafe.counseling.sealing import Person
from sccafe.counseling.service import blocks, clockwork, openings
from sccafe.counseling.service.rules import Rule, save
from tests import factories
from tests.counseling import making
from tests.counseling.making import ASKER, BODY, DESK, EXPERT, OTHER, SECOND

Browser = Callable[[str], FlaskClient]


@pytest.fixture(autouse=True)
def people(desk: None) -> Iterator[None]:
    yield


def step(browser: FlaskClient, ref: str, action: str, **fields: object) -> TestResponse:
    data = factories.form(browser, "/counseling/desk", **fields)
    return browser.post(f"/counseling/desk/{ref}/{action}", data=data, follow_redirects=True)


def opened(ref: str, handle: str = DESK) -> reading.Conversation:
    return reading.open_request(making.actor(handle), ref)


def looks_and_steps() -> tuple[int, int]:
    found = tuple(db.session.scalar(select(func.count()).select_from(table)) or 0 for table in (Look, StepTaken))
    end_reading()
    return found  # type: ignore[return-value]


ACTIONS = (
    *("take", "assign", "recall", "accept", "hand-back", "invite", "leave", "ask-back", "note", "enter", "draft"),
    *("hand-in", "send-back", "answer", "pass-on", "bring-back", "close", "withdraw", "export"),
)
FIELDS = {"body": "文です。", "reason": "理由です。", "where": "ministry", "saved": "0"}


def test_whoever_does_not_work_on_a_request_finds_no_page_and_changes_nothing(
    as_person: Browser, client: FlaskClient
) -> None:
    ref = making.request("expert")
    before = looks_and_steps()
    for browser in (as_person(ASKER), as_person(OTHER), as_person(SECOND)):
        token = factories.form(browser, "/settings")
        for address in ("", "/looks", "/open", "/files/1"):
            assert browser.get(f"/counseling/desk/{ref}{address}").status_code == 404
        for action in ACTIONS:
            sent = browser.post(f"/counseling/desk/{ref}/{action}", data=token | FIELDS)
            assert sent.status_code == 404, action
            assert BODY not in sent.text
    for address in ("", f"/{ref}", f"/{ref}/looks", f"/{ref}/open", "/new", "/blocks", "/rules", "/guidance"):
        assert client.get(f"/counseling/desk{address}").status_code == 404
    assert looks_and_steps() == before
    assert making.state_of(ref) == "expert"


def test_the_pages_of_the_desk_are_not_there_for_members_and_experts(as_person: Browser) -> None:
    for handle in (OTHER, EXPERT):
        browser = as_person(handle)
        token = factories.form(browser, "/settings")
        for address in ("new", "blocks", "blocks/1", "rules", "guidance"):
            assert browser.get(f"/counseling/desk/{address}").status_code == 404
            assert browser.post(f"/counseling/desk/{address}", data=token | FIELDS).status_code == 404
    assert as_person(OTHER).get("/counseling/desk").status_code == 404


def test_a_request_goes_its_way_by_the_forms_of_desk_and_experts(as_person: Browser) -> None:
    ref = making.request("new")
    desk, expert, second = as_person(DESK), as_person(EXPERT), as_person(SECOND)
    assert "受け取りました" in step(desk, ref, "take").text
    step(desk, ref, "assign", expert=making.user_id(EXPERT), reason="経験があります")
    assert "この相談をお願いしています" in expert.get(f"/counseling/desk/{ref}").text
    assert "引き受けました" in step(expert, ref, "accept").text
    step(expert, ref, "invite", expert=making.user_id(SECOND))
    step(second, ref, "accept")
    assert step(second, ref, "note", body="わたしも読みました。").status_code == 200
    step(expert, ref, "ask-back", body="いつごろからですか。")
    assert "期限は止まっています" in desk.get(f"/counseling/desk/{ref}").text
    service.write(making.actor(ASKER), ref, "春からです。")
    assert "抜けました" in step(second, ref, "leave", reason="ここまでで").text
    page = step(expert, ref, "answer", body="議題に入れてもらいましょう。", saved="0")
    assert "答えを送りました" in page.text
    assert making.state_of(ref) == "answered"
    step(desk, ref, "close")
    history = desk.get(f"/counseling/desk/{ref}").text
    assert "経験があります" in history
    assert "専門家にお願いした" in history
    assert making.state_of(ref) == "closed"


def test_what_only_the_desk_does(as_person: Browser) -> None:
    desk = as_person(DESK)
    ref = making.request("expert")
    step(desk, ref, "recall", reason="担当を替えます")
    step(desk, ref, "pass-on", where="ministry", reason="法令の確かめ")
    assert "照会先：国" in desk.get(f"/counseling/desk/{ref}").text
    step(desk, ref, "bring-back", reason="返事が来ました")
    assert making.state_of(ref) == "routing"
    step(desk, ref, "withdraw", reason="電話で申し出がありました")
    assert making.state_of(ref) == "withdrawn"
    handed_back = making.request("expert")
    away = step(as_person(EXPERT), handed_back, "hand-back", reason="今月は手が足りません")
    assert away.request.path == "/counseling/desk"
    assert "今月は手が足りません" in desk.get(f"/counseling/desk/{handed_back}").text


@pytest.mark.parametrize(
    ("state", "action", "fields", "kept"),
    [
        ("expert", "recall", {"reason": " "}, ""),
        ("routing", "pass-on", {"reason": "法令の確かめ"}, "法令の確かめ"),
        ("routing", "assign", {"expert": "", "reason": "この方がよいです"}, "この方がよいです"),
        ("expert", "invite", {"expert": EXPERT, "reason": "もう一度"}, "もう一度"),
        ("expert", "ask-back", {"body": "[" * 300}, "[" * 300),
        ("expert", "note", {"body": ""}, ""),
        ("expert", "answer", {"body": "[" * 300, "saved": "0"}, "[" * 300),
        ("routing", "withdraw", {"reason": ""}, ""),
    ],
)
def test_a_wrong_form_comes_back_with_what_was_typed(
    as_person: Browser, state: str, action: str, fields: dict[str, str], kept: str
) -> None:
    ref = making.request(state)
    if fields.get("expert"):
        fields = fields | {"expert": str(making.user_id(fields["expert"]))}
    page = step(as_person(DESK), ref, action, **fields)
    assert page.status_code == 422
    assert "まだ済んでいません" in page.text
    assert kept in page.text
    assert making.state_of(ref) == state


def test_a_step_that_is_not_open_any_more_gives_back_the_words(as_person: Browser) -> None:
    ref = making.request("answered")
    page = step(as_person(EXPERT), ref, "ask-back", body="もうひとつ聞かせてください。")
    assert page.status_code == 403
    assert "もうひとつ聞かせてください。" in page.text
    assert "開き直して確かめてください" in page.text
    assert len(opened(ref).messages) == 2


def test_an_expert_who_is_recalled_while_writing_keeps_the_words_and_not_the_request(as_person: Browser) -> None:
    ref, expert = making.request("expert"), as_person(EXPERT)
    service.recall(making.actor(DESK), ref, "担当を替えます")
    page = step(expert, ref, "answer", body="一時間かけて書いた答え", saved="0")
    assert page.status_code == 404
    assert "一時間かけて書いた答え" in page.text
    unknown = step(expert, "ABCDEFGHJK", "answer", body="一時間かけて書いた答え", saved="0")
    assert unknown.text.replace("ABCDEFGHJK", ref) == page.text
    assert len(opened(ref).messages) == 1


def test_what_is_typed_into_one_form_stays_while_another_is_sent(as_person: Browser) -> None:
    ref = making.request("expert")
    desk, expert = as_person(DESK), as_person(EXPERT)
    step(expert, ref, "keep/answer", body="書きかけの答え", saved="0")
    step(expert, ref, "keep/ask_back", body="書きかけのおたずね")
    page = step(expert, ref, "note", body="内部の連絡です。").text
    assert "書きかけの答え" in page
    assert "前に書きかけた文を戻しました" in page
    assert "書きかけのおたずね" in page
    assert "書きかけ" not in desk.get(f"/counseling/desk/{ref}").text
    step(desk, ref, "draft", body="窓口の下書き", saved="0")
    assert step(expert, ref, "draft", body="書きかけの答え", saved="0").status_code == 409
    after = step(expert, ref, "draft", body="書きかけの答え", do="discard").text
    assert "窓口の下書き" in after
    assert "書きかけの答え" not in after
    step(expert, ref, "ask-back", body="書きかけのおたずね")
    assert db.session.scalar(select(func.count()).select_from(OwnDraft)) == 0
    end_reading()
    stranger = as_person(OTHER)
    data = factories.form(stranger, "/settings", body="よその文")
    assert stranger.post(f"/counseling/desk/{ref}/keep/answer", data=data).status_code == 404


def test_of_two_who_save_the_draft_the_second_sees_both_texts_and_chooses(as_person: Browser) -> None:
    ref = making.request("expert")
    desk, expert = as_person(DESK), as_person(EXPERT)
    step(expert, ref, "draft", body="専門家の文です。", saved="0")
    clash = step(desk, ref, "draft", body="窓口の文です。", saved="0")
    assert clash.status_code == 409
    assert f"{EXPERT}さんが、先に保存していました" in clash.text
    assert "専門家の文です。" in clash.text
    assert "窓口の文です。" in clash.text
    saved = factories.hidden(clash, "saved")
    swapped = step(desk, ref, "draft", body="窓口の文です。", other="専門家の文です。", saved=saved, do="swap")
    assert swapped.text.index("専門家の文です。") < swapped.text.index("窓口の文です。")
    assert opened(ref).draft == "専門家の文です。"
    step(desk, ref, "draft", body="専門家の文です。窓口も足しました。", saved=saved)
    assert opened(ref).draft == "専門家の文です。窓口も足しました。"
    late = step(expert, ref, "answer", body="古い文です。", saved="1")
    assert late.status_code == 409
    assert making.state_of(ref) == "expert"


def test_an_answer_of_a_category_with_a_second_look_goes_by_the_desk(as_person: Browser) -> None:
    save(making.actor(DESK), {"workplace": Rule(second_look=True)}, {})
    ref = making.request("expert")
    desk, expert = as_person(DESK), as_person(EXPERT)
    page = expert.get(f"/counseling/desk/{ref}").text
    assert "確認に出す" in page
    assert "相談した方に送る" not in page
    refused = step(expert, ref, "answer", body="すぐに送りたい文です。", saved="0")
    assert refused.status_code == 403
    assert "すぐに送りたい文です。" in refused.text
    step(expert, ref, "hand-in", body="答えの案です。", saved="0")
    assert "答えの確認待ち" in desk.get("/counseling/desk").text
    step(desk, ref, "send-back", reason="出典を足してください")
    assert "出典を足してください" in expert.get(f"/counseling/desk/{ref}").text
    step(expert, ref, "hand-in", body="出典のある答えです。", saved=str(opened(ref).draft_saved))
    step(desk, ref, "answer", body="出典のある答えです。", saved=str(opened(ref).draft_saved))
    answer = opened(ref, ASKER).messages[-1]
    assert (answer.capacity, answer.handle) == ("expert", EXPERT)


def test_nobody_has_the_second_look_at_an_answer_of_their_own(as_person: Browser) -> None:
    save(making.actor(DESK), {"workplace": Rule(second_look=True)}, {})
    making.is_expert(DESK)
    factories.person("つくし", "secretariat", counseling_desk=True)
    ref, own = making.request("routing"), as_person(DESK)
    service.assign(making.actor(DESK), ref, making.user_id(DESK))
    service.accept(making.actor(DESK), ref)
    page = own.get(f"/counseling/desk/{ref}").text
    assert "確認に出す" in page
    assert "相談した方に送る" not in page
    step(own, ref, "hand-in", body="答えの案です。", saved="0")
    assert step(own, ref, "answer", body="答えの案です。", saved="1").status_code == 403
    # Nor by giving it back first.
    step(own, ref, "hand-back", reason="別の方に")
    assert "相談した方に送る" not in own.get(f"/counseling/desk/{ref}").text
    assert step(own, ref, "answer", body="答えの案です。", saved="1").status_code == 403
    assert "相談した方に送る" in as_person("つくし").get(f"/counseling/desk/{ref}").text
    assert step(as_person("つくし"), ref, "answer", body="答えの案です。", saved="1").status_code == 200
    assert making.state_of(ref) == "answered"


@pytest.mark.parametrize("saves_it_first", [False, True])
def test_what_the_desk_rewrites_goes_out_in_the_desks_name(as_person: Browser, saves_it_first: bool) -> None:
    ref, desk = making.request("expert"), as_person(DESK)
    service.hand_in(making.actor(EXPERT), ref, "専門家の文です。", 0)
    if saves_it_first:
        step(desk, ref, "draft", body="窓口が書きかえました。", saved="1")
    step(desk, ref, "answer", body="窓口が書きかえました。", saved=str(opened(ref).draft_saved))
    answer = opened(ref, ASKER).messages[-1]
    assert (answer.capacity, answer.handle) == ("desk", DESK)


def test_whoever_cannot_take_it_on_finds_the_form_open(as_person: Browser) -> None:
    ref = making.request("expert")
    service.invite(making.actor(DESK), ref, making.user_id(SECOND))
    invited = as_person(SECOND).get(f"/counseling/desk/{ref}").text
    assert "もう一人の専門家として" in invited
    assert "相談窓口に戻ります" not in invited
    assert "?open=leave#step-leave" in invited
    assert (
        '<details class="fold" id="step-leave" open>'
        in as_person(SECOND).get(f"/counseling/desk/{ref}?open=leave").text
    )


def test_while_the_asker_owes_a_reply_it_is_said_why_no_answer_can_be_sent(as_person: Browser) -> None:
    ref = making.request("asker")
    page = as_person(EXPERT).get(f"/counseling/desk/{ref}").text
    assert "お返事が届くと、答えを書いて送れます。" in page
    assert "お返事が届くと" not in as_person(EXPERT).get(f"/counseling/desk/{making.request('expert')}").text


def test_a_clash_is_said_at_the_head_of_the_page_where_the_eye_is_led(as_person: Browser) -> None:
    ref = making.request("expert")
    service.save_draft(making.actor(EXPERT), ref, "専門家の文です。", 0)
    page = step(as_person(DESK), ref, "draft", body="窓口の文です。", saved="0").text
    assert page.index('id="problems"') < page.index("先に保存していました") < page.index('id="answer"')


def test_an_internal_note_is_seen_by_insiders_and_never_by_the_asker_or_whoever_is_only_asked(
    as_person: Browser,
) -> None:
    ref = making.request("expert")
    service.invite(making.actor(DESK), ref, making.user_id(SECOND))
    step(as_person(DESK), ref, "note", body="上司の方には知らせないこと。")
    assert "上司の方には知らせないこと。" in as_person(EXPERT).get(f"/counseling/desk/{ref}").text
    asked = as_person(SECOND).get(f"/counseling/desk/{ref}").text
    assert BODY in asked
    assert "上司の方には知らせないこと。" not in asked
    assert opened(ref, ASKER).notes == ()


def test_a_text_block_is_put_into_the_draft_with_its_blanks_filled_in_and_nothing_is_saved(as_person: Browser) -> None:
    ref = making.request("expert", naming="anonymous")
    block = blocks.add(making.actor(DESK), "結び", "{name}、{category}の担当の{expert}です。{phone}は{unknown}")
    page = step(as_person(EXPERT), ref, "draft", body="書きかけの文", saved="0", do="block", block=block)
    assert "書きかけの文\n\nご相談くださった方、職場・働き方・気持ちの担当のはるかです。{phone}は{unknown}" in page.text
    assert opened(ref).draft == ""
    preview = step(as_person(EXPERT), ref, "draft", body="**強く**", saved="0", do="preview").text
    assert "<strong>強く</strong>" in preview


def test_an_asker_without_a_name_for_experts_has_one_for_the_desk(as_person: Browser) -> None:
    person = Person(name="田中花子", email="hanako@example.jp", telephone="03-0000-0000", employer="青空社協")
    ref = making.request("expert", naming="anonymous", person=person)
    desk, expert = (as_person(handle).get(f"/counseling/desk/{ref}").text for handle in (DESK, EXPERT))
    for said in ("田中花子", "hanako@example.jp", "03-0000-0000", "青空社協"):
        assert said in desk
        assert said not in expert
    named = making.request("expert", naming="named", person=person)
    page = as_person(EXPERT).get(f"/counseling/desk/{named}").text
    assert "田中花子" in page
    assert "hanako@example.jp" not in page


def test_whoever_else_has_a_request_open_is_named_for_five_minutes(as_person: Browser) -> None:
    ref = making.request("expert")
    desk, expert = as_person(DESK), as_person(EXPERT)
    assert "もいま開いています" not in expert.get(f"/counseling/desk/{ref}").text
    before = looks_and_steps()
    assert f"ほかの方（{EXPERT}さん）もいま開いています" in desk.get(f"/counseling/desk/{ref}/open").text
    assert looks_and_steps() == before
    later = clock.now() + timedelta(minutes=6)
    with clock.pretending(later):
        assert "もいま開いています" not in desk.get(f"/counseling/desk/{ref}/open").text
    with clock.pretending(later + timedelta(days=2)):
        clockwork.forget()
        assert openings.others(making.actor(EXPERT), opened(ref).id) == []


def test_what_the_asker_said_by_telephone_is_entered_for_them_alone_who_called(as_person: Browser) -> None:
    desk = as_person(DESK)
    by_form = making.request("routing")
    assert "相談した方から聞いたことを書きとめる" not in desk.get(f"/counseling/desk/{by_form}").text
    assert step(desk, by_form, "enter", body="代わりに書きました。").status_code == 403
    called = making.request("routing", asker="", way="telephone")
    step(desk, called, "enter", body="あとから、こうも話されました。")
    assert "あとから、こうも話されました。" in opened(called).messages[-1].html


def test_no_word_of_a_request_is_in_a_flash_or_the_logs(as_person: Browser, caplog: pytest.LogCaptureFixture) -> None:
    ref, desk = making.request("expert"), as_person(DESK)
    for action, fields in (("note", {"body": "ひみつの連絡"}), ("draft", {"body": "ひみつの答え", "saved": "0"})):
        data = factories.form(desk, "/counseling/desk", **fields)
        sent = desk.post(f"/counseling/desk/{ref}/{action}", data=data)
        assert sent.status_code == 303
        with desk.session_transaction() as cookie:
            assert "ひみつ" not in repr(dict(cookie))
    step(desk, ref, "assign", expert="1", reason="ひみつの理由")
    assert "ひみつ" not in caplog.text
    assert BODY not in caplog.text


def test_a_work_page_takes_a_bounded_number_of_statements(as_person: Browser, statements: list[str]) -> None:
    ref = making.request("expert")
    for number in range(3):
        service.note(making.actor(DESK), ref, f"連絡{number}")
    desk = as_person(DESK)
    desk.get(f"/counseling/desk/{ref}")
    with statements:  # type: ignore[attr-defined]
        page = desk.get(f"/counseling/desk/{ref}")
    assert page.headers["Cache-Control"] == "no-store"
    assert len(statements) <= 28, len(statements)
