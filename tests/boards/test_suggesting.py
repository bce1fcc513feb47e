"""What is offered from the text while and after it is written: themes, and answers that are there already."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from sccafe.boards import service
from sccafe.boards.suggesting import themes_for
from sccafe.core import taxonomy
from tests import factories

Browser = Callable[[str], FlaskClient]


@pytest.mark.parametrize(
    ("text", "themes"),
    [
        ("移動販売の車がスーパーの前に来ます。買い物の話です。", ["shopping", "mobility"]),
        ("サロンで見守りの話が出ました。サロンの後です。", ["gathering", "watching"]),
        ("ＬＩＮＥで連絡しています。", ["ict"]),
        ("こんにちは。", []),
        ("", []),
    ],
)
def test_themes_are_found_in_a_text_the_most_spoken_of_first(text: str, themes: list[str]) -> None:
    assert themes_for(text)[: len(themes)] == themes
    assert len(themes_for(text)) <= 3
    assert themes or themes_for(text) == []


def test_every_theme_has_words_and_all_words_have_a_theme() -> None:
    from sccafe.boards.suggesting import _words

    assert set(_words()) == {option.key for option in taxonomy.options("theme")}
    assert all(_words().values())


def test_whoever_opened_a_topic_gives_it_a_theme_with_one_press(town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["exchange"], "サロンのこと", "サロンの担い手が集まりません。")
    starter = as_person("みどり")
    shown = starter.get(f"/topics/{topic}").get_data(as_text=True)
    assert 'name="theme" value="gathering"' in shown
    assert 'name="theme"' not in as_person("はるか").get(f"/topics/{topic}").get_data(as_text=True)
    fields = factories.form(starter, f"/topics/{topic}", theme="gathering")
    assert starter.post(f"/topics/{topic}/themes", data=fields).status_code == 303
    shown = starter.get(f"/topics/{topic}").get_data(as_text=True)
    assert "通いの場・居場所・サロン" in shown
    assert 'name="theme"' not in shown


def test_nobody_else_gives_a_topic_a_theme(town: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", town["exchange"], "サロンのこと", "サロンの担い手が集まりません。")
    other = as_person("はるか")
    fields = factories.form(other, f"/topics/{topic}", theme="gathering")
    assert other.post(f"/topics/{topic}/themes", data=fields).status_code == 403
    starter = as_person("みどり")
    fields = factories.form(starter, f"/topics/{topic}", theme="nonsense")
    assert starter.post(f"/topics/{topic}/themes", data=fields).status_code == 404


def test_answered_questions_on_the_same_themes_are_shown_while_a_question_is_typed(
    town: dict[str, int], as_person: Browser
) -> None:
    answered = _question(town["questions"], "買い物に行けない方がいます", ["shopping"])
    factories.answer("はるか", answered)
    waiting = _question(town["questions"], "移動販売を呼びたい", ["shopping"])
    hidden = _question(town["members-lounge"], "会員だけの買い物の話", ["shopping"])
    factories.answer("はるか", hidden)
    client = as_person("みせばん")  # a company does not read what is for members
    fields = factories.form(client, "/lounge", title="買い物の足がありません", body="")
    told = client.post("/boards/questions/similar", data=fields).get_data(as_text=True)
    assert f"/topics/{answered}" in told
    assert f"/topics/{waiting}" not in told
    assert f"/topics/{hidden}" not in told


def _question(board: int, title: str, themes: list[str]) -> int:
    viewer = factories.viewer_of("さくら")
    return service.start_topic(viewer, board, title, service.prepare(title), themes).topic_id


def test_a_text_too_short_or_about_nothing_known_shows_nothing(town: dict[str, int], as_person: Browser) -> None:
    client = as_person("みどり")
    for body in ("買い物", "こんにちは、はじめまして。よろしく。"):
        told = client.post("/boards/questions/similar", data=factories.form(client, "/lounge", body=body))
        assert told.get_data(as_text=True).strip() == ""


def test_a_form_shown_again_shows_similar_questions_without_javascript(
    town: dict[str, int], as_person: Browser
) -> None:
    answered = _question(town["questions"], "買い物に行けない方がいます", ["shopping"])
    factories.answer("はるか", answered)
    client = as_person("みどり")
    fields = factories.form(client, "/boards/questions/new", title="買い物の足", body="スーパーが遠い。", do="preview")
    assert f"/topics/{answered}" in client.post("/boards/questions/new", data=fields).get_data(as_text=True)
