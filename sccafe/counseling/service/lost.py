"""Lost receipt codes: who gave an e-mail is mailed a link for each of their requests, and gets a new code there."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Select, select, update

from sccafe.connections import line
from sccafe.core import attempts, clock, link_tokens
from sccafe.core.attempts import Limit
from sccafe.core.database import db, end_reading, writing
from sccafe.core.jobs import enqueue, job
from sccafe.counseling import mails, receipts
from sccafe.counseling.models import Mail, Request
from sccafe.counseling.service.asking import Sent, email_hash

#: So often is one mailbox written to; and so often may one place ask, behind which a whole city hall may sit.
_PER_MAILBOX = Limit("lost_code", 3, timedelta(days=1))
_PER_SENDER = Limit("lost_code_from", 30, timedelta(hours=1))
#: Whoever has more requests asks again tomorrow; the newest come first.
_MOST = 5
_MAIL = "counseling.lost_codes"


def ask(email: str, sender: str) -> None:
    """Have a link mailed for each open request that this address was given with; `sender` is where the browser is.

    It does and says the same, in the same time, whether there are any or not: they are looked up by a job.
    """
    mailbox = email_hash(email)
    end_reading()
    with writing():
        if attempts.take(_PER_SENDER, line(sender)) and attempts.take(_PER_MAILBOX, mailbox):
            enqueue(_MAIL, mailbox=mailbox)


@job(_MAIL)
def mail_links(mailbox: str) -> None:
    """Write the mails to a mailbox, which is known by its keyed hash alone."""
    with writing() as session:
        found = session.scalars(
            select(Request.id)
            .where(Request.email_hash == mailbox, Request.receipt_hash.is_not(None), Request.state != "withdrawn")
            .order_by(Request.id.desc())
            .limit(_MOST)
        ).all()
        for request_id in found:
            mails.queue_link(session, request_id, "lost_code")


def _usable(token: str) -> Select[Any]:
    """What a link leads to while it can be used: while there are a code to replace and an address that it went to."""
    return (
        select(Mail.id.label("mail_id"), Mail.seed, Request.id, Request.ref)
        .join(Request, Request.id == Mail.request_id)
        .where(
            Mail.token_hash == link_tokens.hashed(token),
            Mail.what == "lost_code",
            Mail.created_at > clock.now() - mails.LINK_USABLE,
            Request.state != "withdrawn",
            Request.receipt_hash.is_not(None),
            Request.email_hash.is_not(None),
        )
    )


def is_usable(token: str) -> bool:
    """Whether a mailed link can still be used; changes nothing, as mail filters open every link."""
    return db.session.execute(_usable(token)).first() is not None


def renew(token: str) -> Sent | None:
    """Give the request of a mailed link a new code; the one before opens nothing any more. None for a dead link.

    Pressing twice gives the same code, and makes all other links to the request dead. Slow: hashes the code before the
    transaction.
    """
    found = db.session.execute(_usable(token)).first()
    end_reading()
    if found is None:
        return None
    code = receipts.new("\0".join(("lost", found.seed)))
    receipt_hash = receipts.hashed(code)
    with writing() as session:
        # The request is held first: of two links pressed at the same moment one finds itself dead.
        session.execute(select(Request.id).where(Request.id == found.id).with_for_update())
        if session.execute(_usable(token)).first() is None:
            return None
        session.execute(update(Request).where(Request.id == found.id).values(receipt_hash=receipt_hash))
        others = (Mail.request_id == found.id, Mail.what == "lost_code", Mail.id != found.mail_id)
        session.execute(update(Mail).where(*others).values(token_hash=None))
    return Sent(found.ref, code, mark=receipts.mark(receipt_hash))
