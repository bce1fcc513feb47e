"""Two people act on a request at the same moment: one is first, the other is refused or finds it changed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from sccafe.core import checks
from sccafe.core.database import db, end_reading, writing
from sccafe.counseling import policy, service
from sccafe.counseling.errors import Clash, MayNot, NotThere
from sccafe.counseling.models import AnswerDraft, Assignment, Message, Request, StepTaken
from sccafe.notifications.models import Notice
from tests import factories
from tests.counseling import making
from tests.counseling.making import ASKER, DESK, EXPERT, LONG_AGO, SECOND

CHIEF = "つくし"
Call = Callable[[str], object]
TEXT = "議題に入れてもらいましょう。"


@pytest.fixture
def site(app: Flask, desk: None) -> Flask:
    factories.person(CHIEF, "secretariat", counseling_desk=True)
    return app


def at_once(site: Flask, ref: str, *calls: Call) -> list[str]:
    """Make these calls at the same moment; for each, done or the name of its refusal."""
    together = Barrier(len(calls))

    def one(call: Call) -> str:
        with site.app_context():
            together.wait()
            try:
                call(ref)
            except (MayNot, NotThere, Clash) as refused:
                return type(refused).__name__
            finally:
                db.session.remove()
            return "done"

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


def nothing_is_half_done(ref: str) -> list[str]:
    """Every step follows from the one before it, and the request is what they made of it; the actions, in order."""
    request = db.session.execute(select(Request.id, Request.state, Request.last_number).where(Request.ref == ref)).one()
    steps = db.session.execute(
        select(StepTaken.action, StepTaken.before, StepTaken.after, StepTaken.capacity)
        .where(StepTaken.request_id == request.id)
        .order_by(StepTaken.id)
    ).all()
    before = "new"
    for step in steps:
        assert step.before == before
        assert policy.STEPS[step.action, step.before, step.capacity] in (step.after, "resume")
        before = step.after
    assert before == request.state
    messages = db.session.scalars(select(Message.kind).where(Message.request_id == request.id)).all()
    actions = [step.action for step in steps]
    assert len(messages) == request.last_number
    assert messages.count("answer") == actions.count("answer")
    has_draft = db.session.scalar(select(AnswerDraft.saved).where(AnswerDraft.request_id == request.id)) is not None
    assert has_draft == ("draft" in actions and "answer" not in actions)
    answering = db.session.scalar(
        select(func.count(Assignment.id)).where(
            Assignment.request_id == request.id, Assignment.state != "over", Assignment.is_second.is_(False)
        )
    )
    assert answering == (1 if request.state in ("expert", "asker", "answered", "closed") else 0)
    assert list(checks._checks["people: number of unread notices"]()) == []
    end_reading()
    return actions


def _by(handle: str, call: Callable[..., object], *given: object) -> Call:
    actor = making.actor(handle)
    return lambda ref: call(actor, ref, *given)


def test_an_expert_answers_while_the_desk_takes_the_request_back(site: Flask) -> None:
    ref = making.request("expert")
    service.save_draft(making.actor(EXPERT), ref, TEXT, 0)
    answering, recalling = _by(EXPERT, service.answer, TEXT, 1), _by(DESK, service.recall, "担当を替えます")
    results = at_once(site, ref, answering, recalling)
    assert results in (["done", "MayNot"], ["NotThere", "done"])
    assert nothing_is_half_done(ref)[-1] == ("answer" if results[0] == "done" else "recall")
    assert making.state_of(ref) == ("answered" if results[0] == "done" else "routing")


def test_two_people_of_the_desk_ask_different_experts(site: Flask) -> None:
    ref = making.request("routing")
    asked = [(DESK, EXPERT), (CHIEF, SECOND)]
    results = at_once(site, ref, *(_by(who, service.assign, making.user_id(expert)) for who, expert in asked))
    assert sorted(results) == ["MayNot", "done"]
    assert nothing_is_half_done(ref) == ["take", "assign"]
    won = making.user_id(asked[results.index("done")][1])
    told = db.session.scalars(select(Notice.user_id).where(Notice.measure == "assign")).all()
    end_reading()
    assert told == [won]


def test_an_asker_withdraws_while_the_expert_answers(site: Flask) -> None:
    ref = making.request("expert")
    results = at_once(site, ref, _by(EXPERT, service.answer, TEXT, 0), _by(ASKER, service.withdraw))
    assert results in (["done", "done"], ["NotThere", "done"])
    # Also what was answered a moment before can be withdrawn; withdrawn first, no answer comes.
    assert nothing_is_half_done(ref)[3:] == (["answer", "withdraw"] if results[0] == "done" else ["withdraw"])


def test_the_expert_and_one_who_is_asked_in_both_say_yes(site: Flask) -> None:
    ref = making.request("routing")
    service.assign(making.actor(DESK), ref, making.user_id(EXPERT))
    service.invite(making.actor(DESK), ref, making.user_id(SECOND))
    assert at_once(site, ref, _by(EXPERT, service.accept), _by(SECOND, service.accept)) == ["done", "done"]
    assert nothing_is_half_done(ref)[-2:] == ["accept", "accept"]
    assert db.session.scalars(select(Assignment.state)).all() == ["accepted", "accepted"]
    end_reading()


def test_an_expert_says_yes_while_their_time_runs_out(site: Flask) -> None:
    ref = making.request("routing")
    service.assign(making.actor(DESK), ref, making.user_id(EXPERT))
    with writing() as session:
        session.execute(update(Assignment).values(accept_by=LONG_AGO))
    results = at_once(site, ref, _by(EXPERT, service.accept), service.expire)
    assert results in (["done", "MayNot"], ["NotThere", "done"])
    assert nothing_is_half_done(ref)[-1] == ("accept" if results[0] == "done" else "expire")


def test_an_asker_replies_while_the_desk_closes_the_request(site: Flask) -> None:
    ref = making.request("asker")
    results = at_once(site, ref, _by(ASKER, service.write, "春からです。"), _by(DESK, service.close))
    # A reply that comes after the end begins anew, and is lost in neither case.
    assert results in (["done", "MayNot"], ["done", "done"])
    assert nothing_is_half_done(ref)[4:] in (["reply"], ["close", "follow_up"])
    assert making.state_of(ref) == "expert"


def test_two_write_in_the_shared_draft_and_no_word_is_lost_in_silence(site: Flask) -> None:
    ref = making.request("expert")
    results = at_once(
        site, ref, _by(EXPERT, service.save_draft, "一つ目", 0), _by(DESK, service.save_draft, "二つ目", 0)
    )
    assert sorted(results) == ["Clash", "done"]
    assert nothing_is_half_done(ref)[3:] == ["draft"]


@pytest.mark.parametrize(
    ("state", "action", "twice"),
    [
        ("new", "take", [(DESK, service.take), (CHIEF, service.take)]),
        ("expert", "recall", [(DESK, service.recall, "理由"), (CHIEF, service.recall, "理由")]),
        ("expert", "ask_back", [(DESK, service.ask_back, TEXT), (EXPERT, service.ask_back, TEXT)]),
        ("expert", "answer", [(EXPERT, service.answer, TEXT, 0), (EXPERT, service.answer, TEXT, 0)]),
        ("expert", "hand_back", [(EXPERT, service.hand_back, "理由"), (EXPERT, service.hand_back, "理由")]),
        ("passed_on", "bring_back", [(DESK, service.bring_back), (CHIEF, service.bring_back)]),
        ("answered", "close", [(ASKER, service.close), (DESK, service.close)]),
        ("answered", "withdraw", [(ASKER, service.withdraw), (DESK, service.withdraw)]),
    ],
)
def test_a_step_that_two_take_at_the_same_moment_is_taken_once(
    site: Flask, state: str, action: str, twice: list[tuple[str, Callable[..., object], object]]
) -> None:
    ref = making.request(state)
    results = at_once(site, ref, *(_by(*each) for each in twice))
    assert results.count("done") == 1
    assert set(results) <= {"done", "MayNot", "NotThere"}
    assert nothing_is_half_done(ref).count(action) == 1
