"""What an asker does: send, reply, withdraw, rate, and end a request."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from sccafe.accounts import addresses
from sccafe.core import clock, link_tokens
from sccafe.core.database import db, end_reading, writing
from sccafe.core.jobs import enqueue
from sccafe.core.uploads import Upload
from sccafe.core.uploads.placing import Placed
from sccafe.counseling import files, policy, receipts, rendering
from sccafe.counseling.errors import NotThere
from sccafe.counseling.models import Message, Rating, Request, RequestFile
from sccafe.counseling.receipts import ALPHABET
from sccafe.counseling.sealing import Matter, Person, Seal
from sccafe.counseling.service.stepping import (
    Actor,
    Step,
    capacities,
    desk_only,
    forget_own_draft,
    renew_deadlines,
    rule_of,
    stepping,
    tell,
)

#: Asks the best proposal where the category is routed by rules (jobs.py).
ROUTE = "counseling.route"


@dataclass(frozen=True)
class Asked:
    """A new request as its form gives it; texts are checked and normalised (core/text_rules.py)."""

    category: str
    body: str
    naming: str = "anonymous"
    person: Person = Person()
    matter: Matter = Matter()
    publish_consent: bool = False
    way: str = "form"
    locale: str = "ja"
    #: The form's own key: sending it twice makes one request.
    once: str = ""


@dataclass(frozen=True)
class Sent:
    """Where the request is; `code` opens it for whoever has no account, and is shown now and never again."""

    ref: str
    code: str = ""
    repeated: bool = False
    #: By which a browser is known to have this code (`receipts.mark`).
    mark: str = ""


def email_hash(address: str) -> str:
    """What an e-mail is found by when a code is lost."""
    return link_tokens.keyed("counseling email", addresses.key(address)).hex()


def once_of(actor: Actor, key: str, way: str, category: str, body: str) -> str:
    """What makes a sending the same as another: the form's own key, who sends it, and the text."""
    user_id = actor.viewer.user_id
    sender = f"user {user_id}" if user_id is not None else "nobody"
    return "\0".join((key or secrets.token_hex(16), sender, way, category, body))


def once_hash(once: str) -> str:
    return hashlib.sha256(link_tokens.keyed("counseling once", once)).hexdigest()


def send(actor: Actor, asked: Asked, uploads: Sequence[Upload] = ()) -> Sent:
    """Make a request: of the account that sends it, or with a receipt code for whoever has none.

    With a `way` other than the form it is entered at the desk, for somebody who is told the code. Slow: renders the
    text, hashes the code and seals files before its transaction begins. Raises NotThere where somebody else than the
    desk enters one.
    """
    viewer = actor.viewer
    has_account = viewer.user_id is not None and asked.way == "form"
    once = once_of(actor, asked.once, asked.way, asked.category, asked.body)
    sent_as = once_hash(once)
    code = "" if has_account else receipts.new(once)
    receipt_hash = receipts.hashed(code) if code else None
    mark = receipts.mark(receipt_hash) if receipt_hash else ""
    seal, html = Seal.new(), rendering.prepared(asked.body)
    with files.sealed(seal, uploads) as placed, writing() as session:
        known = session.scalar(select(Request.ref).where(Request.once_hash == sent_as))
        if known is not None:
            return Sent(known, code, repeated=True, mark=mark)
        if asked.way != "form":
            desk_only(session, actor)
        now = clock.now()
        request = Request(
            ref="".join(secrets.choice(ALPHABET) for _ in range(10)),
            data_key=seal.wrapped,
            receipt_hash=receipt_hash,
            asker_id=viewer.user_id if has_account else None,
            email_hash=email_hash(asked.person.email) if asked.person.email else None,
            naming=asked.naming,
            category=asked.category,
            way=asked.way,
            entered_by=None if asked.way == "form" else viewer.user_id,
            person=seal.close_person(asked.person),
            matter=seal.close_matter(asked.matter),
            publish_consent=asked.publish_consent,
            locale=asked.locale,
            created_at=now,
            asked_at=now,
            state_at=now,
            state="new",
            last_number=1,
            once_hash=sent_as,
        )
        session.add(request)
        session.flush()
        message = Message(
            request_id=request.id,
            number=1,
            capacity="asker",
            kind="question",
            text=seal.close(asked.body),
            html=seal.close(html),
            created_at=now,
        )
        session.add(message)
        session.flush()
        files.keep(session, seal, request.id, message.id, placed)
        if has_account:
            forget_own_draft(session, viewer.user_id, "new")
        renew_deadlines(session, request)
        tell(session, request, "sent", viewer.user_id)
        if rule_of(session, asked.category).by_itself:
            enqueue(ROUTE, request_id=request.id)
        return Sent(request.ref, code, mark=mark)


