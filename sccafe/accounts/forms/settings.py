"""What people change of their own account."""

from dataclasses import replace
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field, ValidationError
from wtforms.fields import SelectChoice

from sccafe.accounts import handles
from sccafe.accounts.forms.base import Choice, Clean, Form, Line, Lines, Needed
from sccafe.accounts.forms.people import (
    EMAIL_MOST,
    NewPassword,
    WorkForm,
    affiliation_field,
    experience_field,
    handle_problem,
    lasting_email_address,
    layer_field,
    municipality_field,
    password_field,
    population_field,
    prefecture_field,
)
from sccafe.accounts.service import Details


class ProfileForm(WorkForm):
    handle = Line(
        _l("ハンドル名"),
        [Needed(_l("ハンドル名を入力してください。例: みどり")), Clean(60)],
        description=_l("サイトで見える名前です。変えると、前の名前のアドレスは1年のあいだ新しい名前につながります。"),
        render_kw={"autocomplete": "nickname"},
    )
    real_name = Line(
        _l("本名"),
        [Clean(80)],
        description=_l("事務局だけが見ます。ほかの方には見えません。"),
        render_kw={"autocomplete": "name"},
    )
    coordinator_layer = layer_field()
    affiliation = affiliation_field()
    experience_years = experience_field()
    prefecture = prefecture_field()
    municipality = municipality_field()
    population = population_field()
    about = Lines(
        _l("自己紹介"),
        [Clean(1000, lines=True)],
        description=_l("サインインした方が、あなたのページで読めます。1000文字まで。"),
    )
    locale = Choice(
        _l("ことば"),
        [Needed(_l("ことばをえらんでください。"))],
        choices=[SelectChoice("ja", "日本語"), SelectChoice("en", "English")],
        default="ja",
    )

    def __init__(self, of_staff: bool, present_handle: str, **more: Any) -> None:
        self.of_staff, self.present_handle = of_staff, present_handle
        super().__init__(**more)

    def validate_handle(self, field: Field) -> None:
        problem = handles.problem(field.data or "", self.of_staff)
        # Whoever has a handle that newer rules refuse may keep it.
        if problem and field.data != self.present_handle:
            raise ValidationError(handle_problem(problem))

    def details(self) -> Details:
        return replace(super().details(), population=self.population.data)


class NewEmailForm(Form):
    email = Line(
        _l("新しいメールアドレス"),
        [
            Needed(_l("新しいメールアドレスを入力してください。例: name@example.jp")),
            Clean(EMAIL_MOST),
            lasting_email_address,
        ],
        render_kw={"type": "email", "autocomplete": "email", "inputmode": "email"},
    )
    password = password_field(
        _l("いまのパスワード"),
        [Needed(_l("いまのパスワードを入力してください。")), Clean(400)],
        "current-password",
        description=_l("ご本人であることを確かめるためです。"),
    )


class ChangePasswordForm(Form):
    password = password_field(
        _l("いまのパスワード"),
        [Needed(_l("いまのパスワードを入力してください。")), Clean(400)],
        "current-password",
    )
    new_password = password_field(
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
