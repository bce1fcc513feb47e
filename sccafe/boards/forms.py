"""The forms of a conversation."""

import secrets
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import Row
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
    widgets,
)

from sccafe.boards import policy, shown
from sccafe.boards.drafts import Words
from sccafe.boards.file_field import Files, TakesFiles
from sccafe.boards.meeting_forms import WithMeeting
from sccafe.boards.service import OWN_NAME, TITLE_LENGTH, Naming, Text, prepare
from sccafe.core import taxonomy
from sccafe.core.text_rules import TextRefused


def quick_box(exchange: Row[Any]) -> dict[str, Any]:
    """What templates/boards/_quick.html shows for a board of this kind, a row of `queries.board_to_write_on`; written
    out by hand there, as WTForms takes ten times as long."""
    return {
        "slug": exchange.slug,
        "place": f"board/{exchange.id}",
        "draft": _draft_of(exchange),
        "once": secrets.token_urlsafe(12),
        "who_reads": shown.who_reads(exchange.audience),
        "anonymous_allowed": policy.may_be_anonymous(exchange.kind, exchange.anonymous_allowed),
    }


def milliseconds(at: datetime) -> int:
    """A moment as scripts count them."""
    return int(at.timestamp() * 1000)


def _draft_of(board: Row[Any]) -> SimpleNamespace | None:
    """The draft of a new topic: its text for the short form, or its beginning where only the whole form can hold it."""
    if board.draft_id is None:
        return None
    words = " ".join(f"{board.draft_title} {board.draft_body}".split())
    return SimpleNamespace(
        id=board.draft_id,
        body=board.draft_body,
        anonymous=board.draft_anonymous,
        at=milliseconds(board.draft_at),
        beginning=(words if len(words) <= 60 else words[:59] + "…") if board.draft_title or board.draft_themes else "",
    )


class Once(HiddenField):  # type: ignore[misc]
    """A form's own key: sending the same form twice makes one post."""

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        super().process(formdata, data or secrets.token_urlsafe(12), extra_filters)


class WithNaming(FlaskForm):  # type: ignore[misc]
    """Under one's own name or an alias; where the board allows no alias the fields are not there."""

    anonymous = BooleanField(_l("匿名で書く"))
    position = BooleanField(_l("層と経験年数は出す"))

    def allow_anonymous(self, allowed: bool) -> None:
        if not allowed:
            del self.anonymous
            del self.position

    @property
    def naming(self) -> Naming:
        if "anonymous" not in self:
            return OWN_NAME
        return Naming(bool(self.anonymous.data), bool(self.position.data))


class WithText(FlaskForm):  # type: ignore[misc]
    """A form with a text in Markdown; after validation `text` is ready to be stored."""

    body = TextAreaField(_l("本文"))
    once = Once()
    text: Text
    #: What is said where nothing stands in it.
    nothing_written = _l("本文が空です。ひとことでも書いてから送ってください。")
    #: The draft that was put back into the empty form: its id, and when it was kept (milliseconds); 0 for none.
    restored_id = restored_at = 0

    @property
    def words(self) -> Words:
        """What stands in it, as a draft keeps it."""
        # Boxes that are not ticked are not sent: the title tells the whole form from the short one of the home page.
        whole = "title" in request.form
        return Words(
            body=self.body.data or "",
            title=(self.title.data or "") if whole and "title" in self else None,
            themes=request.form.getlist("themes") if whole and "themes" in self else None,
            anonymous=bool(self.anonymous.data) if "anonymous" in self else None,
        )

    def restore(self, row: Row[Any]) -> None:
        """Put the draft of this row (queries/drafts.py) back, if there is one and nothing is typed yet."""
        if row.draft_id is None or (self.body.data or "").strip():
            return
        self.body.data = row.draft_body
        if "title" in self and not self.title.data:
            self.title.data = row.draft_title
        if "themes" in self and row.draft_themes:
            self.themes.data = row.draft_themes.split(",")
        if "anonymous" in self:
            self.anonymous.data = row.draft_anonymous
        self.restored_id, self.restored_at = row.draft_id, milliseconds(row.draft_at)

    def validate_body(self, field: Field) -> None:
        try:
            self.text = prepare(field.data or "")
        except TextRefused as refused:
            raise ValidationError(refused.message) from refused
        except ValueError as empty:
            raise ValidationError(self.nothing_written) from empty


class WithFiles(TakesFiles, WithText):
    """A text with files."""

    files = Files(_l("ファイル"))


def _title_length(form: FlaskForm, field: Field) -> None:
    if len(field.data or "") > TITLE_LENGTH:
        raise ValidationError(_l("題名は100文字までです。続きは本文に書いてください。"))


class Themes(SelectMultipleField):  # type: ignore[misc]
    """Checkboxes of the option list `theme`."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()


class NewTopicForm(WithFiles, WithNaming, WithMeeting):
    title = StringField(_l("題名"), [_title_length])
    themes = Themes(_l("テーマ"), validate_choice=False)

    def __init__(self, kind: str, locale: str, anonymous_allowed: bool) -> None:
        super().__init__()
        self.allow_anonymous(policy.may_be_anonymous(kind, anonymous_allowed))
        self.kind = kind
        self.keep_meeting(kind == "meeting")
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


class ReplyForm(WithFiles, WithNaming):
    parent = HiddenField()

    def __init__(self, kind: str, anonymous_allowed: bool, **more: Any) -> None:
        super().__init__(**more)
        self.allow_anonymous(policy.may_be_anonymous(kind, anonymous_allowed))


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