def seal_of(ref: str) -> Seal:
    """The seal with which files are closed before a step begins; raises NotThere. Ends the reading."""
    data_key = db.session.scalar(select(Request.data_key).where(Request.ref == ref))
    end_reading()
    if data_key is None:
        raise NotThere
    return Seal.of(data_key)


@dataclass(frozen=True)
class Said:
    """What the asker said last, where nobody has spoken since: the text, and the sizes of its files in bytes."""

    text: str
    sizes: list[int]


def last_said(session: Session, ref: str) -> Said | None:
    """The last message of a request, if it is its asker's and not the one that it began with."""
    last = session.execute(
        select(Message.id, Message.capacity, Message.text, Request.data_key)
        .join(Request, Request.id == Message.request_id)
        .where(Request.ref == ref, Message.number == Request.last_number, Message.number > 1)
    ).first()
    if last is None or last.capacity != "asker" or last.text is None:
        return None
    sizes = session.scalars(select(RequestFile.size).where(RequestFile.message_id == last.id))
    return Said(Seal.of(last.data_key).open(last.text), sorted(sizes))


def write(actor: Actor, ref: str, body: str, uploads: Sequence[Upload] = ()) -> None:
    """The asker's next message: a reply where one is owed, a new question after an answer, else something to add.

    The same text and files sent twice in a row make one message. Raises NotThere, MayNot.
    """
    html = rendering.prepared(body)
    with files.sealed(seal_of(ref), uploads) as placed, writing() as session:
        # Held from here on: a reply must not be refused because somebody closes the request at this moment.
        request = session.execute(
            select(Request.id, Request.ref, Request.asker_id, Request.receipt_hash, Request.state)
            .where(Request.ref == ref)
            .with_for_update()
        ).first()
        if request is None:
            raise NotThere
        action = {"asker": "reply", "answered": "follow_up", "closed": "follow_up"}.get(request.state, "add")
        sent = Said(body, sorted(upload.size for upload in uploads))
        if policy.may(action, request.state, capacities(session, request, actor) & {"asker"}) and (
            last_said(session, ref) == sent
        ):
            return
        with stepping(actor, ref, action) as step:
            _say(step, body, html, placed)
            if step.capacity == "asker":
                forget_own_draft(session, actor.viewer.user_id, ref)


def _say(step: Step, body: str, html: str, placed: Placed) -> None:
    kind = {"reply": "reply", "follow_up": "question"}.get(step.action, "addition")
    message = step.say(kind, body, html, "asker", None)
    files.keep(step.session, step.seal, step.request.id, message.id, placed)
    if step.action == "follow_up":
        step.request.asked_at = clock.now()


def withdraw(actor: Actor, ref: str, reason: str = "") -> None:
    """Nobody shall answer any more. Raises NotThere, MayNot."""
    with stepping(actor, ref, "withdraw", reason):
        pass


def close(actor: Actor | None, ref: str) -> None:
    """Nothing more is expected. Raises NotThere, MayNot."""
    with stepping(actor, ref, "close"):
        pass


def rate(actor: Actor, ref: str, helped: str, line: str) -> None:
    """Say whether the answer helped (HELPED), and a line; a second rating takes the place of the first.

    Raises NotThere, MayNot.
    """
    with stepping(actor, ref, "rate") as step:
        step.session.merge(
            Rating(
                request_id=step.request.id,
                helped=helped,
                line=step.seal.close(line) if line else None,
                at=clock.now(),
            )
        )
