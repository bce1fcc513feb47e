"""Letting fewer people read an item: refused while a topic about it would go on naming it to the others."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from sccafe.boards import measures
from sccafe.boards import service as boards
from sccafe.core.audience import loses
from sccafe.core.database import writing
from sccafe.library import bundles, intake, service, using
from sccafe.library.errors import MayNot
from sccafe.library.models import Item
from tests import factories
from tests.library.bundling import case as bundled
from tests.library.bundling import put
from tests.library.shelf_town import case, people, stored

__all__ = ["case", "people"]

Browser = Callable[[str], FlaskClient]


@pytest.fixture
def talked_about(case: int) -> int:
    """A public item with a topic on a public board."""
    using.talk(factories.viewer_of("はるか"), case, "題名", boards.prepare("ひとこと"), "")
    return case


def narrow(item_id: int, shown_to: str) -> None:
    service.change_audience(factories.viewer_of("なかむら"), item_id, shown_to)


def test_while_others_would_read_its_title_in_a_topic_nothing_is_narrowed(talked_about: int) -> None:
    with pytest.raises(MayNot) as refused:
        narrow(talked_about, "members")
    assert refused.value.why == "talked"
    assert stored(talked_about).audience == "public"


@pytest.mark.parametrize("measure", ["hidden", "moved", "deleted"])
def test_once_the_topic_is_out_of_their_sight_it_is(talked_about: int, measure: str) -> None:
    staff, topic_id = factories.viewer_of("なかむら"), stored(talked_about).topic_id or 0
    if measure == "hidden":
        measures.change_topic(staff, topic_id, "hidden", "理由")
    elif measure == "moved":
        measures.move_topic(staff, topic_id, factories.board("inside", audience="members"), "理由")
    else:
        boards.delete_post(factories.viewer_of("はるか"), factories.post_id(topic_id, 1))
    narrow(talked_about, "members")
    assert stored(talked_about).audience == "members"


def test_a_new_version_for_fewer_people_is_refused_in_words_and_one_for_the_same_is_not(
    talked_about: int, as_person: Browser
) -> None:
    service.begin(factories.viewer_of("みどり"), talked_about)
    staff = as_person("なかむら")

    def publish(audience: str) -> tuple[int, str]:
        desk = f"/library/desk/{talked_about}"
        data = factories.form(staff, desk, audience=audience) | {"version": str(stored(talked_about).open_id)}
        answer = staff.post(f"/library/{talked_about}/publish", data=data)
        return answer.status_code, answer.get_data(as_text=True)

    status, page = publish("members")
    assert status == 422
    assert "先に話題を移すか、非表示にしてください" in page
    assert stored(talked_about).open_id is not None
    assert publish("public")[0] == 303
    assert stored(talked_about).open_id is None


def test_a_bundle_that_would_narrow_it_is_faulty(talked_about: int, tmp_path: Path) -> None:
    path = put(tmp_path / "b", {"shop-1.yaml": bundled(audience="members")})
    with writing() as session:
        item = session.get(Item, talked_about)
        assert item is not None
        item.ref = "shop-1"
    with bundles.opened(path) as bundle:
        outcome = intake.take_in(factories.viewer_of("なかむら"), bundle)
    assert [(fault.key, fault.why) for fault in outcome.faults] == [("audience", "talked")]
    assert stored(talked_about).audience == "public"


@pytest.mark.parametrize(
    ("readers", "before", "after", "lost"),
    [
        ("public", "public", "network", True),
        ("members", "public", "network", False),
        ("members", "public", "members", False),
        ("network", "public", "members", True),
        ("staff", "public", "staff", False),
        ("members", "members", "public", False),
        ("public", "members", "experts", True),
        ("industry", "members", "experts", False),
        ("room:1", "public", "network", False),
        ("room:1", "public", "members", True),
    ],
)
def test_who_loses_what(readers: str, before: str, after: str, lost: bool) -> None:
    assert loses(readers, before, after) is lost
