"""The forms of the secretariat's own pages."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, IntegerField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length, NumberRange, Regexp

from sccafe.boards.forms import WithText
from sccafe.boards.models import BOARD_KINDS
from sccafe.core.audience import AUDIENCES


class PageForm(WithText):
    """A page's text in one language."""


class BoardForm(FlaskForm):  # type: ignore[misc]
    title = StringField(
        _l("名前"), [DataRequired(_l("名前を書いてください。")), Length(max=80, message=_l("名前は80文字までです。"))]
    )
    title_en = StringField(_l("英語の名前"), [Length(max=80, message=_l("名前は80文字までです。"))])
    slug = StringField(
        _l("アドレス"),
        [
            DataRequired(_l("アドレスを書いてください。例: shopping")),
            Regexp(
                r"^[a-z0-9]+(-[a-z0-9]+)*$",
                message=_l("アドレスに使えるのは、小文字の英字、数字、ハイフンです。例: kanto-block"),
            ),
            Length(max=60, message=_l("アドレスは60文字までです。")),
        ],
        description=_l("/boards/ の後ろになります。変えると、古いアドレスは開けなくなります。"),
    )
    kind = SelectField(_l("種類"), choices=[], validate_choice=False)
    audience = SelectField(_l("公開範囲"), choices=[], validate_choice=False)
    start = SelectField(_l("話題をはじめられる人"), choices=[], validate_choice=False)
    description = TextAreaField(_l("説明"), [Length(max=400, message=_l("説明は400文字までです。"))])
    description_en = TextAreaField(_l("英語の説明"), [Length(max=400, message=_l("説明は400文字までです。"))])
    anonymous_allowed = BooleanField(_l("名前を出さずに書けるようにする"))
    position = IntegerField(
        _l("並び順"),
        [NumberRange(0, 9999, message=_l("並び順は0から9999の数で書いてください。"))],
        description=_l("小さい数ほど上に出ます。"),
    )
    archived = BooleanField(_l("保存した場所にする（読むだけになります）"))

    def __init__(self, kinds: dict[str, str], audiences: dict[str, str], starts: dict[str, str], **more: Any) -> None:
        super().__init__(**more)
        self.kind.choices = list(kinds.items())
        self.audience.choices = list(audiences.items())
        self.start.choices = list(starts.items())

    def validate_kind(self, field: Field) -> None:
        if field.data not in BOARD_KINDS:
            raise ValidationError(_l("一覧から選んでください。"))

    def validate_audience(self, field: Field) -> None:
        if field.data not in AUDIENCES:
            raise ValidationError(_l("一覧から選んでください。"))

    def validate_start(self, field: Field) -> None:
        if (field.data or "") not in ("", "staff"):
            raise ValidationError(_l("一覧から選んでください。"))


class SettingsForm(FlaskForm):  # type: ignore[misc]
    registration_mode = SelectField(_l("登録のしかた"), choices=[], validate_choice=False)
    hold_first_post = BooleanField(_l("新しい人のはじめての書き込みは、事務局が確かめてから出す"))

    def __init__(self, modes: dict[str, str], **more: Any) -> None:
        super().__init__(**more)
        self.registration_mode.choices = list(modes.items())

    def validate_registration_mode(self, field: Field) -> None:
        if field.data not in dict(self.registration_mode.choices):
            raise ValidationError(_l("一覧から選んでください。"))
