"""What the desk and the experts read of requests without opening one: where they stand, never what they say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, case, exists, func, or_, select

from sccafe.accounts.models import ExpertProfile, User
from sccafe.core import clock, taxonomy
from sccafe.core.audience import STAFF_ROLES
from sccafe.core.database import db, end_reading
from sccafe.counseling import policy
from sccafe.counseling.dues import DONE_STATES
from sccafe.counseling.errors import NotThere
from sccafe.counseling.models import AnswerDraft, Assignment, CategoryRule, Request, TextBlock
from sccafe.counseling.service.stepping import Actor, capacities, rule_of, was_asked

ON_A_PAGE: Final = 30
#: An expert's own requests, the newest first.
MOST_OF_AN_EXPERT: Final = 200


@dataclass(frozen=True)
class Place:
    """What somebody has to do with the desk."""

    #: Whether they belong to it, and whether they are an expert or are asked to answer something.
    at_desk: bool
    is_expert: bool


def place_of(actor: Actor) -> Place | None:
    """None for whoever has nothing to do with it. One statement for signed-in people, none for others."""
    viewer = actor.viewer
    if viewer.user_id is None:
        return None
    row = db.session.execute(
        select(
            User.counseling_desk,
            User.role,
            or_(
                exists().where(ExpertProfile.user_id == User.id, ExpertProfile.active),
                exists().where(Assignment.expert_id == User.id, Assignment.state != "over"),
            ).label("is_expert"),
        ).where(User.id == viewer.user_id, User.state == "active")
    ).first()
    at_desk = row is not None and row.counseling_desk and row.role in STAFF_ROLES
    if row is None or not (at_desk or row.is_expert):
        return None
    return Place(at_desk, bool(row.is_expert))


def place(actor: Actor) -> Place:
    """The same; raises NotThere for whoever has nothing to do with it."""
    found = place_of(actor)
    if found is None:
        end_reading()
        raise NotThere
    return found


def at_desk(actor: Actor) -> None:
    """For pages of the desk alone: raises NotThere for everybody else."""
    if not place(actor).at_desk:
        end_reading()
        raise NotThere


def work_on(actor: Actor, ref: str) -> Row[Any]:
    """A request that somebody works on, by id, ref, category and state; nothing of it is opened.

    Raises NotThere for all others, the asker among them.
    """
    return _met(actor, ref)[0]


def held_by(actor: Actor, ref: str) -> frozenset[str]:
    """In which capacities somebody works on a request. Raises NotThere for all others, the asker among them."""
    return _met(actor, ref)[1]


def _met(actor: Actor, ref: str) -> tuple[Row[Any], frozenset[str]]:
    row = db.session.execute(
        select(
            *(Request.id, Request.ref, Request.category, Request.state),
            *(Request.asker_id, Request.receipt_hash),
        ).where(Request.ref == ref)
    ).first()
    held = capacities(db.session(), row, actor) - {"asker"} if row is not None else frozenset()
    end_reading()
    if row is None or not policy.may_read(row.state, held):
        raise NotThere
    return row, held


# --- the queue ---------------------------------------------------------------------------------------------


def _soonest() -> ColumnElement[date | None]:
    """The day by which something is owed first."""
    return case(
        (Request.first_due_on.is_(None), Request.due_on),
        (Request.due_on.is_(None), Request.first_due_on),
        (Request.first_due_on < Request.due_on, Request.first_due_on),
        else_=Request.due_on,
    )


@dataclass(frozen=True)
class Choice:
    """What of the queue is wanted: a state, "open" for all that are not over, or "all"; a category; late ones alone."""

    state: str = "open"
    category: str = ""
    late: bool = False

    @classmethod
    def of(cls, state: str, category: str, late: str) -> "Choice":
        """As it stands in an address; what nobody knows is left out."""
        known = state if state in (*policy.STATES, "all") else "open"
        return cls(known, category if taxonomy.has("counseling_category", category) else "", late == "1")

    @property
    def states(self) -> tuple[str, ...]:
        if self.state == "open":
            return tuple(state for state in policy.STATES if state not in DONE_STATES)
        return policy.STATES if self.state == "all" else (self.state,)


@dataclass(frozen=True)
class Counted:
    """How many requests there are: by state in the chosen category, and those of the choice itself."""

    by_state: dict[str, int]
    late: int
    chosen: int


def of_others(actor: Actor) -> ColumnElement[bool]:
    """Whoever asks is nothing else in their own request: the desk's list leaves it out for them."""
    return Request.asker_id.is_distinct_from(actor.viewer.user_id)


def count(actor: Actor, choice: Choice) -> Counted:
    """One statement."""
    late = func.sum(case((_soonest() < clock.today(), 1), else_=0))
    statement = select(Request.state, func.count().label("all"), late.label("late"))
    statement = statement.where(of_others(actor)).group_by(Request.state)
    if choice.category:
        statement = statement.where(Request.category == choice.category)
    rows = db.session.execute(statement).all()
    by_state = {row.state: int(row.all) for row in rows}
    late_by_state = {row.state: int(row.late or 0) for row in rows}
    wanted = late_by_state if choice.late else by_state
    return Counted(
        by_state, sum(late_by_state.values()), sum(number for state, number in wanted.items() if state in choice.states)
    )


def _rows() -> Select[Any]:
    return select(
        *(Request.id, Request.ref, Request.category, Request.state, Request.way, Request.created_at),
        *(Request.first_due_on, Request.due_on, AnswerDraft.handed_in),
    ).outerjoin(AnswerDraft, AnswerDraft.request_id == Request.id)


