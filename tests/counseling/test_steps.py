"""The table of all steps, case by case: state, whoever acts, action. What is not listed is refused."""

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from flask import current_app
from sqlalchemy import select, text, update

from sccafe.core import clock
from sccafe.core.database import Base, db, end_reading, writing
from sccafe.counseling import exporting, policy, reading, service
from sccafe.counseling.errors import MayNot, NotThere
from sccafe.counseling.models import AnswerDraft, Assignment, CategoryRule, Message, Publication, Request, StepTaken
from sccafe.counseling.sealing import Matter, Person, PublishedText, Seal
from sccafe.counseling.service import Actor, deleting
from sccafe.counseling.service.stepping import stepping
from tests.counseling import making
from tests.counseling.making import ASKER, BODY, DESK, EXPERT, LONG_AGO, OTHER, SECOND

THIRD = "もも"
#: Every capacity, an asker who has given their code, a member who has nothing to do with it, and a visitor.
WHO = (*policy.CAPACITIES, "code", "nobody", "visitor")
_HANDLES = {"asker": ASKER, "desk": DESK, "asked": EXPERT, "expert": EXPERT, "invited": SECOND, "second": SECOND}

Call = Callable[[Actor | None, str], object]


# --- how each step is taken ------------------------------------------------------------------------------


def _plainly(action: str) -> Call:
    """The step by itself, against the same table, for what has no service of its own."""

    def call(actor: Actor | None, ref: str) -> None:
        with stepping(actor, ref, action) as step:
            if action == "delete":
                step.session.delete(step.request)
                step.session.flush()

    return call


def _written(action: str, *states: str) -> Call:
    """What the asker writes is this step in these states, and another elsewhere."""

    def call(actor: Actor | None, ref: str) -> None:
        if actor is not None and making.state_of(ref) in states:
            service.write(actor, ref, BODY)
        else:
            _plainly(action)(actor, ref)

    return call


def _expire(actor: Actor | None, ref: str) -> None:
    if actor is None:
        service.expire(ref)
    else:
        _plainly("expire")(actor, ref)


def _export(actor: Actor | None, ref: str) -> None:
    with current_app.test_request_context():
        exporting.conversation(actor, ref, "ja")  # type: ignore[arg-type]


#: How each action is taken; what is refused to somebody is asked of the same functions as what is not.
CALLS: dict[str, Any] = {
    "take": service.take,
    "assign": lambda actor, ref: service.assign(actor, ref, making.user_id(THIRD)),
    "recall": lambda actor, ref: service.recall(actor, ref, "理由"),
    "accept": service.accept,
    "hand_back": lambda actor, ref: service.hand_back(actor, ref, "理由"),
    "expire": _expire,
    "invite": lambda actor, ref: service.invite(actor, ref, making.user_id(THIRD)),
    "leave": service.leave,
    "ask_back": lambda actor, ref: service.ask_back(actor, ref, BODY),
    "reply": _written("reply", "asker"),
    "add": _written("add", "new", "routing", "expert", "passed_on", "withdrawn"),
    "follow_up": _written("follow_up", "answered", "closed"),
    "enter": lambda actor, ref: service.enter(actor, ref, BODY),
    "draft": lambda actor, ref: service.save_draft(actor, ref, BODY, 1),
    "hand_in": lambda actor, ref: service.hand_in(actor, ref, BODY, 1),
    "send_back": lambda actor, ref: service.send_back(actor, ref, "理由"),
    "answer": lambda actor, ref: service.answer(actor, ref, BODY, 1),
    "pass_on": lambda actor, ref: service.pass_on(actor, ref, "ministry"),
    "bring_back": service.bring_back,
    "note": lambda actor, ref: service.note(actor, ref, BODY),
    "close": service.close,
    "withdraw": service.withdraw,
    "rate": lambda actor, ref: service.rate(actor, ref, "partly", "ひとこと"),
    "propose": lambda actor, ref: service.ask(actor, ref, PublishedText("題名", "質問", "答え"), 1, True),
    "agree": lambda actor, ref: service.agree(actor, ref, 1),
    "consent": lambda actor, ref: service.approve(actor, ref, 1),
    "unpublish": service.unpublish,
    "export": _export,
    "delete": deleting.delete,
}


