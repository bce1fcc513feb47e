"""The forms of the desk's pages. None of them is kept by the browser."""

from collections.abc import Collection
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field, HiddenField, IntegerField, StringField, TextAreaField, ValidationError
from wtforms.fields import BooleanField, SelectChoice

from sccafe.accounts.forms.base import Choice, Choices, Clean, Form, Line, Lines, Needed, options
from sccafe.accounts.forms.people import EMAIL_MOST, email_address
from sccafe.boards.forms import WithText
from sccafe.boards.service import prepare
from sccafe.core import taxonomy
from sccafe.core.language import gettext as _
from sccafe.core.language import locale
from sccafe.core.site_settings import SiteSetting
from sccafe.core.text_rules import TextRefused, normalise
from sccafe.counseling import desk_words, settings
from sccafe.counseling.asker_forms import WithWorkplace
from sccafe.counseling.models import NAMINGS
from sccafe.counseling.sealing import Matter, Person
from sccafe.counseling.service import Asked
from sccafe.counseling.service.rules import Rule

REASON_MOST = 1000
#: The longest that a rule or a setting may ask for, in days.
MOST_BUSINESS_DAYS, MOST_KEPT_DAYS, MOST_OPEN_DAYS = 60, 3650, 365


# --- the steps of one request --------------------------------------------------------------------------------


class PressForm(Form):
    """A button, and nothing to fill in."""


def _reason(label: Any, needed: bool = False, description: Any = "") -> Lines:
    rules = [Needed(_l("理由を書いてください。"))] if needed else []
    return Lines(label, [*rules, Clean(REASON_MOST, lines=True)], description=description)


class SendBackForm(Form):
    reason = _reason(_l("直してほしいこと"), needed=True)


class RecallForm(Form):
    reason = _reason(_l("引き取る理由"), needed=True, description=_l("専門家と相談窓口の担当が読みます。"))


class HandBackForm(Form):
    reason = _reason(
        _l("戻す理由"), needed=True, description=_l("相談窓口の担当が読みます。相談した方には見えません。")
    )


class LeaveForm(Form):
    reason = _reason(_l("理由"), description=_l("相談窓口の担当と、受け持つ専門家が読みます。"))


class BringBackForm(Form):
    reason = _reason(_l("照会先からの返事のようす"), description=_l("相談窓口の担当が読みます。"))


class WithdrawForm(Form):
    reason = _reason(
        _l("相談した方からの申し出のようす"),
        needed=True,
        description=_l("例：電話で、取り下げたいとのお話がありました。"),
    )


class PassOnForm(Form):
    where = Choice(
        _l("照会する先"),
        [Needed(_l("都道府県か国を選んでください。"))],
        choices=lambda: [SelectChoice(key, desk_words.passed_label(key)) for key in ("prefecture", "ministry")],
    )
    reason = _reason(_l("照会の内容"), description=_l("相談窓口の担当が読みます。相談した方には見えません。"))


class AskExpertForm(Form):
    """Whom to ask: one of those who were proposed, and why where something speaks against it."""

    expert = StringField(_l("専門家"))
    reason = _reason(_l("この方にお願いする理由"), description=_l("相談窓口の担当と専門家が読みます。"))

    def __init__(self, offered: Collection[int] = (), hindered: Collection[int] = (), **more: Any) -> None:
        super().__init__(**more)
        self._offered, self._hindered = set(offered), set(hindered)

    @property
    def expert_id(self) -> int:
        """0 for none."""
        written = self.expert.data or ""
        return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else 0

    def validate_expert(self, field: Field) -> None:
        if not self.expert_id:
            raise ValidationError(_l("専門家を一人選んでください。"))
        if self.expert_id not in self._offered:
            raise ValidationError(_l("この方には、いま相談をお願いできません。ほかの専門家を選んでください。"))

    def validate_reason(self, field: Field) -> None:
        if self.expert_id in self._hindered and not field.data:
            raise ValidationError(
                _l("この方には気がかりな点があります。それでもお願いするときは、理由を書いてください。")
            )


class SayForm(WithText, Form):
    """A text in Markdown: a question to the asker, a note, or what the asker said."""

    nothing_written = _l("まだ何も書かれていません。この欄に書いてから、もう一度押してください。")


class DraftForm(SayForm):
    """The shared draft of the answer."""

    #: Which saving the writer saw.
    saved = HiddenField()
    #: The block to be put in.
    block = StringField()
    #: The text that somebody else saved meanwhile, while the writer chooses.
    other = TextAreaField()

    @property
    def saved_count(self) -> int:
        written = self.saved.data or ""
        return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else 0


# --- a request that came another way --------------------------------------------------------------------------


def _categories() -> list[SelectChoice]:
    return [SelectChoice("", _("選んでください")), *options("counseling_category")()[1:]]


