"""A small town: three people, one of the secretariat, and the boards."""

import pytest
from flask import Flask

from tests import factories


@pytest.fixture
def town(app: Flask) -> dict[str, int]:
    """Ids of the boards; みどり asks, はるか and さくら (an expert) answer, なかむら is of the secretariat."""
    factories.person("みどり", coordinator_layer="layer2", experience_years="lt1")
    factories.person("はるか", coordinator_layer="layer1", experience_years="gt5")
    factories.person("さくら", "expert")
    factories.person("なかむら", "secretariat")
    factories.person("みせばん", "industry")
    kinds = {"exchange": "exchange", "questions": "questions", "meeting": "meeting", "news": "news"}
    boards = {slug: factories.board(slug, kind) for slug, kind in kinds.items()}
    return boards | {"members-lounge": factories.board("members-lounge", audience="members")}
