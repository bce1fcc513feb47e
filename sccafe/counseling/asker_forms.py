"""What an asker fills in: a new request, the next message, how it helped, a receipt code."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, HiddenField, RadioField, TextAreaField, ValidationError
from wtforms.validators import Optional, StopValidation

from sccafe.accounts.forms.base import Choices, Clean, Form, Line, Lines, Needed
from sccafe.accounts.forms.people import (
    EMAIL_MOST,
    email_address,
    municipality_field,
    municipality_meant,
    prefecture_field,
)
from sccafe.boards.forms import WithFiles
from sccafe.core import taxonomy
from sccafe.core.language import gettext as _
from sccafe.counseling.models import HELPED, NAMINGS
from sccafe.counseling.sealing import Matter, Person
from sccafe.counseling.service import Asked

SUBJECT_LENGTH, NAME_LENGTH, EMPLOYER_LENGTH = 100, 40, 80
#: What a draft keeps of a text: more than can be sent, so that a text that is too long is not cut.
_DRAFT_LENGTH = 40_000
_NOTHING_WRITTEN = _l("まだ何も書かれていません。ひとことでも書いてから送ってください。")
#: The fields that a draft keeps, and those by which it is one: the others are filled in beforehand.
_KEPT = ("category", "subject", "body", "naming", "name", "prefecture", "municipality", "employer")
_TYPED = ("category", "worries", "subject", "body", "employer")


def _one_of_these(form: Form, field: Field) -> None:
    if field.data not in dict(field.choices):
        raise StopValidation(_l("どれか一つを選んでください。"))


class WithWorkplace(Form):
    """Where the asker works, for conflicts of interest alone; after validation `town` is its code, or empty."""

    prefecture = prefecture_field()
    municipality = municipality_field()
    employer = Line(_l("勤め先の名前"), [Clean(EMPLOYER_LENGTH)], render_kw={"autocomplete": "off"})
    town = ""

    @property
    def municipality_names(self) -> list[str]:
        """What the field of the municipality offers while the prefecture is chosen."""
        return [row.name for row in taxonomy.municipalities_of(self.prefecture.data or "")]

    def validate_municipality(self, field: Field) -> None:
        self.town = ""
        if self.prefecture.errors:
            return
        found = municipality_meant(self.prefecture.data or "", field.data or "")
        if found:
            self.town, field.data, self.prefecture.data = found.code, found.name, found.prefecture_code


class AskForm(WithFiles, WithWorkplace):
    """A new request; after validation `asked` is what is sent."""

    nothing_written = _NOTHING_WRITTEN
    category = RadioField(_l("どんなことですか"), [_one_of_these], choices=[], validate_choice=False)
    body = TextAreaField(
        _l("相談したいこと"),
        description=_l("まとまっていなくて大丈夫です。住民の方の名前や住所は書かないでください。"),
    )
    worries = Choices(_l("当てはまる困りごと"), choices=[], description=_l("いくつでも選べます。"))
    subject = Line(
        _l("件名"), [Clean(SUBJECT_LENGTH)], description=_l("ひとことで言うと、何の相談か。空けておいてかまいません。")
    )
    naming = RadioField(_l("お名前"), [_one_of_these], choices=[], default="anonymous", validate_choice=False)
    name = Line(_l("伝えるお名前"), [Clean(NAME_LENGTH)])
    email = Line(
        _l("メールアドレス"),
        [Optional(), Clean(EMAIL_MOST), email_address],
        description=_l(
            "「答えが届きました」とだけお知らせします。相談の内容は書きません。受付番号をなくしたときに、"
            "新しい番号をお送りできるのは、ここにメールアドレスを書いた方だけです。"
        ),
        render_kw={"type": "email", "autocomplete": "off", "inputmode": "email"},
    )
    publish_consent = BooleanField(
        _l("名前などを伏せて、答えを資料室に載せることを考えてもよい"),
        description=_l("載せる前に、載せる文をお見せして、もう一度おたずねします。そのときに断れます。"),
    )
    #: Says that the form was shown to somebody signed in.
    account = HiddenField()

    def __init__(self, is_signed_in: bool, language: str) -> None:
        super().__init__()
        self.category.choices = [(o.key, o.label(language)) for o in taxonomy.options("counseling_category")]
        self.worries.choices = [(o.key, o.label(language)) for o in taxonomy.options("worry")]
        self.naming.choices = [
            ("anonymous", _("名前は出さない")),
            ("nickname", _("呼び名だけ伝える")),
            ("named", _("名前を伝える")),
        ]
        self.category.flags.required = self.body.flags.required = True
        if is_signed_in:
            del self.email

    def validate_name(self, field: Field) -> None:
        if self.naming.data == "anonymous":
            # Whatever stands there is not given on.
            field.data = ""
        elif not field.data:
            raise ValidationError(_l("伝えるお名前か呼び名を書くか、「名前は出さない」を選んでください。"))

    def asked(self, language: str) -> Asked:
        """After validation: the request as it is sent."""
        return Asked(
            category=self.category.data,
            body=self.text.source,
            naming=self.naming.data,
            person=Person(
                name=self.name.data or "",
                email=(self.email.data or "") if "email" in self else "",
                municipality=self.town,
                employer=self.employer.data or "",
            ),
            matter=Matter(self.subject.data or "", tuple(self.worries.data or ())),
            publish_consent=bool(self.publish_consent.data),
            locale=language,
            once=self.once.data or "",
        )

    def draft(self) -> dict[str, object]:
        """What a draft keeps; empty where nothing was typed."""
        fields: dict[str, object] = {name: (self[name].data or "")[:_DRAFT_LENGTH] for name in _KEPT}
        fields["worries"] = [key for key in self.worries.data or () if taxonomy.has("worry", key)]
        fields["publish_consent"] = bool(self.publish_consent.data)
        return fields if any(fields[name] for name in _TYPED) else {}

    def restore(self, kept: Mapping[str, Any]) -> None:  # type: ignore[override]
        """Put a draft back into the empty form."""
        for name in _KEPT:
            self[name].data = str(kept.get(name, ""))
        self.worries.data = list(kept.get("worries", ()))
        self.publish_consent.data = bool(kept.get("publish_consent"))
        if self.naming.data not in NAMINGS:
            self.naming.data = "anonymous"

    def carry_over(self, title: str, source: str) -> None:
        """Put a question of the boards in, below what a draft holds already."""
        self.subject.data = self.subject.data or title[:SUBJECT_LENGTH]
        if source.strip() not in (self.body.data or ""):
            self.body.data = "\n\n".join(filter(None, ((self.body.data or "").rstrip(), source)))


class MessageForm(WithFiles, Form):
    """The asker's next message: one field, one press."""

    nothing_written = _NOTHING_WRITTEN
    body = TextAreaField(_l("送る文"))

    def draft(self) -> dict[str, object]:
        return {"body": (self.body.data or "")[:_DRAFT_LENGTH]}


class RateForm(Form):
    helped = RadioField(_l("答えは役に立ちましたか"), [_one_of_these], choices=[], validate_choice=False)
    line = Line(_l("ひとこと"), [Clean(200)])

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        told = {"helped": _("役に立った"), "partly": _("少し役に立った"), "not": _("役に立たなかった")}
        self.helped.choices = [(key, told[key]) for key in HELPED]
        self.helped.flags.required = True


class WithdrawForm(Form):
    reason = Lines(_l("理由"), [Clean(1000, lines=True)], description=_l("相談窓口だけが読みます。"))


class CodeForm(Form):
    """A receipt code; `ticket` comes back where one had to wait."""

    code = Line(_l("受付番号"), [Needed(_l("受付番号を入力してください。"))])
    ticket = HiddenField()


class LostForm(Form):
    email = Line(
        _l("相談のときに書いたメールアドレス"),
        [Needed(_l("メールアドレスを入力してください。")), Clean(EMAIL_MOST), email_address],
        render_kw={"type": "email", "autocomplete": "email", "inputmode": "email"},
    )
