"""The forms of keeping order."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)

from sccafe.moderation import words
from sccafe.moderation.erasing import Clean, cleaner
from sccafe.moderation.service import NOTE_LENGTH

REASON_LENGTH = 1000


def _chosen(form: FlaskForm, field: Field) -> None:
    """The choice is one of those offered; WTForms' own message is English."""
    if field.data not in dict(field.choices):
        raise ValidationError(_l("どれか一つを選んでください。"))


def _reason_given(form: FlaskForm, field: Field) -> None:
    if not (field.data or "").strip():
        raise ValidationError(_l("理由を書いてください。書いた人にもこの理由が伝わります。"))
    if len(field.data) > REASON_LENGTH:
        raise ValidationError(_l("理由は1000文字までです。短くまとめてください。"))


def _certain(form: FlaskForm, field: Field) -> None:
    if not field.data:
        raise ValidationError(_l("元に戻せないことを確かめ、印を付けてください。"))


class ReportForm(FlaskForm):  # type: ignore[misc]
    reason = RadioField(_l("気になったこと"), [_chosen], choices=[], validate_choice=False)
    note = TextAreaField(_l("ひとこと"), description=_l("どこが気になったかを、短く教えてください。"))

    def __init__(self) -> None:
        super().__init__()
        self.reason.choices = words.report_reasons()
        self.reason.flags.required = True

    def validate_note(self, field: Field) -> None:
        if len(field.data or "") > NOTE_LENGTH:
            raise ValidationError(_l("ひとことは500文字までです。短くまとめてください。"))


class ReasonForm(FlaskForm):  # type: ignore[misc]
    """A measure and its reason; `next` is where to go on afterwards."""

    reason = TextAreaField(_l("理由"), [_reason_given])
    next = HiddenField()

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.reason.flags.required = True


class ErasePostForm(ReasonForm):
    certain = BooleanField(_l("元に戻せないことを確かめました"), [_certain])

    def __init__(self) -> None:
        super().__init__()
        self.certain.flags.required = True


class DismissForm(FlaskForm):  # type: ignore[misc]
    decision = TextAreaField(
        _l("どう考えたか"), description=_l("事務局の記録に残ります。知らせた人や書いた人には伝わりません。")
    )

    def validate_decision(self, field: Field) -> None:
        if len(field.data or "") > REASON_LENGTH:
            raise ValidationError(_l("1000文字までです。短くまとめてください。"))


class AssignForm(FlaskForm):  # type: ignore[misc]
    assignee = SelectField(_l("担当"), [_chosen], choices=[], validate_choice=False)

    def __init__(self, staff: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(**more)
        self.assignee.choices = staff
        self.assignee.flags.required = True


class ManageForm(ReasonForm):
    """What is to be done to a topic; `board` is where to move it."""

    measure = RadioField(_l("すること"), [_chosen], choices=[], validate_choice=False)
    board = SelectField(_l("移す先"), choices=[], validate_choice=False)

    def __init__(self, measures: list[tuple[str, str]], boards: list[tuple[str, str]]) -> None:
        super().__init__()
        self.measure.choices = measures
        self.measure.flags.required = True
        self.board.choices = [("", _l("選んでください")), *boards]

    def validate_board(self, field: Field) -> None:
        if self.measure.data == "moved" and (not field.data or field.data not in dict(field.choices)):
            raise ValidationError(_l("移す先を選んでください。"))


class WordsForm(FlaskForm):  # type: ignore[misc]
    """Words to be looked for; after validation `clean` takes them out of a text."""

    words = StringField(
        _l("消すことば"),
        description=_l("住民の方のお名前など。全角と半角、間の空白の違いは、区別せずにさがします。"),
    )
    clean: Clean

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.words.flags.required = True

    def validate_words(self, field: Field) -> None:
        if len(field.data or "") > 100:
            raise ValidationError(_l("ことばは100文字までです。"))
        try:
            self.clean = cleaner(field.data or "")
        except ValueError as short:
            raise ValidationError(_l("2文字以上のことばを書いてください。")) from short


class EraseWordsForm(WordsForm):
    reason = TextAreaField(
        _l("理由"),
        [_reason_given],
        description=_l("書いた人に伝わり、記録に残ります。消すことばは書かないでください。"),
    )
    certain = BooleanField(_l("元に戻せないことを確かめました"), [_certain])

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.reason.flags.required = self.certain.flags.required = True

    def validate_reason(self, field: Field) -> None:
        clean = getattr(self, "clean", None)
        if clean is not None and clean(field.data or "") != field.data:
            raise ValidationError(_l("理由の中に、消すことばが入っています。ことばを使わずに書いてください。"))
