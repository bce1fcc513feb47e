"""The identity release: two staff members, a reason, a record, and the writer told."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from sccafe.boards import service
from sccafe.core import clock
from sccafe.moderation import audit
from tests import factories
from tests.moderation.desk import page, post, record

Browser = Callable[[str], FlaskClient]


@pytest.fixture
def written(town: dict[str, int]) -> int:
    """An anonymous post of はるか; まえだ is an admin, なかむら of the secretariat."""
    factories.person("まえだ", "admin")
    topic = factories.topic("みどり", town["exchange"])
    naming = service.Naming(anonymous=True)
    text = service.prepare("もう生きていたくないです。")
    return service.reply(factories.viewer_of("はるか"), topic, None, text, naming=naming).post_id


def ask(admin: FlaskClient, post_id: int) -> str:
    """Ask with a reason; the address of the request."""
    fields = factories.form(admin, f"/posts/{post_id}/identity", reason="命の危険があるため")
    return str(admin.post(f"/posts/{post_id}/identity", data=fields).location)


def test_an_admin_asks_a_second_person_agrees_and_the_two_may_look(written: int, as_person: Browser) -> None:
    admin, second = as_person("まえだ"), as_person("なかむら")
    assert f"/posts/{written}/identity" in page(admin, f"/posts/{written}/hide")
    address = ask(admin, written)
    assert "もう一人が確かめるのを待っています" in page(admin, address)
    assert address in page(second, "/moderation")
    assert "命の危険があるため" in page(second, address)
    assert post(second, address, do="release").status_code == 303
    for reader in (admin, second):
        shown = post(reader, f"{address}/name")
        assert "はるか" in shown.get_data(as_text=True)
        assert shown.headers["Cache-Control"] == "no-store"
    assert record() == [
        ("identity.asked", "命の危険があるため"),
        ("identity.released", "命の危険があるため"),
        ("identity.seen", ""),
        ("identity.seen", ""),
    ]
    assert list(audit.verify()) == []
    assert "はるか" not in page(admin, "/moderation/record")


def test_the_writer_is_told_why(written: int, as_person: Browser) -> None:
    address = ask(as_person("まえだ"), written)
    assert "開示されました" not in page(as_person("はるか"), "/notifications")
    post(as_person("なかむら"), address, do="release")
    told = page(as_person("はるか"), "/notifications")
    assert "書いた人が事務局の二人に開示されました" in told
    assert "命の危険があるため" in told


def test_nobody_agrees_with_their_own_request(written: int, as_person: Browser) -> None:
    admin = as_person("まえだ")
    address = ask(admin, written)
    assert post(admin, address, do="release").status_code == 403
    assert post(admin, f"{address}/name").status_code == 404


def test_only_an_admin_asks_and_always_with_a_reason(written: int, as_person: Browser) -> None:
    assert as_person("なかむら").get(f"/posts/{written}/identity").status_code == 404
    assert f"/posts/{written}/identity" not in page(as_person("なかむら"), f"/posts/{written}/hide")
    admin = as_person("まえだ")
    assert post(admin, f"/posts/{written}/identity", reason="  ").status_code == 422
    assert record() == []


def test_a_refused_request_shows_nothing(written: int, as_person: Browser) -> None:
    admin, second = as_person("まえだ"), as_person("なかむら")
    address = ask(admin, written)
    post(second, address, do="refuse")
    assert "認められませんでした" in page(admin, address)
    for reader in (admin, second):
        assert post(reader, f"{address}/name").status_code == 404
    assert "開示" not in page(as_person("はるか"), "/notifications")


def test_others_of_the_secretariat_never_see_the_name(written: int, as_person: Browser) -> None:
    factories.person("にわし", "secretariat")
    address = ask(as_person("まえだ"), written)
    post(as_person("なかむら"), address, do="release")
    third = as_person("にわし")
    assert post(third, f"{address}/name").status_code == 404
    assert "名前を見る" not in page(third, address)


def test_after_a_week_the_name_cannot_be_seen_any_more(written: int, as_person: Browser) -> None:
    address = ask(as_person("まえだ"), written)
    post(as_person("なかむら"), address, do="release")
    with clock.pretending(clock.now() + timedelta(days=6, hours=23)):
        assert "名前を見る" in page(as_person("まえだ"), address)
    with clock.pretending(clock.now() + timedelta(days=7, hours=1)):
        assert "名前を見る" not in page(as_person("まえだ"), address)


def test_a_named_post_has_nothing_to_release(town: dict[str, int], as_person: Browser) -> None:
    factories.person("まえだ", "admin")
    topic = factories.topic("みどり", town["exchange"])
    admin = as_person("まえだ")
    assert admin.get(f"/posts/{factories.post_id(topic, 1)}/identity").status_code == 404
