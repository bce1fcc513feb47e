"""From an answered request to a question and answer in the library: proposed, agreed to by both, and taken back.

An agreement is to one text, by its version: whoever changes a word makes all agreements void. The item names nobody.
"""

from typing import Final

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from sccafe.accounts.models import User
from sccafe.core import clock, link_tokens
from sccafe.core.database import db, end_reading, joining, writing
from sccafe.core.jobs import enqueue
from sccafe.core.language import gettext as _
from sccafe.counseling import mails, policy
from sccafe.counseling.errors import Clash, MayNot, NotThere
from sccafe.counseling.models import Assignment, Message, Publication, Request
from sccafe.counseling.sealing import PublishedText, Seal
from sccafe.counseling.service import gone
from sccafe.counseling.service.stepping import Actor, Step, capacities, stepping
from sccafe.library import for_others, kept
from sccafe.library import service as library
from sccafe.library.fault_words import in_japanese

COLLECTION: Final = "counseling"
#: The states in which a text is there, or can still come to be published.
_ALIVE: Final = ("editing", "asked", "published")
_AT_ONCE: Final = 500
#: The theme under which the answers of a category are found; the others speak of no theme of the library.
_THEMES: Final = {
    "beginning": "sc_role",
    "kyogitai": "kyogitai",
    "residents": "volunteers",
    "government": "government",
    "hokatsu": "hokatsu",
    "companies": "companies",
    "evaluation": "evaluation",
}


def token_of(seed: str) -> str:
    """The token of the asker's personal link."""
    return link_tokens.token_of(mails.CONSENT, seed)


@kept.keeps
def _is_published_here(session: Session, item_id: int) -> bool:
    return bool(session.scalar(select(exists().where(Publication.item_id == item_id))))


# --- the desk ----------------------------------------------------------------------------------------------


def save_text(actor: Actor, ref: str, text: PublishedText, seen: int, asker_was_asked: bool = False) -> int:
    """Keep the text that is being prepared; `seen` is the version that the writer saw (0: none). Gives the version.

    No step of the request, as nobody is asked by it. Raises Clash where somebody else has saved meanwhile, NotThere,
    and MayNot: also "ask_first" where neither the request nor the desk says that the asker could imagine it.
    """
    with joining() as session:
        request = session.scalars(
            select(Request).where(Request.ref == ref).with_for_update().execution_options(populate_existing=True)
        ).one_or_none()
        held = capacities(session, request, actor) if request is not None else frozenset()
        if request is None or not policy.may_read(request.state, held):
            raise NotThere
        if not policy.may("propose", request.state, held):
            raise MayNot("state")
        return _put(session, request, text, seen, asker_was_asked).version


def ask(actor: Actor, ref: str, text: PublishedText, seen: int, asker_was_asked: bool = False) -> None:
    """Keep the text and ask asker and expert whether they agree to it. Raises as `save_text`.

    Pressed again for the same text nobody is asked twice, MayNot("asked"). MayNot("expert_gone") where an expert whose
    answer it is has the request no longer and so cannot be asked.
    """
    said = _prepared(ref, text)
    with stepping(actor, ref, "propose") as step:
        row = _put(step.session, step.request, text, seen, asker_was_asked)
        if row.expert_agreed != row.version and lacks_expert(step.session, step.request.id):
            raise MayNot("expert_gone")
        if row.state == "asked":
            # Of two whose agreement was waited for, one may be gone meanwhile.
            if not _publish_where_agreed(step, row, said):
                raise MayNot("asked")
            return
        row.state = "asked"
        # Hashed anew: the site's key may be another than when the text was begun.
        row.token_hash = link_tokens.hashed(token_of(row.seed))
        step.session.flush()
        if step.request.asker_id is None and step.request.email_hash is not None:
            mails.queue(step.session, step.request.id, "consent")


