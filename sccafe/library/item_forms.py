"""What readers send from an item's page: a word to talk about, and how it went with them."""

import re
import unicodedata
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field, RadioField, TextAreaField, ValidationError

from sccafe.accounts.forms.base import Clean, Form, Line, Lines, Needed
from sccafe.boards.forms import WithText
from sccafe.boards.service import prepare
from sccafe.core.text_rules import TextRefused
from sccafe.library import words
from sccafe.library.models import OUTCOMES
from sccafe.library.reporting import Told
from sccafe.library.sheet import Wrong, events_from


class TalkForm(WithText):
    """A word on an item; after validation `text` also says which item it is about."""

    def __init__(self, about: str) -> None:
        super().__init__()
        self.about = about

    def validate_body(self, field: Field) -> None:
        super().validate_body(field)
        try:
            self.text = prepare(f"{self.text.source.rstrip()}\n\n{self.about}")
        except TextRefused as refused:
            raise ValidationError(refused.message) from refused


def _chosen(form: Form, field: Field) -> None:
    if field.data not in OUTCOMES:
        raise ValidationError(_l("どれか一つを選んでください。"))


class ReportForm(Form):
    """試してみた; after validation `told` is ready to be stored."""

    outcome = RadioField(_l("どうでしたか"), [_chosen], choices=[], validate_choice=False)
    place = Line(_l("どこで試しましたか"), [Clean(80)], description=_l("例：八丈町の三根地区、本町の自治会館"))
    since = Line(_l("いつから"), [Clean(20)], description=_l("例：2026年5月"))
    changed = Lines(_l("変えてやってみたこと"), [Clean(1000, lines=True)])
    body = TextAreaField(_l("やってみて、わかったこと"))
    cost = Line(_l("かかったお金"), [Clean(200)], description=_l("例：チラシ代3千円、ほかは持ち寄り"))
    told: Told

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.outcome.choices = [(key, words.outcome(key)) for key in OUTCOMES]
        self.outcome.flags.required = True

    def validate_since(self, field: Field) -> None:
        """A month as people or a browser's own field write it; the day is not kept."""
        if not field.data:
            return
        try:
            [event] = events_from(unicodedata.normalize("NFKC", field.data) + " 。")
        except (Wrong, ValueError):
            event = {"on": ""}
        month = event["on"][:7]
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}", month):
            raise ValidationError(_l("年と月を書いてください。例：2026年5月"))
        self.month = month

    def validate_body(self, field: Field) -> None:
        self.source = self.html = ""
        if not (field.data or "").strip():
            return
        try:
            text = prepare(field.data)
        except TextRefused as refused:
            raise ValidationError(refused.message) from refused
        self.source, self.html = text.source, text.html

    def validate(self, extra_validators: Any = None) -> bool:
        self.month = ""
        valid = super().validate(extra_validators)
        if valid:
            self.told = Told(
                outcome=self.outcome.data,
                place=self.place.data or "",
                since=self.month,
                changed=self.changed.data or "",
                cost=self.cost.data or "",
                source=self.source,
                html=self.html,
            )
        return valid


class HideForm(Form):
    reason = Lines(
        _l("理由"),
        [Needed(_l("理由を書いてください。書いた人にもこの理由が伝わります。")), Clean(1000, lines=True)],
    )
