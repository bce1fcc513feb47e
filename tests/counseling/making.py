"""A desk, its experts and their requests for tests, brought to where a test begins by the steps that people take."""

from datetime import date, datetime, timedelta

from flask.testing import FlaskClient
from sqlalchemy import select, update

from sccafe.accounts.models import ExpertProfile
from sccafe.core import clock
from sccafe.core.audience import VISITOR
from sccafe.core.database import db, end_reading, writing
from sccafe.counseling import receipts, service
from sccafe.counseling.models import Request
from sccafe.counseling.service import Actor, Asked
from tests import factories

ASKER, DESK, EXPERT, SECOND, OTHER = "みどり", "なかむら", "はるか", "こずえ", "あおい"
#: A day by which something was to be done.
LONG_AGO = date(2020, 1, 6)
#: Words that must come out for nobody but the people of a request.
SUBJECT, BODY = "上司とのこと", "会議のたびに、わたしの報告だけ飛ばされます。"


def people() -> None:
    """A member who asks, the desk, two experts, and a member who has nothing to do with it."""
    factories.person(ASKER)
    factories.person(OTHER)
    factories.person(DESK, "secretariat", counseling_desk=True)
    for handle in (EXPERT, SECOND):
        expert(handle)


def expert(handle: str, fields: str = "workplace,evaluation", role: str = "expert", **more: object) -> int:
    """An expert who answers on these fields; their id. `more` goes into the profile."""
    user = {name: more.pop(name) for name in ("municipality", "affiliation") if name in more}
    user_id = factories.person(handle, role, **user)
    with writing() as session:
        session.add(ExpertProfile(user_id=user_id, fields=fields, **({"sentence": "ご一緒に考えます。"} | more)))
    return user_id


def is_expert(handle: str = ASKER) -> None:
    """Somebody who is here already answers requests as well."""
    with writing() as session:
        session.add(ExpertProfile(user_id=user_id(handle), fields="workplace"))


def actor(handle: str = "", *opened: str) -> Actor:
    """Somebody as they act: a person, or a visitor whose browser has opened these requests."""
    return Actor(factories.viewer_of(handle) if handle else VISITOR, {ref: mark_of(ref) for ref in opened})


def mark_of(ref: str) -> str:
    """What a browser keeps that has given the present code of a request."""
    found = db.session.scalar(select(Request.receipt_hash).where(Request.ref == ref))
    end_reading()
    return receipts.mark(found or "-")


def give_code(client: FlaskClient, ref: str, until: datetime | None = None) -> None:
    """Let a browser be one in which the code of this request was typed."""
    until = until or clock.now() + timedelta(minutes=10)
    with client.session_transaction() as cookie:
        cookie["counseling_codes"] = {ref: (int(until.timestamp()), mark_of(ref))}


def user_id(handle: str) -> int:
    return factories.viewer_of(handle).user_id or 0


def asked(category: str = "workplace", body: str = BODY, **more: object) -> Asked:
    return Asked(category=category, body=body, **more)  # type: ignore[arg-type]


def request(state: str = "new", asker: str = ASKER, **more: object) -> str:
    """A request of this member (or, with an empty name, of a visitor) in a state; its ref."""
    is_entered = more.get("way", "form") != "form"
    ref = service.send(actor(DESK if is_entered else asker), asked(**more)).ref
    bring(ref, state, actor(asker) if asker else actor("", ref))
    return ref


def bring(ref: str, state: str, asker: Actor) -> None:
    """Lead a new request to a state, at the hands of the people whose steps these are."""
    desk, answering = actor(DESK), actor(EXPERT)
    if state == "withdrawn":
        service.withdraw(asker, ref)
    if state in ("new", "withdrawn"):
        return
    service.take(desk, ref)
    if state == "passed_on":
        service.pass_on(desk, ref, "prefecture")
    if state in ("routing", "passed_on"):
        return
    service.assign(desk, ref, user_id(EXPERT))
    service.accept(answering, ref)
    if state == "asker":
        service.ask_back(answering, ref, "いつごろからですか。")
    if state in ("answered", "closed"):
        service.answer(answering, ref, "議題に入れてもらうところから始めましょう。", 0)
    if state == "closed":
        service.close(asker, ref)


def state_of(ref: str) -> str | None:
    found = db.session.scalar(select(Request.state).where(Request.ref == ref))
    end_reading()
    return found


def set_state(ref: str, state: str) -> None:
    """Put a request into a state without the steps to it, for tables of rules."""
    with writing() as session:
        session.execute(update(Request).where(Request.ref == ref).values(state=state))