class EntryForm(SayForm, WithWorkplace):
    """What came by telephone, fax or at a meeting, as the desk writes it down."""

    way = Choice(
        _l("届いた方法"),
        [Needed(_l("届いた方法を選んでください。"))],
        choices=lambda: [SelectChoice(key, desk_words.way_label(key)) for key in ("telephone", "fax", "meeting")],
        default="telephone",
    )
    category = Choice(_l("分野"), [Needed(_l("分野を選んでください。"))], choices=_categories)
    worries = Choices(_l("困っていること"), choices=lambda: options("worry")()[1:])
    body = TextAreaField(_l("聞いたこと"))
    naming = Choice(
        _l("名前の出し方"),
        [Needed(_l("名前の出し方を選んでください。"))],
        choices=lambda: [SelectChoice(key, desk_words.naming_label(key)) for key in NAMINGS],
        default="anonymous",
    )
    name = Line(
        _l("名前"), [Clean(60)], description=_l("相談窓口の担当が読みます。専門家には、上で選んだとおりに見せます。")
    )
    telephone = Line(
        _l("電話番号"),
        [Clean(40)],
        description=_l("相談窓口の担当だけが読みます。"),
        render_kw={"type": "tel", "inputmode": "tel", "autocomplete": "off"},
    )
    email = Line(
        _l("メールアドレス"),
        [Clean(EMAIL_MOST)],
        description=_l("「お返事があります」とだけお知らせします。内容は書きません。"),
        render_kw={"type": "email", "inputmode": "email", "autocomplete": "off"},
    )

    def __init__(self) -> None:
        super().__init__()
        self.body.flags.required = True

    def validate_email(self, field: Field) -> None:
        if field.data:
            email_address(self, field)

    def validate_name(self, field: Field) -> None:
        if self.naming.data != "anonymous" and not field.data:
            raise ValidationError(
                _l("名前か呼び名を書いてください。出さないときは「専門家には名前を出さない」を選んでください。")
            )

    @property
    def asked(self) -> Asked:
        """After validation."""
        return Asked(
            category=self.category.data,
            body=self.text.source,
            naming=self.naming.data,
            person=Person(
                name=self.name.data or "",
                email=self.email.data or "",
                telephone=self.telephone.data or "",
                municipality=self.town,
                employer=self.employer.data or "",
            ),
            matter=Matter(worries=tuple(self.worries.data or ())),
            way=self.way.data,
            locale=locale(),
            once=self.once.data,
        )


# --- what the desk sets ----------------------------------------------------------------------------------------


class BlockForm(SayForm):
    """A text block."""

    title = Line(_l("定型文の名前"), [Needed(_l("定型文の名前を書いてください。例: はじめのあいさつ")), Clean(80)])
    body = TextAreaField(_l("本文"))

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.body.flags.required = True


class GuidanceForm(Form):
    """What stands before the form of a new request; it may be empty."""

    body = TextAreaField(_l("案内の文"))
    source = ""

    def validate_body(self, field: Field) -> None:
        self.source = normalise(field.data or "")
        if self.source.strip():
            try:
                prepare(self.source)
            except TextRefused as refused:
                raise ValidationError(refused.message) from refused


class _Days(IntegerField):  # type: ignore[misc]
    """A number of days, written as people write it."""

    def __init__(self, label: Any, least: int, most: int, **more: Any) -> None:
        super().__init__(label, render_kw={"min": least, "max": most}, **more)
        self.least, self.most = least, most
        self.flags.required = True

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_l("数字で入力してください。例: 3")) from None

    def pre_validate(self, form: Any) -> None:
        if not self.errors and (self.data is None or not self.least <= self.data <= self.most):
            raise ValidationError(
                _l("%(least)sから%(most)sまでの数で入力してください。", least=self.least, most=self.most)
            )


class _RulesForm(Form):
    """All categories and the days of settings.py at once; the fields of the categories are added below."""

    contact_days = _Days(_l("名前と連絡先を消すまでの日数"), 1, MOST_KEPT_DAYS)
    text_days = _Days(_l("相談の文を消すまでの日数"), 1, MOST_KEPT_DAYS)
    closed_days = _Days(_l("答えのあと、終わりにするまでの日数"), 1, MOST_OPEN_DAYS)

    def validate_text_days(self, field: Field) -> None:
        if not self.contact_days.errors and field.data is not None and (self.contact_days.data or 0) > field.data:
            raise ValidationError(_l("名前と連絡先を消すまでの日数と同じか、それより長くしてください。"))

    @property
    def rules(self) -> dict[str, Rule]:
        return {
            option.key: Rule(*(self[f"{part}_{option.key}"].data for part in _PARTS))
            for option in taxonomy.options("counseling_category")
        }

    @property
    def days(self) -> dict[SiteSetting, int]:
        return {
            settings.CONTACT_KEPT_DAYS: self.contact_days.data,
            settings.TEXT_KEPT_DAYS: self.text_days.data,
            settings.CLOSED_AFTER_DAYS: self.closed_days.data,
        }


_PARTS = ("by_itself", "second_look", "first_days", "answer_days")


def rules_form(**more: Any) -> _RulesForm:
    """The form with four fields for each category, named `first_days_law` and so on."""
    fields: dict[str, Any] = {}
    for option in taxonomy.options("counseling_category"):
        fields |= {
            f"by_itself_{option.key}": BooleanField(_l("自動でお願いする")),
            f"second_look_{option.key}": BooleanField(_l("窓口がもう一度読む")),
            f"first_days_{option.key}": _Days(_l("はじめのご連絡"), 1, MOST_BUSINESS_DAYS),
            f"answer_days_{option.key}": _Days(_l("答え"), 1, MOST_BUSINESS_DAYS),
        }
    made: _RulesForm = type("RulesForm", (_RulesForm,), fields)(**more)
    return made
