"""Opening a prompt, and sending it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from sccafe.accounts.models import User
from sccafe.boards import service as boards
from sccafe.boards.models import Board, Topic
from sccafe.boards.service import Text
from sccafe.boards.threads import MayNot, NotThere
from sccafe.core import clock
from sccafe.core.audience import Viewer, readable
from sccafe.core.database import db, end_reading, locked, writing
from sccafe.core.events import emit
from sccafe.core.jobs import enqueue
from sccafe.prompts import policy, tokens
from sccafe.prompts.events import PromptOpened, PromptSent
from sccafe.prompts.models import Prompt, PromptRecipient, RefusedAddress

#: The job that hands the mails to the outbox, some at a time.
MAIL = "prompts.mail"


def end_of(day: date) -> datetime:
    """The moment at which this day ends in Japan."""
    return datetime.combine(day + timedelta(days=1), time(0), clock.TOKYO)


def last_day(deadline: datetime) -> date:
    """The last day in Japan on which answers are taken."""
    return (deadline - timedelta(seconds=1)).astimezone(clock.TOKYO).date()


def open_prompt(viewer: Viewer, board_id: int, title: str, text: Text, until: date, once: str = "") -> int:
    """Open a topic with the question and take answers until the end of a day. Raises MayNot, NotThere."""
    if not policy.may_ask(viewer):
        raise MayNot("role")
    with writing() as session:
        board = session.execute(select(Board.kind, Board.archived).where(Board.id == board_id)).first()
        if board is None:
            raise NotThere
        if not policy.may_open_on(board.kind, board.archived):
            raise MayNot("archived" if board.archived else "start")
        written = boards.start_topic(viewer, board_id, title, text, once=once)
        if written.repeated:
            known = session.scalar(select(Prompt.id).where(Prompt.topic_id == written.topic_id))
            if known is not None:
                return known
        prompt = Prompt(
            topic_id=written.topic_id, deadline=end_of(until), created_by=viewer.user_id, created_at=clock.now()
        )
        session.add(prompt)
        session.flush()
        emit(PromptOpened(prompt.id, written.topic_id, viewer.user_id))
        return prompt.id


def change_deadline(viewer: Viewer, prompt_id: int, until: date) -> None:
    """Take answers until the end of another day. Raises MayNot, NotThere."""
    with writing() as session:
        _prompt(session, viewer, prompt_id)
        session.execute(update(Prompt).where(Prompt.id == prompt_id).values(deadline=end_of(until)))


def _prompt(session: Session, viewer: Viewer, prompt_id: int) -> Row[Any]:
    """The prompt as it is now, kept from other writers."""
    if not policy.may_ask(viewer):
        raise MayNot("role")
    found = session.execute(
        locked(
            select(Prompt.id, Prompt.topic_id, Prompt.deadline, Topic.audience, Topic.visibility)
            .join(Topic, Topic.id == Prompt.topic_id)
            .where(Prompt.id == prompt_id, readable(Topic.audience, viewer)),
            Prompt,
        )
    ).first()
    if found is None:
        raise NotThere
    return found


# --- sending --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Whom:
    """Who is to be asked: active members of these roles, of one prefecture or of all, and bare addresses."""

    roles: tuple[str, ...] = ()
    prefecture: str = ""
    #: As they are stored (accounts/addresses.py).
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reached:
    """How many a sending reaches, and whom it passes over."""

    members: int
    addresses: int
    #: They have this prompt already, or were named twice.
    known: int
    #: They asked for no more of such mail.
    refused: int

    @property
    def count(self) -> int:
        return self.members + self.addresses


def reached(viewer: Viewer, prompt_id: int, whom: Whom) -> Reached:
    """What `send` would do, without doing it."""
    if not policy.may_ask(viewer):
        raise MayNot("role")
    found = db.session.execute(
        select(Prompt.id, Topic.audience)
        .join(Topic, Topic.id == Prompt.topic_id)
        .where(Prompt.id == prompt_id, readable(Topic.audience, viewer))
    ).first()
    if found is None:
        raise NotThere
    said = _chosen(db.session(), found, whom)[2]
    end_reading()
    return said


def send(viewer: Viewer, prompt_id: int, whom: Whom) -> Reached:
    """Give each recipient a link of their own and let the mails go out. Raises MayNot, NotThere.

    Whoever has the prompt already is passed over, so that sending twice sends once.
    """
    with writing() as session:
        prompt = _prompt(session, viewer, prompt_id)
        if clock.now() >= prompt.deadline:
            raise MayNot("over")
        if prompt.visibility != "published":
            raise MayNot("archived")
        if whom.addresses and not policy.may_be_sent_to_addresses(prompt.audience):
            raise MayNot("not_public")
        people, addresses, said = _chosen(session, prompt, whom)
        rows = [_recipient(prompt_id, user_id, None) for user_id in people]
        rows += [_recipient(prompt_id, None, address) for address in addresses]
        if rows:
            session.execute(insert(PromptRecipient), rows)
            session.execute(
                update(Prompt).where(Prompt.id == prompt_id).values(sent_count=Prompt.sent_count + len(rows))
            )
            enqueue(MAIL, prompt_id=prompt_id)
            emit(PromptSent(prompt_id, prompt.topic_id, viewer.user_id, len(rows)))
        return said


def _recipient(prompt_id: int, user_id: int | None, address: str | None) -> dict[str, Any]:
    seed = tokens.seed()
    return {
        "prompt_id": prompt_id,
        "user_id": user_id,
        "address": address,
        "address_hash": tokens.address_hash(address) if address else None,
        "seed": seed,
        "token_hash": tokens.hashed(tokens.token_of(seed)),
        "queued": False,
        "opened": False,
        "answered": False,
    }


def _chosen(session: Session, prompt: Row[Any], whom: Whom) -> tuple[Sequence[int], Sequence[str], Reached]:
    """Who is new to this prompt: members by their ids, then addresses that no chosen member has."""
    roles = policy.roles_reading(prompt.audience, whom.roles)
    statement = select(User.id, User.email).where(User.state == "active", User.role.in_(roles))
    if whom.prefecture:
        statement = statement.where(User.prefecture == whom.prefecture)
    chosen = session.execute(statement.order_by(User.id)).all()
    there = session.execute(
        select(PromptRecipient.user_id, PromptRecipient.address_hash).where(PromptRecipient.prompt_id == prompt.id)
    ).all()
    known_people = {row.user_id for row in there}
    people = [row.id for row in chosen if row.id not in known_people]

    wanted = {tokens.address_hash(address): address for address in whom.addresses}
    refused = set(
        session.scalars(select(RefusedAddress.address_hash).where(RefusedAddress.address_hash.in_(list(wanted))))
    )
    known = {row.address_hash for row in there} | {tokens.address_hash(row.email) for row in chosen}
    addresses = [address for key, address in wanted.items() if key not in known | refused]
    said = Reached(
        members=len(people),
        addresses=len(addresses),
        known=len(chosen) - len(people) + len(whom.addresses) - len(addresses) - len(refused - known),
        refused=len(refused - known),
    )
    return people, addresses, said
