"""Pages made before the workers part."""

import threading

import pytest
from flask import Flask

from sccafe.core import warming
from sccafe.core.database import db
from tests import factories


def test_templates_and_texts_are_there_and_no_connection_is(app: Flask) -> None:
    factories.person("みどり")
    factories.topic("みどり", factories.board())
    before = threading.active_count()
    warming.warm(app)
    loaded = {name.rpartition("/")[2] for _loader, name in app.jinja_env.cache or ()}
    assert {"visitor_home.html", "topic.html", "sign_in.html"} <= loaded
    assert app.extensions["sccafe_posts"]
    assert db.engine.pool.checkedin() == db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    # A lock held by another thread would stay held in the workers.
    assert threading.active_count() == before


@pytest.mark.sqlite
def test_a_site_without_its_database_starts_all_the_same(app: Flask) -> None:
    db.engine.dispose()
    app.config["SETTINGS"].database_file.unlink()
    warming.warm(app)
    assert "sccafe_posts" not in app.extensions
