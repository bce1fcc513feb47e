"""The mails of accounts: plain text, short, in the language of whoever reads them.

Each function writes one mail into the present transaction.
"""

from collections.abc import Iterable

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from sccafe.accounts.proofs import Proof
from sccafe.accounts.words import role_label
from sccafe.core import mail


def _address(path: str) -> str:
    return str(current_app.config["SETTINGS"].base_url) + path


def _send(recipient: str, subject: str, *paragraphs: str) -> None:
    end = "-- \n" + _("SCカフェ（生活支援コーディネーターのひろば）") + "\n" + _address("/")
    subject = _("【SCカフェ】%(subject)s", subject=subject)
    mail.queue(recipient, subject, "\n\n".join([*(text for text in paragraphs if text), end]) + "\n")


def _not_me() -> str:
    return str(_("お心当たりがないときは、何もしないでください。このメールは捨ててかまいません。"))


def confirm_sign_up(recipient: str, locale: str, handle: str, proof: Proof, is_shared: bool) -> None:
    """The link and the code; says plainly where others use the mailbox, and names none of them."""
    with force_locale(locale or "ja"):
        shared = _(
            "なお、このメールアドレスでは、すでにSCカフェに登録している方がいます。1つのアドレスを何人かで使う職場のために、"
            "それぞれの登録ができるようになっています。サインインのときは、ハンドル名も入力してください。すでに登録した方が"
            "ご自分なら、新しい登録はせず、そのままサインインしてください。"
        )
        _send(
            recipient,
            _("登録の確認をお願いします"),
            _("SCカフェの登録を確認するメールです。「%(handle)s」の登録が始まりました。", handle=handle),
            _("次の番号を、登録の画面に入力してください。\n\n    %(code)s", code=proof.code_in_groups),
            _(
                "または、次のページを開いて「登録を確認する」を押してください。\n%(address)s",
                address=_address(f"/sign-up/confirm/{proof.token}"),
            ),
            _("番号もページも、3日のあいだ使えます。"),
            shared if is_shared else "",
            _not_me(),
        )


def mailbox_is_full(recipient: str, locale: str) -> None:
    with force_locale(locale or "ja"):
        _send(
            recipient,
            _("登録できませんでした"),
            _("SCカフェの登録について、お知らせします。"),
            _(
                "このメールアドレスで登録できる人数（10人）を超えたため、新しい登録はできませんでした。"
                "別のメールアドレスで登録してください。"
            ),
            _not_me(),
        )


def confirm_new_email(recipient: str, locale: str, handle: str, proof: Proof) -> None:
    with force_locale(locale or "ja"):
        _send(
            recipient,
            _("新しいメールアドレスの確認"),
            _("SCカフェの「%(handle)s」さんが、メールアドレスをこのアドレスに変えようとしています。", handle=handle),
            _("次の番号を、設定の画面に入力してください。\n\n    %(code)s", code=proof.code_in_groups),
            _(
                "または、次のページを開いて「このアドレスにする」を押してください。\n%(address)s",
                address=_address(f"/settings/email/confirm/{proof.token}"),
            ),
            _("番号もページも、3日のあいだ使えます。"),
            _not_me(),
        )


def email_changed(recipient: str, locale: str, handle: str) -> None:
    """To the old address."""
    with force_locale(locale or "ja"):
        _send(
            recipient,
            _("メールアドレスが変わりました"),
            _("SCカフェの「%(handle)s」さんのメールアドレスが、別のアドレスに変わりました。", handle=handle),
            _("これからのお知らせは、新しいアドレスに届きます。"),
            _(
                "ご自分で変えた覚えがないときは、すぐに事務局へお知らせください。\n%(address)s",
                address=_address("/contact"),
            ),
        )


def new_password(recipient: str, locale: str, people: Iterable[tuple[str, Proof]]) -> None:
    """One link for each person who uses the mailbox."""
    with force_locale(locale or "ja"):
        links = [
            _("「%(handle)s」さんのページ", handle=handle) + "\n" + _address(f"/reset-password/{proof.token}")
            for handle, proof in people
        ]
        _send(
            recipient,
            _("新しいパスワードを決めるページ"),
            _(
                "SCカフェの新しいパスワードを決めるためのメールです。次のページを開いて、新しいパスワードを入力してください。"
            ),
            "\n\n".join(links),
            _("ページは2時間のあいだ、1回だけ使えます。"),
            _not_me(),
        )


def password_changed(recipient: str, locale: str, handle: str) -> None:
    with force_locale(locale or "ja"):
        _send(
            recipient,
            _("パスワードが変わりました"),
            _("SCカフェの「%(handle)s」さんのパスワードが変わりました。", handle=handle),
            _(
                "ご自分で変えた覚えがないときは、次のページで新しいパスワードを決め、事務局へお知らせください。\n%(address)s",
                address=_address("/forgotten-password"),
            ),
        )


def approved(recipient: str, locale: str, handle: str) -> None:
    with force_locale(locale or "ja"):
        _send(
            recipient,
            _("登録が承認されました"),
            _("SCカフェの「%(handle)s」さんの登録が承認されました。サインインしてお使いください。", handle=handle),
            _address("/sign-in"),
        )


def refused(recipient: str, locale: str, handle: str, reason: str) -> None:
    with force_locale(locale or "ja"):
        _send(
            recipient,
            _("登録を見合わせました"),
            _(
                "SCカフェの「%(handle)s」さんの登録は、事務局で確認した結果、見合わせることになりました。",
                handle=handle,
            ),
            _("理由：%(reason)s", reason=reason),
            _("ご不明な点は、事務局へお問い合わせください。\n%(address)s", address=_address("/contact")),
        )


def suspended(recipient: str, locale: str, handle: str, reason: str) -> None:
    with force_locale(locale or "ja"):
        _send(
            recipient,
            _("利用を停止しました"),
            _("SCカフェの「%(handle)s」さんの利用を、事務局が停止しました。", handle=handle),
            _("理由：%(reason)s", reason=reason),
            _("ご不明な点は、事務局へお問い合わせください。\n%(address)s", address=_address("/contact")),
        )


def restored(recipient: str, locale: str, handle: str, reason: str) -> None:
    with force_locale(locale or "ja"):
        _send(
            recipient,
            _("またお使いいただけます"),
            _("SCカフェの「%(handle)s」さんの利用の停止を、事務局が解きました。", handle=handle),
            _("理由：%(reason)s", reason=reason),
            _address("/sign-in"),
        )


def invitation(recipient: str, locale: str, role: str, token: str) -> None:
    with force_locale(locale or "ja"):
        _send(
            recipient,
            _("SCカフェへのご招待"),
            _("SCカフェの事務局から、%(role)sとしてのご招待です。", role=role_label(role)),
            _(
                "SCカフェは、生活支援コーディネーターと関わる方々が、聞いたり話したりする場所です。次のページから登録できます。\n"
                "%(address)s",
                address=_address(f"/sign-up?invitation={token}"),
            ),
            _("このご招待は14日のあいだ、1人の方が使えます。"),
            _not_me(),
        )
