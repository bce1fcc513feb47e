"""The form of a text for the library, and the buttons of those who agree to it."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, HiddenField, TextAreaField, ValidationError

from sccafe.accounts.forms.base import Clean, Form, Line, Needed
from sccafe.boards.service import prepare
from sccafe.core.text_rules import TextRefused
from sccafe.counseling.sealing import PublishedText
from sccafe.library.sheet import TEXT_LENGTH, TITLE_LENGTH


def _number(field: Field) -> int:
    written = field.data or ""
    return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else 0


class PublicationForm(Form):
    """What is to be published; after validation `said` is ready to be sealed."""

    title = Line(_l("題名"), [Needed(_l("題名を書いてください。")), Clean(TITLE_LENGTH)])
    question = TextAreaField(_l("質問"))
    answer = TextAreaField(_l("答え"))
    asked = BooleanField(_l("資料室に載せてよいか、相談した方にたずねることを、ご本人に伝えてあります"))
    seen = HiddenField()

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.question.flags.required = self.answer.flags.required = True
        self._sources: dict[str, str] = {}

    @property
    def version(self) -> int:
        """The version that the writer saw; 0 for none."""
        return _number(self.seen)

    def validate_question(self, field: Field) -> None:
        self._take(field)

    def validate_answer(self, field: Field) -> None:
        self._take(field)

    def _take(self, field: Field) -> None:
        try:
            source = prepare(field.data or "").source.strip()
        except TextRefused as refused:
            raise ValidationError(refused.message) from refused
        except ValueError as empty:
            raise ValidationError(_l("何か書いてください。")) from empty
        if len(source) > TEXT_LENGTH:
            raise ValidationError(_l("%(most)s文字までにしてください。", most=f"{TEXT_LENGTH:,}"))
        self._sources[field.name] = source

    @property
    def said(self) -> PublishedText:
        return PublishedText(self.title.data or "", self._sources["question"], self._sources["answer"])

    @property
    def typed(self) -> PublishedText:
        """What stands in it now, valid or not."""
        return PublishedText(self.title.data or "", self.question.data or "", self.answer.data or "")


class DecisionForm(Form):
    """One button: approve, decline, agree or unpublish; and the version that its presser has read."""

    do = HiddenField()
    seen = HiddenField()

    @property
    def version(self) -> int:
        return _number(self.seen)
