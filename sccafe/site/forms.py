"""The forms of the secretariat's own pages."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, IntegerField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length, NumberRange, Regexp

from sccafe.boards.forms import WithText
from sccafe.boards.models import BOARD_KINDS
from sccafe.boards.waiting import RAISE_AFTER, REMIND_AFTER
from sccafe.core.audience import AUDIENCES
from sccafe.library.service import CHECK_AFTER


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

    raise_after = SelectField(
        _l("答えのない質問を、専門家と事務局の一覧や、くわしそうな人のホームに出すまでの営業日"),
        coerce=int,
        choices=[],
        validate_choice=False,
    )
    remind_after = SelectField(
        _l("答えのない質問を、事務局に知らせるまでの営業日"),
        coerce=int,
        choices=[],
        validate_choice=False,
    )

    check_after = SelectField(
        _l("資料室の資料が、いまも正しいかを持ち主にたずねるまでの月数"),
        coerce=int,
        choices=[],
        validate_choice=False,
    )

    talk_board = SelectField(
        _l("資料について話す話題を開く場所"),
        choices=[],
        validate_choice=False,
        description=_l("この場所を読める人のだれかが読めない資料では、話題を開けません。"),
    )

    def __init__(self, modes: dict[str, str], boards: dict[str, str], **more: Any) -> None:
        super().__init__(**more)
        self.talk_board.choices = list(boards.items())
        self.registration_mode.choices = list(modes.items())
        self.raise_after.choices = [(days, str(days)) for days in RAISE_AFTER.choices]
        self.remind_after.choices = [(days, str(days)) for days in REMIND_AFTER.choices]
        self.check_after.choices = [(months, str(months)) for months in CHECK_AFTER.choices]

    def validate_talk_board(self, field: Field) -> None:
        if field.data not in dict(self.talk_board.choices):
            raise ValidationError(_l("一覧から選んでください。"))

    def validate_check_after(self, field: Field) -> None:
        if not CHECK_AFTER.allows(field.data):
            raise ValidationError(_l("一覧から選んでください。"))

    def validate_raise_after(self, field: Field) -> None:
        if not RAISE_AFTER.allows(field.data):
            raise ValidationError(_l("一覧から選んでください。"))

    def validate_remind_after(self, field: Field) -> None:
        if not REMIND_AFTER.allows(field.data):
            raise ValidationError(_l("一覧から選んでください。"))
        if field.data <= (self.raise_after.data or 0):
            raise ValidationError(_l("一覧に出すまでの日数より、長くしてください。"))

    def validate_registration_mode(self, field: Field) -> None:
        if field.data not in dict(self.registration_mode.choices):
            raise ValidationError(_l("一覧から選んでください。"))
