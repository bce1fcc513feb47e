"""A browser that has given the code of one request opens that one, whoever is signed in there, and no other."""

from typing import Any

import pytest

from sccafe.core import clock
from tests.counseling import making
from tests.wall.answers import VIEWERS, Row
from tests.wall.expectations_of_counseling import BY_CODE
from tests.wall.looking import look, wrong_with
from tests.wall.stage import Stage


@pytest.fixture
def opened(site: Stage, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """All browsers of these tests have given the visitor's code."""
    signer: Any = site.app.session_interface.get_signing_serializer(site.app)  # type: ignore[attr-defined]
    cookie_of = site._cookie
    with site.app.app_context():
        mark = making.mark_of(site.world.ids["ref_visitor"])

    def cookie(viewer: str, locale: str) -> str:
        ref, until = site.world.ids["ref_visitor"], clock.now().timestamp() + 600
        kept = {"counseling_codes": {ref: (until, mark)}}
        return str(signer.dumps(signer.loads(cookie_of(viewer, locale)) | kept))

    monkeypatch.setattr(site, "_cookie", cookie)
    return site


@pytest.mark.parametrize("row", BY_CODE, ids=str)
def test_a_code_opens_its_own_request_and_nothing_else(row: Row, opened: Stage) -> None:
    wrong = []
    for viewer in VIEWERS:
        wrong += wrong_with(look(opened, row, viewer), row, viewer, opened.world)
        opened.restore()
    assert not wrong, "\n".join([str(row), *wrong])
