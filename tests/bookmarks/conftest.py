"""A small town and a post worth remembering."""

import pytest
from flask import Flask

from tests import factories


@pytest.fixture
def town(app: Flask) -> dict[str, int]:
    """Ids of the boards; みどり asks, はるか answers, みせばん is of a company, かんり looks after the site."""
    factories.person("みどり")
    factories.person("はるか")
    factories.person("みせばん", "industry")
    factories.person("かんり", "admin")
    return {
        "exchange": factories.board("exchange"),
        "network": factories.board("network", audience="network"),
        "members-lounge": factories.board("members-lounge", audience="members"),
    }


@pytest.fixture
def post(town: dict[str, int]) -> int:
    """はるか's answer, which みどり wants to find again."""
    topic = factories.topic("みどり", town["network"], "買物の同行", "どうしていますか。")
    return factories.answer("はるか", topic, "**来月**の協議体で話します。")
