"""A small town in which people answer each other."""

import pytest
from flask import Flask

from tests import factories


@pytest.fixture
def town(app: Flask) -> dict[str, int]:
    """Ids of the boards; みどり asks, はるか and さくら (an expert) answer, なかむら is of the secretariat."""
    factories.person("みどり")
    factories.person("はるか")
    factories.person("さくら", "expert")
    factories.person("みせばん", "industry")
    factories.person("かんり", "admin")
    factories.person("なかむら", "secretariat")
    boards = {slug: factories.board(slug, slug) for slug in ("exchange", "questions")}
    return boards | {
        "members-lounge": factories.board("members-lounge", audience="members"),
        "network": factories.board("network", audience="network"),
    }
