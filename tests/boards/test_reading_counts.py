"""Reading is already taking part: who said so, and that one's reactions helped."""

from collections.abc import Callable
from datetime import timedelta

from flask.testing import FlaskClient

from sccafe.boards import service
from sccafe.core import clock
from tests import factories

Browser = Callable[[str], FlaskClient]


def page(client: FlaskClient, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.get_data(as_text=True)


def react(handle: str, post: int, kind: str = "useful") -> None:
    service.react(factories.viewer_of(handle), post, kind)


def test_who_said_so_stands_on_a_page_of_the_post(town: dict[str, int], as_person: Browser) -> None:
    post = factories.post_id(factories.topic("みどり", town["exchange"]), 1)
    react("はるか", post)
    react("みせばん", post, "cheer")
    reader = as_person("さくら")
    assert f"/posts/{post}/reactions" in page(reader, "/topics/1")
    shown = page(reader, f"/posts/{post}/reactions")
    assert 'href="/members/%E3%81%AF%E3%82%8B%E3%81%8B">はるか</a>' in shown
    assert "みせばん" in shown
    assert "参考になった 1" in shown


def test_of_an_anonymous_post_only_the_counts_are_shown(town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["exchange"])
    text, naming = service.prepare("だれかのことば"), service.Naming(anonymous=True)
    post = service.reply(factories.viewer_of("さくら"), topic, None, text, naming=naming).post_id
    react("はるか", post)
    shown = page(as_person("みどり"), f"/posts/{post}/reactions")
    assert "はるか" not in shown
    assert "参考になった 1" in shown


def test_a_visitor_is_asked_to_sign_in_first(town: dict[str, int], client: FlaskClient) -> None:
    post = factories.post_id(factories.topic("みどり", town["exchange"]), 1)
    assert client.get(f"/posts/{post}/reactions").status_code == 303
    hidden = factories.post_id(factories.topic("みどり", town["members-lounge"]), 1)
    assert client.get(f"/posts/{hidden}/reactions").status_code == 404


def test_home_says_how_many_posts_ones_reactions_helped_in_the_last_week(
    town: dict[str, int], as_person: Browser
) -> None:
    posts = [factories.post_id(factories.topic("みどり", town["exchange"]), 1) for _ in range(3)]
    with clock.pretending(clock.now() - timedelta(days=8)):
        react("はるか", posts[0])
    assert "後押ししました" not in page(as_person("はるか"), "/")
    react("はるか", posts[1])
    react("はるか", posts[1], "cheer")
    react("はるか", posts[2])
    assert "あなたの反応は2件の書き込みを後押ししました" in page(as_person("はるか"), "/")
    assert "後押ししました" not in page(as_person("さくら"), "/")
