"""What becomes public of counseling, read: a text on its way, what could point to somebody in it, and what is there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import select

from sccafe.core import link_tokens, markup, personal_details
from sccafe.core.audience import Viewer, readable
from sccafe.core.database import db, end_reading
from sccafe.core.personal_details import Found
from sccafe.counseling.models import Message, Publication, Request
from sccafe.counseling.reading import Conversation
from sccafe.counseling.sealing import PublishedText, Seal
from sccafe.counseling.service.publishing import COLLECTION, needs_expert
from sccafe.library.models import ON_SHELF, Item


@dataclass(frozen=True)
class Way:
    """A text on its way to the library, as desk, expert and asker see it."""

    #: editing, asked, declined, published or withdrawn; empty where nobody has begun.
    state: str = ""
    version: int = 0
    #: Empty once it was declined or withdrawn, and where retention took it.
    text: PublishedText = PublishedText()
    #: Of the present version.
    asker_agreed: bool = False
    expert_agreed: bool = False
    needs_expert: bool = False
    item_id: int | None = None

    @property
    def question_html(self) -> Markup:
        return _rendered(self.text.question)

    @property
    def answer_html(self) -> Markup:
        return _rendered(self.text.answer)


def _rendered(source: str) -> Markup:
    return Markup(markup.render(source)) if source else Markup("")  # noqa: S704  the renderer's own


_WAYS = select(*Publication.__table__.columns, Request.data_key, Request.ref, Request.state.label("stands")).join(
    Request, Request.id == Publication.request_id
)


def way(conversation: Conversation) -> Way:
    """How far a request, opened and recorded by reading.open_request, is on its way. Ends the reading."""
    row = db.session.execute(_WAYS.where(Publication.request_id == conversation.id)).first()
    wanted = needs_expert(db.session(), conversation.id)
    end_reading()
    return _way(row, wanted) if row is not None else Way(needs_expert=wanted)


def _way(row: Any, wanted: bool) -> Way:
    return Way(
        state=row.state,
        version=row.version,
        text=Seal.of(row.data_key).open_published(row.text),
        asker_agreed=row.asker_agreed == row.version,
        expert_agreed=row.expert_agreed == row.version,
        needs_expert=wanted,
        item_id=row.item_id,
    )


def prefilled(conversation: Conversation) -> PublishedText:
    """What the desk begins with: the subject, the first question and the last answer. Ends the reading."""
    rows = db.session.execute(
        select(Request.data_key, Message.kind, Message.text)
        .join(Message, Message.request_id == Request.id)
        .where(Request.id == conversation.id, Message.kind.in_(("question", "answer")))
        .order_by(Message.number)
    ).all()
    end_reading()
    seal = Seal.of(rows[0].data_key) if rows else None
    if seal is None:
        return PublishedText()
    questions = [row.text for row in rows if row.kind == "question"]
    answers = [row.text for row in rows if row.kind == "answer"]
    return PublishedText(
        conversation.matter.subject,
        seal.open(questions[0]) if questions else "",
        seal.open(answers[-1]) if answers else "",
    )


@dataclass(frozen=True)
class Linked:
    """What an asker's mailed link opens: the text, and never the conversation."""

    ref: str
    #: Of the request.
    state: str
    way: Way


def by_link(token: str) -> Linked | None:
    """What this link opens; None for every link that opens nothing (any more). Ends the reading.

    No look at the request is recorded: the text is all that is unsealed, and mail programs open links by themselves.
    """
    row = db.session.execute(
        _WAYS.where(
            Publication.token_hash == link_tokens.hashed(token),
            Publication.state.in_(("editing", "asked", "published")),
        )
    ).first()
    wanted = row is not None and needs_expert(db.session(), row.request_id)
    end_reading()
    return Linked(row.ref, row.stands, _way(row, wanted)) if row is not None else None


# --- what could point to somebody --------------------------------------------------------------------------


@dataclass(frozen=True)
class Marked:
    """One part of a text (title, question, answer) with what the finder marks in it."""

    part: str
    found: Sequence[Found]
    html: Markup


def marked(text: PublishedText) -> list[Marked]:
    """Each part as it is typed, with <mark> around all that could point to somebody."""
    parts = []
    for part, source in (("title", text.title), ("question", text.question), ("answer", text.answer)):
        found = personal_details.find(source)
        html, at = Markup(""), 0
        for each in found:
            html += escape(source[at : each.start]) + Markup("<mark>") + escape(each.text) + Markup("</mark>")
            at = each.end
        parts.append(Marked(part, found, html + escape(source[at:])))
    return parts


# --- what is there -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Published:
    """A question that was answered, for a list."""

    href: str
    title: str


def latest(viewer: Viewer, most: int) -> list[Published]:
    """The newest answers that came out of counseling, as far as this viewer may read them."""
    rows: Sequence[Any] = db.session.execute(
        select(Item.id, Item.title)
        .where(Item.collection == COLLECTION, Item.kind == "qa", readable(Item.audience, viewer), ON_SHELF)
        .order_by(Item.published_at.desc(), Item.id.desc())
        .limit(most)
    ).all()
    return [Published(f"/library/{row.id}", row.title) for row in rows]