# --- where each case begins ------------------------------------------------------------------------------


@pytest.fixture
def site(desk: None) -> None:
    making.expert(THIRD)


def situation(state: str, who: str, action: str = "") -> str:
    """A request in this state in which somebody has this capacity, with a draft that waits for the desk; its ref."""
    seal, now = Seal.new(), clock.now()
    assigned = []
    if state in ("expert", "asker", "answered", "closed") or who in ("asked", "expert"):
        assigned.append((EXPERT, False, "asked" if who in ("asked", "system") else "accepted"))
    if who in ("invited", "second"):
        assigned.append((SECOND, True, "asked" if who == "invited" else "accepted"))
    experts = {handle: making.user_id(handle) for handle, _is_second, _state in assigned}
    asker_id = None if who == "code" else making.user_id(ASKER)
    with writing() as session:
        request = Request(
            ref=secrets.token_hex(5),
            data_key=seal.wrapped,
            asker_id=asker_id,
            receipt_hash=None if asker_id else secrets.token_hex(32),
            naming="anonymous",
            category="workplace",
            way="telephone",
            state=state,
            person=seal.close_person(Person()),
            matter=seal.close_matter(Matter()),
            last_number=1,
            created_at=now,
            asked_at=now,
            state_at=now,
            once_hash=secrets.token_hex(16),
        )
        session.add(request)
        session.flush()
        about = {"request_id": request.id}
        said = seal.close_published(PublishedText("題名", "質問", "答え"))
        seed = secrets.token_hex(16)
        way = {"propose": "editing", "unpublish": "published"}.get(action, "asked")
        session.add(Publication(**about, state=way, version=1, token_hash=seed, text=said, seed=seed, changed_at=now))
        closed = seal.close(BODY)
        session.add(Message(**about, number=1, capacity="asker", kind="question", text=closed, created_at=now))
        session.add(AnswerDraft(**about, text=closed, saved=1, handed_in=True, saved_at=now))
        for handle, is_second, is_now in assigned:
            session.add(
                Assignment(
                    **about,
                    expert_id=experts[handle],
                    is_second=is_second,
                    state=is_now,
                    asked_at=now,
                    accept_by=LONG_AGO,
                )
            )
        return request.ref


def acting(who: str, ref: str) -> Actor | None:
    if who == "system":
        return None
    return making.actor("", ref) if who == "code" else making.actor(_HANDLES.get(who, OTHER if who == "nobody" else ""))


def capacities(who: str) -> set[str]:
    return {"asker"} if who == "code" else {who} & set(policy.CAPACITIES)


def contents() -> dict[str, list[Any]]:
    """Every row of counseling, and of what is told and done because of it."""
    names = [name for name in Base.metadata.tables if name.startswith("counseling_")]
    found = {}
    for name in (*names, "notices", "outbox_mails", "jobs", "users", "audit_entries"):
        found[name] = sorted(db.session.execute(text(f"SELECT * FROM {name}")).all(), key=str)  # noqa: S608
    end_reading()
    return found


def steps_of(ref: str) -> list[Any]:
    rows = db.session.execute(
        select(StepTaken.action, StepTaken.before, StepTaken.after, StepTaken.capacity, StepTaken.actor_id)
        .join(Request, Request.id == StepTaken.request_id)
        .where(Request.ref == ref)
        .order_by(StepTaken.id)
    ).all()
    end_reading()
    return [tuple(row) for row in rows]


# --- the table -------------------------------------------------------------------------------------------


def test_every_action_of_the_table_can_be_taken_here() -> None:
    assert set(CALLS) == set(policy.ACTIONS)


@pytest.mark.parametrize("state", policy.STATES)
def test_what_the_table_does_not_list_is_refused_and_changes_nothing(site: None, state: str) -> None:
    for who in WHO:
        ref = situation(state, who)
        actor, held = acting(who, ref), capacities(who)
        before = contents()
        refusal = MayNot if actor is None or policy.may_read(state, held) else NotThere
        for action in policy.ACTIONS:
            if not policy.may(action, state, held):
                with pytest.raises((MayNot, NotThere)) as raised:
                    CALLS[action](actor, ref)
                assert raised.type is refusal, (who, action)
        assert contents() == before, who
        if actor is None:
            continue
        if policy.may_read(state, held):
            assert reading.open_request(actor, ref).state == state
        else:
            with pytest.raises(NotThere):
                reading.open_request(actor, ref)
            assert contents() == before, who


