"""The forms of a meeting: its period, its poll, and what came of it."""

import re
from collections.abc import Iterable
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, Field, RadioField, StringField, TextAreaField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import Optional

from sccafe.boards.meetings import Meeting
from sccafe.boards.outcomes import is_due
from sccafe.boards.polls import Choice, PollRefused, PollWanted
from sccafe.boards.service import Text, prepare
from sccafe.core.text_rules import TextRefused

_CHOICE = re.compile(r"choice_(\d{1,9})")


class Day(DateField):  # type: ignore[misc]
    """A day of this century, or none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = None
        if not any(valuelist):
            return
        wrong = ValueError(_l("日付の形が正しくありません。例: 2026-04-01"))
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise wrong from None
        if self.data and not 2000 <= self.data.year < 2100:
            self.data = None
            raise wrong


class WithMeeting(FlaskForm):  # type: ignore[misc]
    """A period and a poll; on boards of other kinds the fields are not there."""

    opens_on = Day(
        _l("はじまる日"), [Optional()], description=_l("この日から書き込めます。空けておくと、すぐに書き込めます。")
    )
    closes_on = Day(
        _l("終わる日"),
        [Optional()],
        description=_l("この日の終わりまで書き込めます。空けておくと、終わりはありません。"),
    )
    poll_question = StringField(_l("問い"), description=_l("例：次の回は、何曜日がよいですか。"))
    poll_choices = TextAreaField(_l("選択肢"), description=_l("一行にひとつ、2つから10個まで。"))
    poll_multiple = RadioField(
        _l("いくつ選べるか"),
        choices=[SelectChoice("one", _l("ひとつだけ")), SelectChoice("several", _l("いくつでも"))],
        default="one",
        validate_choice=False,
    )
    poll_results = RadioField(
        _l("結果を見られるとき"),
        choices=[SelectChoice("after_vote", _l("答えたあと")), SelectChoice("at_end", _l("終わってから"))],
        default="after_vote",
        validate_choice=False,
        description=_l("だれが何を選んだかは、事務局のページにも出ません。"),
    )

    def keep_meeting(self, kept: bool) -> None:
        if not kept:
            for name in ("opens_on", "closes_on", "poll_question", "poll_choices", "poll_multiple", "poll_results"):
                del self[name]

    def validate_closes_on(self, field: Field) -> None:
        if field.data and self.opens_on.data and field.data < self.opens_on.data:
            raise ValidationError(_l("終わる日が、はじまる日より前です。どちらかを直してください。"))

    def validate_poll_results(self, field: Field) -> None:
        if field.data == "at_end" and self.wanted_poll().question and not self.closes_on.data:
            raise ValidationError(_l("結果を「終わってから」見せるには、「終わる日」も入れてください。"))

    def wanted_poll(self) -> PollWanted:
        return PollWanted(
            question=(self.poll_question.data or "").strip(),
            choices=tuple((self.poll_choices.data or "").splitlines()),
            multiple=self.poll_multiple.data == "several",
            results="at_end" if self.poll_results.data == "at_end" else "after_vote",
        )

    def meeting(self) -> Meeting | None:
        """After validation: what was asked for; None on boards of other kinds."""
        if "opens_on" not in self:
            return None
        return Meeting(self.opens_on.data, self.closes_on.data, self.wanted_poll())

    def refuse(self, refused: PollRefused) -> None:
        """Say why the poll cannot be like this, beside the field in which it can be mended."""
        name, words = {
            "no_question": ("poll_question", _l("問いが空です。何を聞くかを書くか、選択肢をすべて消してください。")),
            "long_question": ("poll_question", _l("問いは200文字までです。短くしてください。")),
            "few": ("poll_choices", _l("選択肢が足りません。一行にひとつ、2つ以上書いてください。")),
            "many": ("poll_choices", _l("選択肢は10個までです。減らすか、まとめてください。")),
            "twice": ("poll_choices", _l("同じ選択肢が2つあります。片方を消すか、言いかえてください。")),
            "long_choice": ("poll_choices", _l("選択肢はひとつ100文字までです。短くしてください。")),
            "voted": (
                "poll_choices",
                _l(
                    "「%(choice)s」は、もう選んだ人がいるので消せません。もとの文に戻してください。",
                    choice=refused.about,
                ),
            ),
            "single": ("poll_multiple", _l("もう答えた人がいるので、「ひとつだけ」には変えられません。")),
        }[refused.why]
        self[name].errors = [*self[name].errors, words]


class MeetingForm(WithMeeting):
    """The same for a meeting that stands: each choice in a field of its own, and lines for new ones."""

    def __init__(self, choices: Iterable[Choice], **more: Any) -> None:
        super().__init__(**more)
        sent = request.form if request.method == "POST" else {}
        #: (id, text) of the choices that stand, as they were typed.
        self.standing = [(choice.id, sent.get(f"choice_{choice.id}", choice.text)) for choice in choices]
        if self.standing:
            self.poll_choices.label.text = _l("選択肢を足す")

    def wanted_poll(self) -> PollWanted:
        wanted = super().wanted_poll()
        return PollWanted(wanted.question, wanted.choices, wanted.multiple, wanted.results, dict(self.standing))


class OutcomeForm(FlaskForm):  # type: ignore[misc]
    """What came of the meeting; empty takes away what stands there."""

    body = TextAreaField(_l("まとめ"), description=_l("話題の先頭に載ります。空けて出すと、まとめを消します。"))
    review_on = Day(
        _l("見直す日"), [Optional()], description=_l("その後どうなったかを見る日です。その日に事務局へ知らせます。")
    )
    text: Text | None = None

    def validate_body(self, field: Field) -> None:
        try:
            self.text = prepare(field.data) if (field.data or "").strip() else None
        except TextRefused as refused:
            raise ValidationError(refused.message) from refused
        except ValueError:
            self.text = None

    def validate_review_on(self, field: Field) -> None:
        if is_due(field.data):
            raise ValidationError(
                _l(
                    "見直す日は、明日からあとの日にしてください。見直しを終えたときは、次の日付にするか、空けてください。"
                )
            )
