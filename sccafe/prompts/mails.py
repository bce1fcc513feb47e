"""The mails of prompts: made when they are sent, from what their reader may read at that moment."""

from datetime import timedelta

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from sccafe.accounts.models import User
from sccafe.core import mail
from sccafe.core.database import db
from sccafe.core.formats import date_text
from sccafe.core.mail import Letter, renders
from sccafe.core.markup import plain
from sccafe.prompts import queries, tokens
from sccafe.prompts.models import PromptRecipient
from sccafe.prompts.policy import ENTERED_KEPT

#: The renderer of a prompt's mails; each is made from a recipient.
RENDERER = "prompt"
EXCERPT = 200


def _address(path: str) -> str:
    return str(current_app.config["SETTINGS"].base_url) + path


def _end() -> str:
    return "-- \n" + str(_("SCカフェ（生活支援コーディネーターのひろば）")) + "\n" + _address("/")


@renders(RENDERER)
def letter(recipient_id: int) -> Letter | None:
    """The mail to one recipient, or None where they are not to be asked any more."""
    row = db.session.execute(
        select(PromptRecipient.user_id, PromptRecipient.address, PromptRecipient.seed).where(
            PromptRecipient.id == recipient_id
        )
    ).first()
    if row is None:
        return None
    token = tokens.token_of(row.seed)
    asked = queries.asked(token)
    if asked is None or asked.why or (row.user_id is None and queries.refusing(token)):
        return None
    address = row.address
    if row.user_id is not None:
        address = db.session.scalar(select(User.email).where(User.id == row.user_id))
    if not address:
        return None
    locale = asked.viewer.locale or "ja"
    stop = "" if row.user_id is not None else _address(f"/answer/{token}/stop")
    with force_locale(locale):
        paragraphs = [
            _("%(name)sさん", name=asked.viewer.handle) if row.user_id is not None else "",
            _("SCカフェの事務局から、おたずねします。"),
            _("「%(title)s」", title=asked.title),
            plain(asked.html, EXCERPT),
            _("次のページで答えられます。サインインはいりません。\n%(address)s", address=_address(f"/answer/{token}")),
            _(
                "%(day)sまで、何度でも書き直せます。匿名でも、事務局だけに伝えることもできます。",
                day=date_text(asked.deadline - timedelta(seconds=1), locale),
            ),
            _("このページはあなた専用です。ほかの方に転送しないでください。"),
            _("このようなメールをもう受け取らない\n%(address)s", address=stop) if stop else "",
            _end(),
        ]
        body = "\n\n".join(text for text in paragraphs if text) + "\n"
        subject = _("【SCカフェ】%(subject)s", subject=_("おたずね：%(title)s", title=asked.title))
        return Letter(address, subject, body, stop)


def queue_entered(recipient: str, token: str) -> None:
    """Tell somebody without an account that their words were entered, inside `writing`; the words are on the page."""
    with force_locale("ja"):
        paragraphs = [
            _("SCカフェの事務局です。うかがったお話を、あなたに代わってSCカフェに書き込みました。"),
            _(
                "次のページで、書き込んだ文を確かめてください。このままでよいか、取り下げるかを選べます。\n%(address)s",
                address=_address(f"/written/{token}"),
            ),
            _("このページは%(days)s日のあいだ使えます。", days=ENTERED_KEPT.days),
            _("お心当たりがないときは、事務局へお知らせください。\n%(address)s", address=_address("/contact")),
            _end(),
        ]
        subject = _("【SCカフェ】%(subject)s", subject=_("書き込みを確かめてください"))
        mail.queue(recipient, subject, "\n\n".join(paragraphs) + "\n")
