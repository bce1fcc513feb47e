"""The `sccafe` command: making a site, its first admin, and what is told when something cannot be."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import select, text

from sccafe.accounts.models import User
from sccafe.boards import policy
from sccafe.boards.models import Board, Post, PostVersion
from sccafe.cli import sccafe
from sccafe.core import assets, markup
from sccafe.core.audience import AUDIENCES
from sccafe.core.database import db, end_reading, loading, writing
from sccafe.settings import Settings
from sccafe.site import rerendering
from sccafe.site import setup as site_setup
from sccafe.site.demo import Loader
from tests import factories
from tests.server import ROOT, environ_of


@pytest.fixture
def runner(app: Flask, monkeypatch: pytest.MonkeyPatch) -> FlaskCliRunner:
    monkeypatch.setattr(assets, "build", lambda static: 0)  # the checkout's own is not these tests'
    return app.test_cli_runner()


def run(settings: Settings, *arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """The command as a process of its own, as somebody at a terminal has it."""
    command = [sys.executable, "-m", "sccafe", *arguments]
    environ = environ_of(settings) | more
    return subprocess.run(command, cwd=settings.data, env=environ, capture_output=True, text=True, timeout=60)


def test_setting_up_makes_the_standard_boards_once(runner: FlaskCliRunner) -> None:
    assert "Made 6 boards." in runner.invoke(sccafe, ["setup"]).output
    assert "Made" not in runner.invoke(sccafe, ["setup"]).output
    boards = db.session.execute(
        select(Board.slug, Board.kind, Board.audience, Board.title).order_by(Board.position)
    ).all()
    assert [tuple(row) for row in boards] == [
        ("exchange", "exchange", "public", "SC交流ひろば"),
        ("questions", "questions", "public", "教えて！"),
        ("meeting", "meeting", "public", "みんなの会議室"),
        ("industry", "industry", "public", "SCの意見を産業界に届けます!!"),
        ("news", "news", "public", "お知らせ"),
        ("members-lounge", "exchange", "members", "会員ラウンジ"),
    ]


def test_the_standard_boards_are_told_in_both_languages() -> None:
    for row in yaml.safe_load((ROOT / "sccafe" / "data" / "boards.yaml").read_text(encoding="utf-8")):
        assert row["kind"] in policy.TABLE
        assert row["audience"] in AUDIENCES
        assert all(row[name] for name in ("title", "title_en", "description", "description_en"))


def test_the_demo_is_loaded_on_the_first_start_only(runner: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[bool] = []
    monkeypatch.setattr(Loader, "load", lambda self: loaded.append(True) or len(loaded))
    runner.invoke(sccafe, ["setup", "--demo"])
    runner.invoke(sccafe, ["setup", "--demo"])
    assert loaded == [True]


def test_a_site_begun_without_the_demo_never_gets_it(runner: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Loader, "load", lambda self: pytest.fail("the demo came into a site that had begun"))
    runner.invoke(sccafe, ["setup", "--no-demo"])
    assert runner.invoke(sccafe, ["setup", "--demo"]).exit_code == 0


def test_a_site_with_people_in_it_never_gets_the_demo(runner: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Loader, "load", lambda self: pytest.fail("the demo came among people"))
    factories.person("みどり")
    assert runner.invoke(sccafe, ["setup", "--demo"]).exit_code == 0


def test_a_first_start_that_was_broken_off_begins_again(
    runner: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    def power_cut(self: Loader) -> int:
        factories.person("みどり", email="coordinator@example.jp", demo=True)
        raise KeyboardInterrupt

    def whole(self: Loader) -> int:
        assert db.session.execute(select(User.id)).first() is None, "what the first try left is still there"
        end_reading()
        return 1

    monkeypatch.setattr(Loader, "load", power_cut)
    runner.invoke(sccafe, ["setup", "--demo"])
    monkeypatch.setattr(Loader, "load", whole)
    assert "Loaded 1 posts." in runner.invoke(sccafe, ["setup", "--demo"]).output


def test_the_accounts_to_sign_in_with_are_named(runner: FlaskCliRunner) -> None:
    factories.person("みどり", email="coordinator2@example.jp", demo=True)
    factories.person("のりこ", email="noriko@example.jp", demo=True)
    output = runner.invoke(sccafe, ["setup"]).output
    assert "coordinator2@example.jp" in output
    assert "noriko" not in output


def test_an_admin_is_made_with_a_password_from_standard_input(app: Flask, settings: Settings) -> None:
    command = ["create-admin", "--email", "kanri@example.jp", "--handle", "管理人ひとり"]
    result = app.test_cli_runner().invoke(sccafe, command, input="nagai-aikotoba-2026\n")
    assert result.exit_code == 0, result.output
    end_reading()
    assert db.session.execute(select(User.role, User.state)).one() == ("admin", "active")


def test_an_admin_with_a_weak_password_is_not_made_and_told_why(app: Flask) -> None:
    command = ["create-admin", "--email", "kanri@example.jp", "--handle", "管理人ひとり"]
    result = app.test_cli_runner().invoke(sccafe, command, input="short\n")
    assert result.exit_code == 1
    assert "Nobody was made: the password" in result.output
    assert db.session.execute(select(User.id)).first() is None


def test_texts_of_an_older_renderer_are_rendered_again(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    factories.person("みどり")
    topic = factories.topic("みどり", factories.board(), body="**太字**です。")
    post = factories.post_id(topic, 1)
    for number in range(5):
        factories.answer("みどり", topic, f"{number}つめ")
    with writing() as session:
        session.execute(text("UPDATE posts SET html = 'old', renderer = 0"))
        session.add(
            PostVersion(
                post_id=post,
                source="*前*",
                html="old",
                written_at=site_setup.clock.now(),
                replaced_at=site_setup.clock.now(),
            )
        )
    monkeypatch.setattr(rerendering, "BATCH", 2)
    assert "6 texts rendered again." in app.test_cli_runner().invoke(sccafe, ["rerender"]).output
    end_reading()
    assert db.session.scalars(select(Post.renderer).distinct()).all() == [markup.RENDERER_VERSION]
    assert "<strong>太字</strong>" in str(db.session.scalar(select(Post.html).where(Post.id == post)))
    assert "<em>前</em>" in db.session.scalars(select(PostVersion.html)).one()
    end_reading()
    assert "0 texts" in app.test_cli_runner().invoke(sccafe, ["rerender"]).output


def test_a_text_that_newer_rules_refuse_stays_readable_and_safe(app: Flask) -> None:
    factories.person("みどり")
    topic = factories.topic("みどり", factories.board())
    with writing() as session:
        session.execute(
            text("UPDATE posts SET source = :source, html = 'old', renderer = 0"), {"source": "<script>" + "[" * 500}
        )
    rerendering.rerender()
    html = db.session.scalar(select(Post.html).where(Post.topic_id == topic))
    assert str(html).startswith("<pre>&lt;script&gt;[[[")


def test_loading_in_bulk_ends_with_everything_on_the_disk(app: Flask) -> None:
    with loading():
        factories.person("みどり")
    if db.engine.dialect.name == "sqlite":
        with db.engine.connect() as connection:
            bare = connection.connection.dbapi_connection
            assert bare is not None
            assert bare.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
    assert db.session.scalars(select(User.handle)).one() == "みどり"


def test_a_wrong_setting_is_told_in_words(settings: Settings) -> None:
    result = run(settings, "check", SCCAFE_PROXYS="1", SCCAFE_SMTP_PORT="smtp")
    assert result.returncode == 2
    assert "did you mean SCCAFE_PROXIES?" in result.stderr
    assert "SCCAFE_SMTP_PORT='smtp': write a whole number" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_missing_database_is_told_in_words(settings: Settings, tmp_path: Path) -> None:
    missing = f"sqlite:///{tmp_path}/none.sqlite"
    result = run(settings, "check", SCCAFE_DATABASE_URL=missing)
    assert result.returncode == 1
    assert "`sccafe migrate` makes one" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["settings"], ["settings", "--markdown"], ["backup", "--help"]])
def test_asking_what_there_is_makes_no_site(tmp_path: Path, arguments: list[str]) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("SCCAFE_")}
    result = subprocess.run(
        [sys.executable, "-m", "sccafe", *arguments],
        cwd=tmp_path,
        env=environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 0
    assert result.stdout
    assert list(tmp_path.iterdir()) == []
