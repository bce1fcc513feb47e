"""The form of a selection."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field, HiddenField, ValidationError

from sccafe.accounts.forms.base import Choice, Clean, Form, Line, Lines, Needed, Once
from sccafe.core.audience import EXPERTS, INDUSTRY, MEMBERS, NETWORK, PUBLIC, STAFF
from sccafe.core.language import gettext as _
from sccafe.core.text_rules import TextRefused
from sccafe.library import selections
from sccafe.library.selections import NOTE_LENGTH, TEXT_LENGTH, TITLE_LENGTH, Said


def audiences() -> dict[str, str]:
    """Who may read a selection, in words."""
    return {
        STAFF: _("まとめている途中（事務局だけが読む）"),
        PUBLIC: _("だれでも"),
        NETWORK: _("会員と、参加している企業"),
        MEMBERS: _("会員だけ"),
        EXPERTS: _("専門家と事務局"),
        INDUSTRY: _("参加している企業と事務局"),
    }


class SelectionForm(Form):
    """After validation `said` is ready to be stored."""

    title = Line(_l("題名"), [Needed(_l("題名を書いてください。")), Clean(TITLE_LENGTH)])
    body = Lines(
        _l("はじめの文"),
        [Clean(TEXT_LENGTH, lines=True)],
        description=_l("なぜこれらを選んだか、だれに読んでほしいか。"),
    )
    items = Lines(
        _l("入れる資料"),
        [Needed(_l("入れる資料を、1行にひとつ書いてください。"))],
        description=_l(
            "1行にひとつ、資料の番号かアドレスを書きます。空白のあとに、ひとことを添えられます。この順に並びます。"
            "例：12 はじめに読むなら"
        ),
    )
    audience = Choice(_l("読める人"), [Needed(_l("一覧から選んでください。"))], choices=[], default=STAFF)
    once = Once()
    #: What stood there when the form was opened.
    seen = HiddenField()
    said: Said

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.audience.choices = list(audiences().items())

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        try:
            items = selections.lines(self.items.data or "")
            self.said = selections.prepare(self.title.data, self.body.data or "", self.audience.data, items)
        except selections.Wrong as wrong:
            self.refuse(self.items, why(wrong))
        except TextRefused as refused:
            self.refuse(self.body, str(refused.message))
        return not self.errors

    def validate_seen(self, field: Field) -> None:
        if len(field.data or "") > 40:
            raise ValidationError(_l("ページを開き直してください。"))


def why(wrong: selections.Wrong) -> str:
    """What is wrong with a line, and what to do."""
    said = wrong.said[:60]
    found: dict[str, str] = {
        "unread": _("%(at)s行目：「%(said)s」を読めません。例：12 はじめに読むなら", at=wrong.at, said=said),
        "unknown": _("%(at)s行目：番号%(said)sの資料はありません。", at=wrong.at, said=said),
        "twice": _("%(at)s行目：「%(said)s」は、もう上に書いてあります。", at=wrong.at, said=said),
        "long": _("%(at)s行目：ひとことは%(most)s文字までです。", at=wrong.at, most=NOTE_LENGTH),
        "many": _("入れられるのは%(most)s件までです。", most=selections.MOST_ITEMS),
    }
    return found[wrong.why]
