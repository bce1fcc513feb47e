"""What the secretariat's record says of counseling: who is of its desk, and what was taken out of it; never a word."""

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient

from sccafe.accounts import service as accounts
from sccafe.core import clock
from sccafe.core.database import writing
from sccafe.core.events import emit
from sccafe.counseling.events import RequestGone
from sccafe.counseling.models import TextBlock
from sccafe.counseling.service.stepping import stepping
from sccafe.moderation import erasing
from tests import factories
from tests.counseling import making
from tests.counseling.making import ASKER, BODY, DESK
from tests.moderation.desk import all_of, page, record


def test_joining_and_leaving_the_desk_taking_out_and_deleting_are_recorded(
    app: Flask, as_person: Callable[[str], FlaskClient]
) -> None:
    making.people()
    factories.person("かんり", "admin")
    ref = making.request("answered")
    with stepping(making.actor(DESK), ref, "export") as step:
        number = step.request.id
    with writing():
        emit(RequestGone(number, making.user_id(DESK)))
        emit(RequestGone(number))
    for belongs in (False, True):
        accounts.set_counseling_desk(factories.viewer_of("かんり"), making.user_id(DESK), belongs)
    actions = [action for action, _reason in record()]
    assert actions == ["request.exported", "request.deleted", "account.no_desk", "account.desk"]
    shown = page(as_person("かんり"), "/moderation/record")
    for words in ("相談を書き出した", "相談を完全に消した", "相談窓口から外した", "相談窓口に入れた"):
        assert words in shown
    assert not [word for word in (BODY, ref, ASKER) if word in shown]


def test_a_name_in_a_passage_of_the_desk_is_erased_and_requests_are_not_looked_through(app: Flask) -> None:
    making.people()
    making.request(body="山田花子さんのことです。")
    with writing() as session:
        session.add(TextBlock(title="山田花子さん", source="山田花子さんに聞く", changed_at=clock.now()))
    staff = factories.viewer_of(DESK)
    with app.test_request_context():
        assert erasing.find_words(staff, "山田花子").elsewhere == (("相談窓口の定型文", 1),)
    erasing.erase_words(staff, "山田花子", "お名前のため")
    assert all_of(TextBlock.title, TextBlock.source) == [("〔削除しました〕さん", "〔削除しました〕さんに聞く")]
