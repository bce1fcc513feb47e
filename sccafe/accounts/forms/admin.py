"""What the secretariat fills in about people."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, Field, IntegerField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import Optional, StopValidation

from sccafe.accounts.forms.base import Choice, Choices, Clean, Form, Line, Lines, Needed, options
from sccafe.accounts.forms.people import EMAIL_MOST, lasting_email_address
from sccafe.accounts.forms.picture import PictureField
from sccafe.accounts.words import role_label
from sccafe.core.audience import ROLES, Role


class ReasonForm(Form):
    """A reason that the person concerned is shown."""

    reason = Lines(
        _l("理由"),
        [Needed(_l("理由を書いてください。ご本人に伝わります。")), Clean(1000, lines=True)],
        description=_l("ご本人に見せ、メールでも伝えます。"),
    )


class RoleForm(Form):
    role = Choice(_l("役割"), [Needed(_l("役割をえらんでください。"))], choices=[])

    def __init__(self, roles: Iterable[Role], **more: Any) -> None:
        super().__init__(**more)
        given = set(roles)
        self.role.choices = [SelectChoice(role, role_label(role)) for role in ROLES if role in given]


class InvitationForm(RoleForm):
    email = Line(
        _l("メールアドレス"),
        [Optional(), Clean(EMAIL_MOST), lasting_email_address],
        description=_l("入力すると、ご招待のメールを送ります。空のときは、渡すためのアドレス（リンク）を表示します。"),
        render_kw={"type": "email", "autocomplete": "off", "inputmode": "email"},
    )
    note = Line(_l("おぼえ書き"), [Clean(200)], description=_l("どなたへの招待か、事務局のための一行です。"))


class DeskForm(Form):
    counseling_desk = BooleanField(_l("相談窓口を受け持つ（カウンセリングの相談を読めるようになります）"))


class _Date(DateField):  # type: ignore[misc]
    def process_formdata(self, valuelist: list[str]) -> None:
        if not any(valuelist):
            self.data = None
            return
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_l("日付の形が正しくありません。例: 2026-04-01")) from None


class _Number(IntegerField):  # type: ignore[misc]
    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_l("数字で入力してください。例: 3")) from None


class ExpertForm(Form):
    handle = Line(_l("ハンドル名"), [Needed(_l("専門家になる方のハンドル名を入力してください。")), Clean(60)])
    fields = Choices(
        _l("お答えする分野"),
        choices=lambda: options("counseling_category")()[1:],
    )
    sentence = Line(
        _l("ひとこと"), [Clean(200)], description=_l("相談する方に見せます。例: 立ち上げの失敗談なら、いくらでも。")
    )
    employer = Line(
        _l("勤め先の名前"),
        [Clean(80)],
        description=_l("同じ職場の方からの相談を渡さないために使います。事務局だけが見ます。"),
    )
    picture = PictureField(_l("写真か絵"), description=_l("なくてもかまいません。ないときは、名前の一文字を出します。"))
    remove_picture = BooleanField(_l("いまの写真を外す"))
    capacity = _Number(_l("同時に受け持つ相談の数"), default=3)
    away_until = _Date(
        _l("お休みから戻る日"), [Optional()], description=_l("この日の前の日まで、相談をお願いしません。")
    )
    active = BooleanField(_l("専門家として紹介し、相談をお願いする"), default=True)
    note = Lines(_l("おぼえ書き"), [Clean(2000, lines=True)], description=_l("事務局だけが見ます。"))

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.fields.flags.required = self.capacity.flags.required = True

    def validate_fields(self, field: Field) -> None:
        if self.active.data and not field.data:
            raise ValidationError(_l("お答えする分野を1つ以上えらんでください。"))

    def validate_capacity(self, field: Field) -> None:
        if field.errors:
            return
        if field.data is None or not 0 <= field.data <= 99:
            raise StopValidation(_l("0から99までの数で入力してください。"))
