"""Sign-up, confirmation, sign-in and forgotten passwords."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, HiddenField, ValidationError

from sccafe.accounts import handles
from sccafe.accounts.forms.base import Clean, Form, Line, Needed, Once
from sccafe.accounts.forms.people import (
    EMAIL_MOST,
    NewPassword,
    WorkForm,
    affiliation_field,
    email_address,
    experience_field,
    handle_problem,
    lasting_email_address,
    layer_field,
    municipality_field,
    password_field,
    prefecture_field,
)

_EMAIL_NEEDED = _l("メールアドレスを入力してください。例: name@example.jp")
_PASSWORD_NEEDED = _l("パスワードを入力してください。")
_EMAIL_KEYS = {"type": "email", "autocomplete": "email", "inputmode": "email"}


class SignUpForm(WorkForm):
    email = Line(
        _l("メールアドレス"),
        [Needed(_EMAIL_NEEDED), Clean(EMAIL_MOST), lasting_email_address],
        description=_l("確認のメールを送ります。サイトには出ません。職場で共用しているアドレスでもかまいません。"),
        render_kw=_EMAIL_KEYS,
    )
    password = password_field(
        _l("パスワード"),
        [Needed(_PASSWORD_NEEDED), NewPassword()],
        "new-password",
        description=_l("8文字以上。ことばをいくつかつなげると、覚えやすく破られにくくなります。"),
    )
    handle = Line(
        _l("ハンドル名"),
        [Needed(_l("ハンドル名を入力してください。例: みどり")), Clean(60)],
        description=_l("サイトで見える名前です。本名でなくてかまいません。2文字から20文字まで。"),
        render_kw={"autocomplete": "nickname"},
    )
    coordinator_layer = layer_field()
    affiliation = affiliation_field()
    experience_years = experience_field()
    prefecture = prefecture_field()
    municipality = municipality_field()
    agree = BooleanField(
        _l("利用規約と、個人情報の取り扱いに同意します"),
        [Needed(_l("利用規約と個人情報の取り扱いをお読みのうえ、同意の欄に印をつけてください。"))],
    )
    invitation = HiddenField()
    once = Once()

    #: Set where an invitation gives a role of the secretariat.
    of_staff = False

    def validate_handle(self, field: Field) -> None:
        problem = handles.problem(field.data or "", self.of_staff)
        if problem:
            raise ValidationError(handle_problem(problem))

    def whose_email(self) -> str:
        return self.email.data or ""

    def whose_handle(self) -> str:
        return self.handle.data or ""


class EmailForm(Form):
    """An address to mail something to."""

    email = Line(_l("メールアドレス"), [Needed(_EMAIL_NEEDED), Clean(EMAIL_MOST), email_address], render_kw=_EMAIL_KEYS)


def _code() -> Field:
    return Line(
        _l("メールに書かれた番号"),
        [Needed(_l("メールに書かれた8桁の番号を入力してください。例: 1234 5678")), Clean(40)],
        render_kw={"inputmode": "numeric", "autocomplete": "one-time-code", "size": 12},
    )


class ConfirmForm(EmailForm):
    code = _code()


class CodeForm(Form):
    code = _code()


class SignInForm(Form):
    """Any address is let through here: whether it can be one is nobody's business at a sign-in."""

    email = Line(
        _l("メールアドレス"),
        [Needed(_EMAIL_NEEDED), Clean(EMAIL_MOST)],
        render_kw=_EMAIL_KEYS | {"autocomplete": "username"},
    )
    password = password_field(_l("パスワード"), [Clean(400)], "current-password")
    remember = BooleanField(_l("サインインしたままにする（自分だけが使う機器のとき）"))
    handle = Line(_l("ハンドル名"), [Clean(60)], render_kw={"autocomplete": "nickname"})
    proof = HiddenField()
    carry = HiddenField()

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.password.flags.required = True

    def validate_password(self, field: Field) -> None:
        if not field.data and not self.proof.data:
            raise ValidationError(_PASSWORD_NEEDED)


class NewPasswordForm(Form):
    """Whoever follows a mailed link has shown who they are."""

    password = password_field(
        _l("新しいパスワード"),
        [Needed(_l("新しいパスワードを入力してください。")), NewPassword()],
        "new-password",
        description=_l("8文字以上。ことばをいくつかつなげると、覚えやすく破られにくくなります。"),
    )

    def __init__(self, email: str, handle: str) -> None:
        super().__init__()
        self._email, self._handle = email, handle

    def whose_email(self) -> str:
        return self._email

    def whose_handle(self) -> str:
        return self._handle