def _row(session: Session, request_id: int) -> Publication | None:
    return session.scalars(
        select(Publication)
        .where(Publication.request_id == request_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def _put(session: Session, request: Request, text: PublishedText, seen: int, asker_was_asked: bool) -> Publication:
    row = _row(session, request.id)
    if row is not None and row.state == "published":
        raise MayNot("published")
    # Whoever said no is not asked again unless they want to be.
    is_begun = row is not None and row.state in ("editing", "asked")
    if not is_begun and not asker_was_asked and (row is not None or not request.publish_consent):
        raise MayNot("ask_first")
    seal = Seal.of(request.data_key)
    before = seal.open_published(row.text) if row is not None else PublishedText()
    if row is not None and is_begun and before == text:
        return row
    if row is not None and row.version != seen:
        raise Clash("", row.version, None)
    if row is None:
        row = Publication(request_id=request.id, version=0)
        session.add(row)
    if not is_begun:
        # A link that was mailed before opens nothing any more.
        row.seed = link_tokens.seed()
        row.token_hash = link_tokens.hashed(token_of(row.seed))
    row.text, row.changed_at = seal.close_published(text), clock.now()
    row.state, row.version = "editing", row.version + 1
    row.asker_agreed = row.expert_agreed = None
    session.flush()
    return row


# --- the two who agree -------------------------------------------------------------------------------------


def agree(actor: Actor, ref: str, version: int) -> bool:
    """The expert agrees to this version; says whether it is published by that.

    Raises NotThere, MayNot; MayNot("other_text") where it is not the text that is asked about now, and
    MayNot("expert_gone") where another expert answered besides and would have to be asked.
    """
    said = _prepared(ref)
    with stepping(actor, ref, "agree") as step:
        row = _asked(step, version)
        if lacks_expert(step.session, step.request.id):
            raise MayNot("expert_gone")
        row.expert_agreed = version
        return _publish_where_agreed(step, row, said)


def approve(actor: Actor, ref: str, version: int) -> bool:
    """The asker agrees to this version; says whether it is published by that. Raises as `agree`."""
    said = _prepared(ref)
    with stepping(actor, ref, "consent") as step:
        row = _asked(step, version)
        row.asker_agreed = version
        return _publish_where_agreed(step, row, said)


def decline(actor: Actor, ref: str, version: int) -> None:
    """The asker says no, or takes a yes back before it is published: the text is emptied. Raises as `agree`."""
    with stepping(actor, ref, "consent") as step:
        row = _asked(step, version)
        _empty(step.session, row, "declined")
        _keep_gone(row)


def _asked(step: Step, version: int) -> Publication:
    row = _row(step.session, step.request.id)
    if row is None or row.state != "asked" or row.version != version:
        raise MayNot("other_text")
    return row


def needs_expert(session: Session, request_id: int) -> bool:
    """Whether an expert has to agree: not where the desk answered by itself, or who answered has left the site."""
    has_one = exists().where(*_answers_now(request_id), User.id == Assignment.expert_id, User.state == "active")
    return bool(session.scalar(select(or_(has_one, exists().where(*_has_answered(request_id))))))


def lacks_expert(session: Session, request_id: int) -> bool:
    """Whether somebody who answered, and is on the site, has the request no longer: nobody else speaks for them."""
    has_it_still = exists().where(*_answers_now(request_id), Assignment.expert_id == Message.author_id)
    return bool(session.scalar(select(exists().where(*_has_answered(request_id), ~has_it_still))))


def _answers_now(request_id: int) -> tuple[ColumnElement[bool], ...]:
    return Assignment.request_id == request_id, Assignment.state == "accepted", Assignment.is_second.is_(False)


def _has_answered(request_id: int) -> tuple[ColumnElement[bool], ...]:
    is_theirs = (Message.request_id == request_id, Message.kind == "answer", Message.capacity == "expert")
    return *is_theirs, User.id == Message.author_id, User.state == "active"


def _publish_where_agreed(step: Step, row: Publication, prepared: tuple[PublishedText, library.Said] | None) -> bool:
    has_expert = row.expert_agreed == row.version or not needs_expert(step.session, step.request.id)
    if row.asker_agreed != row.version or not has_expert:
        step.session.flush()
        return False
    if prepared is None or prepared[0] != step.seal.open_published(row.text):
        raise MayNot("other_text")
    row.item_id, row.state = for_others.publish(prepared[1]).id, "published"
    step.told_as, step.tells_asker = "published", step.capacity != "asker"
    step.session.flush()
    return True


def _prepared(ref: str, text: PublishedText | None = None) -> tuple[PublishedText, library.Said] | None:
    """The text as it stands (or `text`) and the sheet made of it: rendered before the transaction that needs it."""
    row = db.session.execute(
        select(Request.data_key, Request.category, Publication.text)
        .outerjoin(Publication, Publication.request_id == Request.id)
        .where(Request.ref == ref)
    ).first()
    end_reading()
    if row is None or (text is None and row.text is None):
        return None
    text = text or Seal.of(row.data_key).open_published(row.text)
    return text, said_of(text, row.category)


def said_of(text: PublishedText, category: str) -> library.Said:
    """The library's sheet of a question and its answer. Raises TextRefused, sheet.Wrong. Slow."""
    with in_japanese():
        source = {
            "title": _("SCカフェ カウンセリング"),
            "year": clock.today().year,
            "licence": _("相談した方と、答えた専門家の同意を得て掲載"),
        }
    theme = _THEMES.get(category)
    return library.prepare(
        {
            "kind": "qa",
            "collection": COLLECTION,
            "title": text.title,
            "began": text.question,
            "body": text.answer,
            "themes": [theme] if theme else [],
            "sources": [source],
        }
    )


# --- taking it back ----------------------------------------------------------------------------------------


def unpublish(actor: Actor, ref: str) -> None:
    """Take a published answer back, everywhere. Raises NotThere, MayNot (also where none is published)."""
    with stepping(actor, ref, "unpublish") as step:
        row = _row(step.session, step.request.id)
        if row is None or row.state != "published":
            raise MayNot("not_published")
        step.tells_asker = step.capacity != "asker"
        _take_back(step.session, row)
        _keep_gone(row)


def take_away(session: Session, request_id: int) -> list[str]:
    """Take what was published of a request out of the library, inside the `writing` that deletes the request.

    Gives the names that files with its words had in the store.
    """
    row = _row(session, request_id)
    return _take_back(session, row) if row is not None else []


def _keep_gone(row: Publication) -> None:
    """Let no older backup bring a text back that somebody said no to, and the database's files forget it."""
    enqueue(gone.FORGET)
    # Last, and on the disk before the commit: if the machine stops between the two, the next run finishes it.
    gone.add_texts([row.seed])


def list_taken_back() -> None:
    """Put what this database knows as taken back into the list of this machine. Ends the reading."""
    seeds = db.session.scalars(select(Publication.seed).where(Publication.state.in_(("declined", "withdrawn")))).all()
    end_reading()
    gone.add_texts(seeds)


def taken_back_and_here() -> list[str]:
    """The requests whose text stands in the list of those that were taken back, and here; ends the reading."""
    seeds = gone.texts()
    found: list[str] = []
    for start in range(0, len(seeds), _AT_ONCE):
        found += db.session.scalars(
            select(Request.ref)
            .join(Publication, Publication.request_id == Request.id)
            .where(Publication.state.in_(_ALIVE), Publication.seed.in_(seeds[start : start + _AT_ONCE]))
            .order_by(Request.id)
        ).all()
    end_reading()
    return found


def take_back_again() -> list[str]:
    """Take away the texts of the list that are here nevertheless, each in a transaction of its own.

    Gives the names that files with their words had in the store.
    """
    names: list[str] = []
    for ref in taken_back_and_here():
        with writing() as session:
            own = session.scalar(select(Request.id).where(Request.ref == ref).with_for_update())
            row = _row(session, own) if own is not None else None
            # Asked again: meanwhile another text may have been begun.
            if row is not None and row.state in _ALIVE and row.seed in gone.texts():
                names += _take_back(session, row)
                enqueue(gone.FORGET)
    return names


def _take_back(session: Session, row: Publication) -> list[str]:
    item_id = row.item_id
    _empty(session, row, "withdrawn")
    return for_others.take_away(session, item_id) if item_id is not None else []


def _empty(session: Session, row: Publication, state: str) -> None:
    row.state, row.text, row.item_id = state, None, None
    row.asker_agreed = row.expert_agreed = None
    session.flush()
