"""The form of an expert's days off."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms.validators import Optional

from sccafe.accounts.forms.base import Form, Needed
from sccafe.boards.meeting_forms import Day
from sccafe.core import clock
from sccafe.counseling.service import days_off

_WHY = {
    "past": ("first", _l("今日より前の日は選べません。今日からあとの日にしてください。")),
    "order": ("last", _l("終わりの日が、はじめの日より前です。どちらかを直してください。")),
    "far": ("last", _l("1年より先の日は選べません。近くなってから加えてください。")),
    "many": ("first", _l("お休みは50件までです。いらないものを取り消してから加えてください。")),
}


class DaysOffForm(Form):
    """A first day and a last one; without the last it is a single day."""

    first = Day(_l("はじめの日"), [Needed(_l("はじめの日を入れてください。例: 2026-04-01"))])
    last = Day(_l("終わりの日"), [Optional()], description=_l("この日も休みます。1日だけなら、空けておいてください。"))

    @property
    def days(self) -> tuple[date, date]:
        """The days that were meant, once the form is valid."""
        said: dict[str, date] = self.data
        return said["first"], said["last"] or said["first"]

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        try:
            days_off.check(*self.days, clock.today())
        except days_off.WrongDays as wrong:
            self.refuse_days(wrong)
            return False
        return True

    def refuse_days(self, wrong: days_off.WrongDays) -> None:
        """Say at its field why these days cannot be taken off."""
        name, message = _WHY[wrong.why]
        self.refuse(self[name], message)
