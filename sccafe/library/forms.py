"""The short forms of the library; the sheet has a form of its own (sheet_form.py)."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field, HiddenField, TextAreaField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import StopValidation

from sccafe.accounts.forms.base import Choice, Clean, Form, Line, Lines, Needed, Once
from sccafe.accounts.forms.people import municipality_field, municipality_meant, prefecture_field
from sccafe.boards.file_field import Files, TakesFiles
from sccafe.core import taxonomy, text_rules
from sccafe.core.audience import AUDIENCES
from sccafe.core.language import gettext as _
from sccafe.library import comments, review_words, service, words
from sccafe.library.sheet import BY_KEY, TITLE_LENGTH, Wrong

#: What people hand in; Q&A come out of counseling.
HANDED_IN = ("case", "material", "video", "tool")


class FilesForm(TakesFiles, Form):
    """Files to be added."""

    files = Files(_l("ファイル"))


class HandInForm(FilesForm):
    """A title and a text are enough; after validation `said` is ready to be stored."""

    title = Line(
        _l("題名"),
        [Needed(_l("題名が空です。何の話かを一行で書いてください。")), Clean(TITLE_LENGTH)],
        description=_l("例：移動販売が続く仕組み"),
    )
    body = TextAreaField(
        _l("内容"),
        description=_l("きれいにまとめなくてかまいません。始まりと、していること、困ったことを、思いつく順に。"),
    )
    source = Line(
        _l("出典"),
        [Clean(300)],
        description=_l("何を見て書いたか。ご自分の体験なら「会員の投稿」と書いてください。"),
    )
    prefecture = prefecture_field()
    municipality = municipality_field()
    kind = Choice(_l("種類"), choices=lambda: [SelectChoice(key, words.kind(key)) for key in HANDED_IN], default="case")
    once = Once()
    said: service.Said

    def __init__(self) -> None:
        super().__init__()
        self.body.flags.required = True
        self.kind.data = self.kind.data or "case"

    def validate_municipality(self, field: Field) -> None:
        if self.prefecture.errors:
            return
        town = municipality_meant(self.prefecture.data or "", field.data or "")
        self._town = town.code if town else ""
        if town:
            self.prefecture.data, field.data = town.prefecture_code, town.name

    def validate_body(self, field: Field) -> None:
        if not text_rules.normalise(field.data or "").strip():
            raise StopValidation(_l("内容が空です。ひとことでも書いてから送ってください。"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Slow: files are inspected and the text is rendered."""
        self._town = ""
        if not super().validate(extra_validators):
            return False
        values = {name: self[name].data or "" for name in ("title", "body", "kind", "prefecture")}
        source = {"sources": [{"title": self.source.data}]} if self.source.data else {}
        try:
            self.said = service.prepare(values | {"municipality": self._town} | source)
        except Wrong as wrong:
            self.refuse(self["source" if wrong.key == "sources" else wrong.key], words.wrong(wrong))
        except text_rules.TextRefused as refused:
            self.refuse(self.body, str(refused.message))
        return not self.errors

    @property
    def municipality_names(self) -> list[str]:
        """Suggestions for the chosen prefecture, where the page comes with one."""
        return [row.name for row in taxonomy.municipalities_of(self.prefecture.data or "")]


class SendBackForm(Form):
    note = Lines(
        _l("直してほしいこと"),
        [Needed(_l("何を直すとよいかを書いてください。")), Clean(2000, lines=True)],
        description=_l("書いた人が読みます。欄ごとのことは、その欄のコメントに書けます。"),
    )


class ArchiveForm(Form):
    reason = Lines(
        _l("公開をやめる理由"),
        [Needed(_l("理由を書いてください。書いた人に見せます。")), Clean(1000, lines=True)],
        description=_l("書いた人に見せます。"),
    )


class AudienceForm(Form):
    audience = Choice(
        _l("公開範囲"),
        [Needed(_l("一覧にあるものから選んでください。"))],
        choices=lambda: [SelectChoice(key, review_words.audience(key)) for key in AUDIENCES],
    )


class PublishForm(AudienceForm):
    #: What the reviewer had before them: its version, and how often it had been saved.
    version = HiddenField()
    seen = HiddenField()

    @property
    def seen_count(self) -> int | None:
        """None from a program that does not say."""
        return number_in(self.seen.data)


class CommentForm(Form):
    part = Choice(_l("欄"), choices=lambda: [SelectChoice(key, words.part(key)) for key in (*BY_KEY, "files")])
    text = Lines(
        _l("コメント"),
        [Needed(_l("コメントが空です。")), Clean(comments.LENGTH, lines=True)],
    )

    def validate_part(self, field: Field) -> None:
        if field.data not in comments.PARTS:
            raise ValidationError(_("一覧にあるものから選んでください。"))


def number_in(written: str | None) -> int | None:
    """A number of the database as a form carries it; anything else is None."""
    text = written or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
