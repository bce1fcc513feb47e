"""People who are there without a sign-up."""

import pytest
from flask import Flask
from sqlalchemy import select

from sccafe.accounts import events, passwords, service
from sccafe.accounts.errors import HandleTaken, HandleUnusable, NotUsable
from sccafe.accounts.models import User
from sccafe.core import events as core_events
from sccafe.core.database import db, end_reading
from tests.accounts.people import is_signed_in, sign_in


def test_the_first_admin_can_sign_in_and_manage(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setitem(core_events._handlers, events.RoleChanged, [told.append])
    user_id = service.create_admin("root@example.jp", "管理人", "はじめの一杯2026")
    browser = app.test_client()
    assert sign_in(browser, "root@example.jp", "はじめの一杯2026").location == "/"
    assert browser.get("/admin/people").status_code == 200
    assert told == [events.RoleChanged(user_id, None, "member", "admin")]


@pytest.mark.parametrize(
    ("email", "handle", "password", "why"),
    [
        ("no address", "管理人", "はじめの一杯2026", "mail address"),
        ("a@example.jp", "x", "はじめの一杯2026", "length"),
        ("a@example.jp", "管理人", "short", "8 to 200"),
        ("a@example.jp", "管理人", "password", "easy"),
        ("a@example.jp", "こだま", "はじめの一杯2026", "taken"),
    ],
)
def test_what_the_command_cannot_use_is_said_in_words(
    app: Flask, email: str, handle: str, password: str, why: str
) -> None:
    service.create_admin("first@example.jp", "こだま", "はじめの一杯2026")
    with pytest.raises(NotUsable, match=why):
        service.create_admin(email, handle, password)


def test_people_of_the_demo_are_registered_with_their_profile(app: Flask) -> None:
    known = passwords.hash_password("sccafe-demo-2026")
    user_id = service.register_person(
        "coordinator@example.jp", "みどり", known, "member", demo=True, real_name="田島 緑", municipality="112186"
    )
    row = db.session.get(User, user_id)
    end_reading()
    assert row is not None
    assert (row.demo, row.state, row.real_name) == (True, "active", "田島 緑")
    browser = app.test_client()
    sign_in(browser, "coordinator@example.jp", "sccafe-demo-2026")
    assert is_signed_in(browser)
    with pytest.raises(HandleTaken):
        service.register_person("other@example.jp", "みどり", known)
    with pytest.raises(HandleUnusable):
        service.register_person("other@example.jp", "事務局", known)
    with pytest.raises(TypeError, match="shoe_size"):
        service.register_person("other@example.jp", "はるか", known, shoe_size="27")
    assert db.session.scalar(select(User.id).where(User.email == "other@example.jp")) is None
    end_reading()
