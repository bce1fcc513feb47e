"""The forms of a conversation."""

import secrets
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, SelectMultipleField, StringField, TextAreaField, ValidationError, widgets

from sccafe.boards.service import TITLE_LENGTH, Text, prepare
from sccafe.core import taxonomy
from sccafe.core.markup import TextRefused


class Once(HiddenField):  # type: ignore[misc]
    """A form's own key: sending the same form twice makes one post."""

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(formdata, data or secrets.token_urlsafe(12), extra_filters)


class WithText(FlaskForm):  # type: ignore[misc]
    """A form with a text in Markdown; after validation `text` is ready to be stored."""

    body = TextAreaField(_l("本文"))
    once = Once()
    text: Text

    def validate_body(self, field: Field) -> None:
        try:
            self.text = prepare(field.data or "")
        except TextRefused as refused:
            raise ValidationError(refused.message) from refused
        except ValueError as empty:
            raise ValidationError(_l("本文が空です。ひとことでも書いてから送ってください。")) from empty


def _title_length(form: FlaskForm, field: Field) -> None:
    if len(field.data or "") > TITLE_LENGTH:
        raise ValidationError(_l("題名は100文字までです。続きは本文に書いてください。"))


class Themes(SelectMultipleField):  # type: ignore[misc]
    """Checkboxes of the option list `theme`."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()


class NewTopicForm(WithText):
    title = StringField(_l("題名"), [_title_length])
    themes = Themes(_l("テーマ"), validate_choice=False)

    def __init__(self, kind: str, locale: str) -> None:
        super().__init__()
        self.kind = kind
        self.themes.choices = [(option.key, option.label(locale)) for option in taxonomy.options("theme")]
        if self.title_needed:
            self.title.flags.required = True
        self.body.flags.required = True

    @property
    def title_needed(self) -> bool:
        """In the exchange the first line is title enough."""
        return self.kind != "exchange"

    def validate_title(self, field: Field) -> None:
        if self.title_needed and not (field.data or "").strip():
            raise ValidationError(_l("題名が空です。聞きたいことを一行で書いてください。"))


class ReplyForm(WithText):
    parent = HiddenField()


class EditForm(WithText):
    def __init__(self) -> None:
        super().__init__()
        self.body.flags.required = True


class EditTopicForm(EditForm):
    """The opening post is edited together with its topic's title."""

    title = StringField(_l("題名"), [_title_length])

    def __init__(self) -> None:
        super().__init__()
        self.title.flags.required = True

    def validate_title(self, field: Field) -> None:
        if not (field.data or "").strip():
            raise ValidationError(_l("題名が空です。聞きたいことを一行で書いてください。"))
