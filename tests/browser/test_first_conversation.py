"""The first thing people do here, from signing up to finding their thread again."""

import re
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from tests import factories, server
from tests.browser.conftest import Person, in_every_kind

pytestmark = pytest.mark.browser

PASSWORD = "harunohizashi-2026"


def mail_to(folder: Path, address: str) -> str:
    """The newest mail to an address, once the job thread has written it."""
    for _look in range(200):
        for file in sorted(folder.glob("*.eml"), reverse=True):
            message = message_from_bytes(file.read_bytes(), policy=policy.default)
            if message["To"] and address in message["To"]:
                return str(message.get_content())
        server.select_pause()
    raise AssertionError(f"no mail to {address}")


def sign_up(person: Person, handle: str, email: str) -> None:
    """Sign up, confirm by the mailed link with its one button, sign in."""
    page = person.page
    person.go("/sign-up")
    person.look("sign-up")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=handle]", handle)
    page.select_option("[name=coordinator_layer]", "layer2")
    page.check("[name=agree]")
    page.click("main form button:not([name]):not(.plain)")
    page.wait_for_load_state()
    person.look("sign-up-sent")
    link = re.search(r"https?://\S+/sign-up/confirm/\S+", mail_to(person.site.mail, email))
    assert link
    page.goto(link[0])
    person.look("confirm")
    page.click("main form button")
    page.wait_for_url("**/sign-in*")
    person.look("sign-in")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button:not([type=button])")
    page.wait_for_url(person.site.address + "/")


def more(page: object, number: int, words: str) -> None:
    """Choose something from a post's menu."""
    post = page.locator(f"#post-{number}")  # type: ignore[attr-defined]
    post.locator("summary").click()
    post.get_by_text(words, exact=True).click()


@in_every_kind
def test_somebody_asks_is_answered_and_finds_the_thread_again(somebody: Callable[[], Person]) -> None:
    asker, helper = somebody(), somebody()
    asker.go("/")
    asker.look("home-visitor")
    sign_up(asker, "あおい", "aoi@example.jp")
    asker.look("home-empty")

    # あおい asks in 教えて！
    page = asker.page
    asker.go("/boards/questions")
    asker.look("board-empty")
    page.click("text=質問する")
    asker.look("ask")
    page.fill("[name=title]", "サロンに男性が来てくれません")
    page.fill("[name=body]", "声をかけても**最初の一回**で終わってしまいます。\n\n- 将棋\n- 畑\n\nどうしていますか。")
    page.click("main form button.btn")
    page.wait_for_url("**/topics/*")
    asker.look("topic-asked")
    topic = re.sub(r"[?#].*", "", page.url)

    # もみじ answers, and あおい's next question is answered below it.
    sign_up(helper, "もみじ", "momiji@example.jp")
    helper.go("/lounge")
    helper.look("lounge")
    helper.page.goto(topic)
    helper.page.fill("#reply [name=body]", "うちは役割を先にお願いしました。テーブルを運ぶ係です。")
    helper.page.click("#reply button.btn")
    helper.page.wait_for_selector("#post-2")
    helper.look("topic-answered")

    page.goto(topic)
    page.locator("#post-2").get_by_text("返信する", exact=True).click()
    box = page.locator("form.reply").filter(has=page.locator("[name=parent]:not([value=''])"))
    box.locator("[name=body]").fill("係は、どなたが言い出しましたか。")
    asker.look("reply-open")
    box.locator("button.btn").click()
    page.wait_for_selector("#post-3")
    helper.page.goto(topic)
    inner = helper.page.locator("#post-3")
    assert "もみじ" in inner.inner_text()
    inner.get_by_text("返信する", exact=True).click()
    box = helper.page.locator("form.reply").filter(has=helper.page.locator("[name=parent]:not([value=''])"))
    box.locator("[name=body]").fill("ご本人です。こちらが困った顔をしたら、立ってくれました。")
    box.locator("button.btn").click()
    helper.page.wait_for_selector("#post-4")

    # あおい is told of it, accepts the nested answer, reacts, and mends the question.
    asker.go("/")
    page.get_by_role("link", name=re.compile("^お知らせ")).first.click()
    asker.look("notifications")
    assert "もみじ" in page.inner_text("main")
    page.goto(topic)
    more(page, 4, "これで解決した")
    page.wait_for_load_state()
    page.goto(topic)
    assert page.locator(".chip", has_text="解決").count() >= 1
    page.locator("#post-4").get_by_role("button", name=re.compile("参考になった")).click()
    page.wait_for_selector("#post-4 [aria-pressed=true]")
    asker.look("topic-solved")
    more(page, 1, "編集する")
    page.wait_for_url("**/edit")
    asker.look("edit")
    page.fill("[name=body]", "声をかけても最初の一回で終わっていました。役割をお願いしたら続いています。")
    page.click("main form button.btn")
    page.wait_for_url("**/topics/**")
    assert "役割をお願いしたら続いています" in page.inner_text("#post-1")
    page.locator("#post-1 header").get_by_text("編集済み").click()
    asker.look("history")

    # And finds the thread again from home.
    asker.go("/")
    page.get_by_role("link", name="サロンに男性が来てくれません").first.click()
    page.wait_for_url("**/topics/*")
    assert "もみじ" in page.inner_text("main")
    asker.go("/members/" + "あおい")
    asker.look("profile")
    asker.go("/settings")
    asker.look("settings")
    asker.go("/nowhere")
    asker.look("not-found")


@in_every_kind
def test_what_was_typed_survives_an_expired_session(somebody: Callable[[], Person]) -> None:
    factories.person("さくら", email="sakura@example.jp")
    person = somebody()
    page = person.page
    person.go("/sign-in?next=/boards/exchange/new")
    page.fill("[name=email]", "sakura@example.jp")
    page.fill("[name=password]", factories.PASSWORD)
    page.click("main form button:not([type=button])")
    page.wait_for_url("**/boards/exchange/new")
    page.fill("[name=body]", "昼休みをはさんで書いていた、消えては困る長い文です。")
    page.context.clear_cookies()
    page.click("main form button.btn")
    page.wait_for_selector("#problem")
    assert "消えては困る長い文です" in page.content()
    person.look("expired")
