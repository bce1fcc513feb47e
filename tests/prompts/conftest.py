"""A small town in which the secretariat asks."""

import pytest
from flask import Flask

from tests import factories


@pytest.fixture
def town(app: Flask) -> dict[str, int]:
    """Ids of the boards; なかむら and かんり are staff, みどり, はるか and さくら write, みせばん is a company."""
    factories.person("みどり", prefecture="13")
    factories.person("はるか", prefecture="27")
    factories.person("さくら", "expert", prefecture="13")
    factories.person("みせばん", "industry", prefecture="13")
    factories.person("なかむら", "secretariat")
    factories.person("かんり", "admin")
    boards = {slug: factories.board(slug, slug) for slug in ("exchange", "questions", "meeting", "industry", "news")}
    return boards | {
        "members-lounge": factories.board("members-lounge", audience="members"),
        "network": factories.board("network", audience="network"),
    }