@pytest.mark.parametrize("state", policy.STATES)
def test_what_the_table_lists_leads_where_it_says_and_is_recorded(site: None, state: str) -> None:
    for who in WHO:
        for action in policy.ACTIONS:
            found = policy.step(action, state, capacities(who))
            if found is None:
                continue
            capacity, after = found
            ref = situation(state, who, action)
            actor = acting(who, ref)
            CALLS[action](actor, ref)
            if after == "gone":
                assert making.state_of(ref) is None
                continue
            # There is an expert, to whom it goes back.
            after = "expert" if after == "resume" else after
            actor_id = None if actor is None or capacity == "asker" else actor.viewer.user_id
            assert (making.state_of(ref), steps_of(ref)) == (after, [(action, state, after, capacity, actor_id)])


@pytest.mark.parametrize(("action", "state"), [("reply", "asker"), ("follow_up", "answered"), ("enter", "closed")])
def test_what_comes_back_goes_to_the_desk_where_there_is_no_expert(site: None, action: str, state: str) -> None:
    ref = situation(state, "asker")
    with writing() as session:
        session.execute(update(Assignment).values(state="over"))
    CALLS[action](making.actor(DESK if action == "enter" else ASKER), ref)
    assert making.state_of(ref) == "routing"


def test_whoever_asks_is_nothing_else_there(site: None) -> None:
    """The desk's own person asks: they take no step of the desk with it, and read nothing of what it notes."""
    ref = situation("new", "asker")
    with writing() as session:
        session.execute(update(Request).values(asker_id=making.user_id(DESK)))
    with pytest.raises(MayNot):
        service.take(making.actor(DESK), ref)
    service.withdraw(making.actor(DESK), ref)
    assert [(row[0], row[3]) for row in steps_of(ref)] == [("withdraw", "asker")]


def test_a_person_acts_in_the_capacity_that_has_the_step(site: None) -> None:
    """One of the desk is asked as an expert too: as the expert they say yes, and as the desk they pass it on."""
    ref = situation("expert", "asked")
    with writing() as session:
        session.execute(update(Assignment).values(expert_id=making.user_id(DESK)))
    service.accept(making.actor(DESK), ref)
    service.pass_on(making.actor(DESK), ref, "ministry")
    assert [(row[0], row[3]) for row in steps_of(ref)] == [("accept", "asked"), ("pass_on", "desk")]


def _second_look() -> None:
    with writing() as session:
        session.add(CategoryRule(category="workplace", second_look=True))


def _by_form() -> None:
    with writing() as session:
        session.execute(update(Request).values(way="form"))


def _nothing_waits() -> None:
    with writing() as session:
        session.execute(update(AnswerDraft).values(handed_in=False))


def _in_time() -> None:
    with writing() as session:
        session.execute(update(Assignment).values(accept_by=clock.today().replace(year=2100)))


@pytest.mark.parametrize(
    ("who", "call", "so_that", "why"),
    [
        ("expert", CALLS["answer"], _second_look, "look"),
        ("desk", CALLS["enter"], _by_form, "way"),
        ("desk", CALLS["send_back"], _nothing_waits, "no_draft"),
        ("system", CALLS["expire"], _in_time, "state"),
        ("desk", lambda actor, ref: service.invite(actor, ref, making.user_id(OTHER)), None, "no_expert"),
        ("desk", lambda actor, ref: service.invite(actor, ref, making.user_id(EXPERT)), None, "there"),
        ("desk", lambda actor, ref: service.invite(actor, ref, making.user_id(ASKER)), making.is_expert, "own"),
    ],
)
def test_a_listed_step_that_does_not_fit_is_refused_and_changes_nothing(
    site: None, who: str, call: Call, so_that: Callable[[], None] | None, why: str
) -> None:
    ref = situation("expert", who)
    if so_that is not None:
        so_that()
    before = contents()
    with pytest.raises(MayNot) as raised:
        call(acting(who, ref), ref)
    assert raised.value.why == why
    assert contents() == before
