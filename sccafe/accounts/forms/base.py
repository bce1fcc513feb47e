"""What all forms of people have in common: fields that refuse what should not be there, in words."""

import secrets
from collections.abc import Callable
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    Field,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
    widgets,
)
from wtforms.fields import SelectChoice
from wtforms.validators import StopValidation

from sccafe.accounts import texts
from sccafe.core import taxonomy


class Form(FlaskForm):  # type: ignore[misc]
    """A form whose fields are each sent once."""

    def validate(self, extra_validators: Any = None) -> bool:
        valid = bool(super().validate(extra_validators))
        for field in self:
            sent = field.raw_data or ()
            if len(sent) > 1 and not isinstance(field, SelectMultipleField):
                # Which of them was meant nobody can tell.
                field.errors = [
                    *field.errors,
                    _l("同じ欄が2回送られました。ページを開き直して、もう一度入力してください。"),
                ]
                valid = False
        return valid

    def refuse(self, field: Field, message: str) -> None:
        """Let a field be wrong for a reason that only the write could find."""
        field.errors = [*field.errors, message]


class Once(HiddenField):  # type: ignore[misc]
    """A form's own key: sending the same form twice does its work once."""

    data: str

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(formdata, data or secrets.token_urlsafe(12), extra_filters)

    def pre_validate(self, form: Any) -> None:
        if len(self.data or "") > 60:
            self.data = ""


class Line(StringField):  # type: ignore[misc]
    """One line, composed and without white space around it."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            self.data = texts.line(valuelist[0])


class Lines(TextAreaField):  # type: ignore[misc]
    """A text of several lines."""

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            self.data = texts.several_lines(valuelist[0])


class Choice(SelectField):  # type: ignore[misc]
    """One of a list."""

    def pre_validate(self, form: Any) -> None:
        if self.data not in {value for value, *_ in self.iter_choices()}:
            raise ValidationError(_l("一覧にあるものから選んでください。"))


class Choices(SelectMultipleField):  # type: ignore[misc]
    """Several of a list, as checkboxes."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()

    def process_formdata(self, valuelist: Any) -> None:
        # Each of them once, however often it is sent.
        super().process_formdata(list(dict.fromkeys(valuelist)))

    def pre_validate(self, form: Any) -> None:
        if set(self.data or ()) - {value for value, *_ in self.iter_choices()}:
            raise ValidationError(_l("一覧にあるものから選んでください。"))


def options(name: str) -> Callable[[], list[SelectChoice]]:
    """The choices of an option list, and none of them."""

    def choices() -> list[SelectChoice]:
        locale = str(get_locale())
        rows = [SelectChoice(option.key, option.label(locale)) for option in taxonomy.options(name)]
        return [SelectChoice("", _("えらばない")), *rows]

    return choices


class Needed:
    """Something has to be written here; the form's HTML says so too."""

    def __init__(self, message: Any) -> None:
        self.message = message
        self.field_flags = {"required": True}

    def __call__(self, form: Any, field: Field) -> None:
        if not field.data:
            raise StopValidation(self.message)


class Clean:
    """At most so many characters, none of which hides or does something."""

    def __init__(self, most: int, lines: bool = False) -> None:
        self.most, self.lines = most, lines
        self.field_flags = {"maxlength": most}

    def __call__(self, form: Any, field: Field) -> None:
        text = field.data or ""
        if len(text) > self.most:
            raise StopValidation(
                _l("%(most)s文字までにしてください（いまは%(now)s文字です）。", most=self.most, now=len(text))
            )
        if not texts.is_clean(text, self.lines):
            raise StopValidation(_l("目に見えない文字や制御文字が入っています。消して、打ち直してください。"))
