"""The counseling window of a first start: experts, requests in all states, published answers; and all of it goes."""

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from sccafe import beside
from sccafe.accounts.models import ExpertProfile
from sccafe.core import checks, site_settings
from sccafe.core.database import db, end_reading
from sccafe.counseling import settings
from sccafe.counseling.models import CategoryRule, Publication, Request, TextBlock
from sccafe.library.models import Item
from sccafe.site import demo

Browser = Callable[[str], FlaskClient]


def count(model: type[object]) -> int:
    found = db.session.scalar(select(func.count()).select_from(model))
    end_reading()
    return found or 0


def test_the_window_is_lived_in_and_goes_without_a_trace(
    loaded: Flask, client: FlaskClient, as_person: Browser
) -> None:
    assert count(ExpertProfile) == 8
    states = set(db.session.scalars(select(Request.state)))
    published = db.session.scalars(select(Publication.state)).all()
    end_reading()
    assert {"new", "expert", "asker", "passed_on", "answered", "closed"} <= states
    assert list(published) == ["published"] * 3
    assert not any(checks.run().values())

    entrance = client.get("/counseling").text
    assert "立ち上げの失敗談なら" in entrance and "よりそいホットライン" in entrance
    assert "立ち上げた場の数がゼロの年に" in entrance
    assert as_person("やまべ").get("/counseling/desk").text.count('class="t"') >= 4
    assert "ゆず" in entrance

    demo.remove(beside("demo"))
    for model in (Request, ExpertProfile, TextBlock, CategoryRule, Item):
        assert count(model) == 0, model
    assert site_settings.get(settings.URGENT) == ""
    assert not any(checks.run().values())
