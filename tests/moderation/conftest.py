"""A small town with a secretariat: two staff members, an admin, and people who write."""

import pytest
from flask import Flask

from tests import factories


@pytest.fixture
def town(app: Flask) -> dict[str, int]:
    """Ids of the boards; みどり and はるか write, なかむら and こばやし are of the secretariat, かんり is the admin."""
    for handle in ("みどり", "はるか", "さくら"):
        factories.person(handle)
    factories.person("みせばん", "industry")
    factories.person("かんり", "admin")
    factories.person("なかむら", "secretariat")
    factories.person("こばやし", "secretariat")
    boards = {slug: factories.board(slug, slug) for slug in ("exchange", "questions")}
    return boards | {"members-lounge": factories.board("members-lounge", audience="members")}
