"""The tables of prompts go down and up with rows in them, and take no conversation along."""

from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

from sccafe.core import clock
from sccafe.core.database import Base, db, writing
from sccafe.prompts.models import EnteredPost, RefusedAddress
from tests.prompts import asking

TABLES = {
    "linked_posts",
    "prompts",
    "prompt_recipients",
    "prompt_private_answers",
    "prompt_refused_addresses",
    "entered_posts",
}


def test_the_migration_goes_down_and_up_with_rows_in_it(app: Flask, town: dict[str, int], client: FlaskClient) -> None:
    prompt = asking.ask(town["exchange"])
    asking.send(prompt, "hana@example.org", "taro@example.org", roles=("member",))
    asking.answered(client, asking.link_to(app, "hana@example.org"), "載る答え")
    asking.answered(client, asking.link_to(app, "taro@example.org"), "載らない答え", "private")
    with writing() as session:
        session.add(RefusedAddress(address_hash="x"))
        session.add(EnteredPost(post_id=1, token_hash="x", expires_at=clock.now() + timedelta(days=1)))
    with db.engine.connect() as connection:
        assert all(connection.execute(text(f"SELECT count(*) FROM {name}")).scalar() for name in TABLES)
    db.session.remove()
    downgrade(revision="0005")
    assert not TABLES & set(inspect(db.engine).get_table_names())
    upgrade()
    assert set(inspect(db.engine).get_table_names()) >= TABLES
    assert set(Base.metadata.tables) < set(inspect(db.engine).get_table_names())
    with db.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM posts")).scalar() == 2
