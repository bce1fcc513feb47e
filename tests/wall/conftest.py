"""The planted world, made once; whoever changes it leaves it to the next one as it was."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sccafe.core import pdfs
from tests import postgres
from tests.wall.stage import Stage, opened


@pytest.fixture(scope="session")
def stage(
    template: Path | str, cluster: "postgres.Cluster | None", tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """The running site with the planted world."""
    with opened(template, cluster, tmp_path_factory.mktemp("wall")) as made:
        yield made


@pytest.fixture(autouse=True)
def readable_pdfs(monkeypatch: pytest.MonkeyPatch) -> None:
    """In these tests a PDF is the page of which it is made, where markers can be read."""
    monkeypatch.setattr(pdfs, "_made", lambda html, css: b"%PDF-" + html.encode())


@pytest.fixture
def site(stage: Stage) -> Iterator[Stage]:
    """The same, and afterwards as it was planted."""
    yield stage
    stage.restore()