def queue(actor: Actor, choice: Choice, page: int) -> Sequence[Row[Any]]:
    """A page of the queue, what is due first at the head. For people of the desk; the caller has asked `at_desk`."""
    statement = _rows().where(Request.state.in_(choice.states), of_others(actor))
    if choice.category:
        statement = statement.where(Request.category == choice.category)
    if choice.late:
        statement = statement.where(_soonest() < clock.today())
    if set(choice.states) <= set(DONE_STATES):
        statement = statement.order_by(Request.state_at.desc(), Request.id.desc())
    else:
        statement = statement.order_by(_soonest().is_(None), _soonest(), Request.asked_at, Request.id)
    return db.session.execute(statement.limit(ON_A_PAGE).offset((page - 1) * ON_A_PAGE)).all()


def experts_of(request_ids: Sequence[int]) -> dict[int, list[Row[Any]]]:
    """Who is asked or has accepted: handle, state and is_second, by request."""
    found: dict[int, list[Row[Any]]] = {}
    for row in db.session.execute(
        select(Assignment.request_id, User.handle, Assignment.state, Assignment.is_second)
        .join(User, User.id == Assignment.expert_id)
        .where(Assignment.request_id.in_(request_ids), Assignment.state != "over")
        .order_by(Assignment.is_second, Assignment.id)
    ):
        found.setdefault(row.request_id, []).append(row)
    return found


def own(actor: Actor) -> Sequence[Row[Any]]:
    """An expert's own requests that they can read, what is due first at the head."""
    statement = (
        _rows()
        .add_columns(Assignment.state.label("part"), Assignment.is_second, Assignment.accept_by)
        .join(Assignment, Assignment.request_id == Request.id)
        .where(Assignment.expert_id == actor.viewer.user_id, Assignment.state != "over")
        .order_by(_soonest().is_(None), _soonest(), Request.id.desc())
        .limit(MOST_OF_AN_EXPERT)
    )
    return [row for row in db.session.execute(statement) if policy.may_read(row.state, {_capacity(row)})]


def _capacity(row: Row[Any]) -> str:
    waits, answers = ("invited", "second") if row.is_second else ("asked", "expert")
    return waits if row.part == "asked" else answers


@dataclass(frozen=True)
class Waiting:
    """What waits for somebody: at the desk new and unrouted requests, drafts for a second look and late ones; for an
    expert what they are asked, and what is theirs to answer."""

    at_desk: bool
    is_expert: bool
    new: int = 0
    routing: int = 0
    to_look_at: int = 0
    late: int = 0
    asked: int = 0
    mine: int = 0


def waiting(actor: Actor) -> Waiting | None:
    """What waits for this person; None for whoever has nothing to do with it. At most three statements, none for
    visitors."""
    found = place_of(actor)
    if found is None:
        return None
    counts: dict[str, int] = {}
    if found.at_desk:
        row = db.session.execute(
            select(
                func.sum(case((Request.state == "new", 1), else_=0)).label("new"),
                func.sum(case((Request.state == "routing", 1), else_=0)).label("routing"),
                func.sum(case((AnswerDraft.handed_in, 1), else_=0)).label("to_look_at"),
                func.sum(case((_soonest() < clock.today(), 1), else_=0)).label("late"),
            )
            .select_from(Request)
            .outerjoin(AnswerDraft, AnswerDraft.request_id == Request.id)
            .where(Request.state.not_in(DONE_STATES))
        ).one()
        counts |= {name: int(number or 0) for name, number in row._mapping.items()}
    if found.is_expert:
        row = db.session.execute(
            select(
                func.sum(case((Assignment.state == "asked", 1), else_=0)).label("asked"),
                func.sum(
                    case(((Assignment.state == "accepted") & (Request.state == "expert"), 1), else_=0),
                ).label("mine"),
            )
            .join(Request, Request.id == Assignment.request_id)
            .where(
                Assignment.expert_id == actor.viewer.user_id,
                Assignment.state != "over",
                Request.state.in_(("expert", "asker")),
            )
        ).one()
        counts |= {name: int(number or 0) for name, number in row._mapping.items()}
    return Waiting(found.at_desk, found.is_expert, **counts)


# --- beside the work page ----------------------------------------------------------------------------------


def needs_look(category: str) -> bool:
    """Whether an answer of this category goes out only after a second look."""
    return bool(rule_of(db.session(), category).second_look)


def rules() -> dict[str, CategoryRule]:
    """What the desk has said of categories; those of which it has said nothing are missing."""
    return {row.category: row for row in db.session.scalars(select(CategoryRule))}


def blocks() -> Sequence[Row[Any]]:
    """All text blocks by their titles: id, title, source, changed_at."""
    return db.session.execute(
        select(TextBlock.id, TextBlock.title, TextBlock.source, TextBlock.changed_at).order_by(
            TextBlock.title, TextBlock.id
        )
    ).all()


def block(block_id: int) -> Row[Any]:
    """A text block. Raises NotThere."""
    row = db.session.execute(
        select(TextBlock.id, TextBlock.title, TextBlock.source).where(TextBlock.id == block_id)
    ).first()
    if row is None:
        raise NotThere
    return row


def handle_of(user_id: int | None) -> str:
    """Empty for somebody who is gone."""
    return db.session.scalar(select(User.handle).where(User.id == user_id)) or ""


def may_send(actor: Actor, request_id: int, at_desk: bool, needs_look: bool) -> bool:
    """Whether somebody who may answer lets the answer out themself."""
    asked = needs_look and was_asked(db.session(), request_id, actor.viewer.user_id)
    return policy.may_send_answer("desk" if at_desk else "expert", needs_look, asked)
