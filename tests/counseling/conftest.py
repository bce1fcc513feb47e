import pytest
from flask import Flask

from tests.counseling import making


@pytest.fixture
def desk(app: Flask) -> None:
    """A site with a counseling desk and its experts."""
    making.people()
