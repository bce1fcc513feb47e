"""Mail to askers without an account: that there is something to read, where it is, and not a word of it."""

from datetime import timedelta
from typing import Any

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from sccafe.core import attempts, clock, link_tokens
from sccafe.core.attempts import Limit
from sccafe.core.database import db
from sccafe.core.formats import date_text
from sccafe.core.mail import Letter, queue_rendered, renders
from sccafe.counseling.models import Mail, Publication, Request
from sccafe.counseling.sealing import Seal

RENDERER = "counseling"
#: What the personal links of these mails are made for.
CONSENT = "counseling consent"
#: The steps that their mails tell of.
TOLD_TO_ASKERS = frozenset(
    {
        *("sent", "accept", "ask_back", "answer", "pass_on", "bring_back", "close", "withdraw", "reply_soon"),
        *("published", "unpublish"),
    }
)
#: The mails that carry a personal link: where it leads.
_LINKS = {"lost_code": "/counseling/again/"}
#: Steps that anybody can take who writes a stranger's address into the form: so many of their mails go to one mailbox.
_BY_ANYBODY = frozenset({"sent", "withdraw"})
_PER_MAILBOX = Limit("asker_mail", 5, timedelta(days=1))
#: How long such a link can be used.
LINK_USABLE = timedelta(hours=24)


def tell(session: Session, request: Request, action: str) -> None:
    """Write to an asker without an account that this step was taken, where they gave an address.

    What the desk and the experts do is always told; what anybody could do in a stranger's name only so often.
    """
    mailbox = request.email_hash
    if request.asker_id is not None or mailbox is None or action not in TOLD_TO_ASKERS:
        return
    if action not in _BY_ANYBODY or attempts.take(_PER_MAILBOX, mailbox):
        queue(session, request.id, action)


def queue(session: Session, request_id: int, what: str) -> None:
    """Write a mail to the asker into the present transaction."""
    row = Mail(request_id=request_id, what=what, created_at=clock.now())
    session.add(row)
    session.flush()
    queue_rendered(RENDERER, row.id)


def queue_link(session: Session, request_id: int, what: str) -> None:
    """The same for a mail with a personal link (`lost_code`): its token follows from a seed in its row."""
    seed = link_tokens.seed()
    token_hash = link_tokens.hashed(link_tokens.token_of(_purpose(what), seed))
    row = Mail(request_id=request_id, what=what, seed=seed, token_hash=token_hash, created_at=clock.now())
    session.add(row)
    session.flush()
    queue_rendered(RENDERER, row.id)


def _purpose(what: str) -> str:
    return f"counseling {what}"


def _address(path: str) -> str:
    return str(current_app.config["SETTINGS"].base_url) + path


def _said(what: str) -> str:
    """One sentence for each step; it says nothing of the request."""
    words: dict[str, str] = {
        "sent": _("ご相談を受け付けました。"),
        "accept": _("ご相談にお答えする専門家が決まりました。"),
        "ask_back": _("ご相談について、おたずねしたいことがあります。お返事をお待ちしています。"),
        "answer": _("ご相談への答えが届きました。"),
        "pass_on": _("ご相談を、都道府県または国の窓口に確かめています。"),
        "bring_back": _("ご相談について、都道府県または国の窓口から返事がありました。"),
        "published": _("ご相談の答えが、資料室に載りました。"),
        "unpublish": _("ご相談の答えを、資料室から取り下げました。"),
        "close": _("ご相談を終わりにしました。続きがあれば、また書き込めます。"),
        "withdraw": _("ご相談を取り下げました。"),
        "reply_soon": _("ご相談について、お返事をお待ちしています。"),
        "lost_code": _("受付番号を、新しく作れます。"),
        "consent": _("ご相談の答えを、名前などを伏せて資料室に載せてよいか、おたずねします。"),
    }
    return words[what]


@renders(RENDERER)
def letter(mail_id: int) -> Letter | None:
    """The mail, or None where the request or the address is gone meanwhile."""
    row = db.session.execute(
        select(
            *(Mail.what, Mail.seed, Mail.token_hash, Mail.created_at),
            *(Request.data_key, Request.person, Request.locale, Request.created_at.label("sent_at")),
            *(Publication.seed.label("consent_seed"), Publication.state),
        )
        .join(Request, Request.id == Mail.request_id)
        .outerjoin(Publication, Publication.request_id == Request.id)
        .where(Mail.id == mail_id)
    ).first()
    address = Seal.of(row.data_key).open_person(row.person).email if row else ""
    if row is None or not address or (row.what == "consent" and row.state != "asked"):
        return None
    if row.what in _LINKS and (row.token_hash is None or row.created_at < clock.now() - LINK_USABLE):
        return None
    with force_locale(row.locale):
        said = _said(row.what)
        body = "\n\n".join(
            [
                said,
                *_where(row),
                "-- \n" + _("SCカフェ（生活支援コーディネーターのひろば）") + "\n" + _address("/"),
            ]
        )
        return Letter(address, _("【SCカフェ】%(subject)s", subject=said.rstrip("。")), body + "\n")


def _where(row: Any) -> list[str]:
    """Where to go on: by the receipt code, or by the personal link of this mail."""
    says_nothing = _("このメールには、ご相談の内容も受付番号も書いていません。")
    if row.what == "consent":
        # The asker's own link opens the text that is asked about, and never the conversation.
        address = _address(f"/counseling/consent/{link_tokens.token_of(CONSENT, row.consent_seed)}")
        return [
            _("次のページで、載せる文を読んで、お返事ください。受付番号はいりません。\n%(address)s", address=address),
            _("このページはあなた専用です。ほかの方に転送しないでください。載せたあとも、ここから取り下げられます。"),
            says_nothing,
        ]
    if row.what in _LINKS:
        address = _address(_LINKS[row.what] + link_tokens.token_of(_purpose(row.what), row.seed))
        return [
            _(
                "%(day)sに送られたご相談の受付番号です。次のページのボタンを押すと、新しい番号が出ます。24時間使えます。\n"
                "%(address)s",
                day=date_text(row.sent_at, row.locale),
                address=address,
            ),
            _("お心当たりがないときは、このメールを捨ててください。いまの番号は、そのまま使えます。"),
        ]
    return [
        _("次のページで、受付番号を入力すると読めます。\n%(address)s", address=_address("/counseling/receipt")),
        says_nothing,
    ]
