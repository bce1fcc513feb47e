"""Who hands in, who else reads, and who looks at it."""

import pytest
from flask import Flask

from tests import factories


@pytest.fixture
def staffed(app: Flask) -> None:
    """みどり and はるか are members, みせばん of a company, なかむら and まえだ of the secretariat."""
    factories.person("みどり")
    factories.person("はるか")
    factories.person("みせばん", "industry")
    factories.person("なかむら", "secretariat")
    factories.person("まえだ", "secretariat")
