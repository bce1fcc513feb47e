"""The forms of prompts, of answers by link, and of what is entered for somebody."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, Field, RadioField, TextAreaField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import Optional, StopValidation

from sccafe.accounts import addresses, handles, texts
from sccafe.accounts.forms.base import Choice, Choices, Clean, Form, Line, Needed
from sccafe.accounts.forms.people import EMAIL_MOST
from sccafe.accounts.words import role_label
from sccafe.boards.forms import WithText
from sccafe.boards.service import TITLE_LENGTH
from sccafe.core import clock, taxonomy
from sccafe.core.language import gettext as _
from sccafe.prompts.policy import MOST_ADDRESSES

NAME_LENGTH = 20
#: A prompt is open for a year at most.
LONGEST = timedelta(days=366)


class _Day(DateField):  # type: ignore[misc]
    def process_formdata(self, valuelist: list[str]) -> None:
        if not any(valuelist):
            self.data = None
            return
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_l("日付の形が正しくありません。例: 2026-04-01")) from None


def _open_day(form: Form, field: Field) -> None:
    """Today or later, in Japan."""
    if field.errors:
        return
    today = clock.now().astimezone(clock.TOKYO).date()
    day: date | None = field.data
    if day is None:
        raise StopValidation(_l("締め切りの日を入れてください。その日の終わりまで答えられます。"))
    if day < today:
        raise StopValidation(_l("締め切りは、きょうか、きょうより後の日にしてください。"))
    if day > today + LONGEST:
        raise StopValidation(_l("締め切りは、1年以内の日にしてください。"))


class DeadlineForm(Form):
    until = _Day(_l("締め切り"), [_open_day], description=_l("この日の終わり（日本時間）まで答えられます。"))

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.until.flags.required = True


class PromptForm(WithText, DeadlineForm):
    """A new prompt."""

    title = Line(_l("題名"), [Needed(_l("題名が空です。聞きたいことを一行で書いてください。")), Clean(TITLE_LENGTH)])
    board = Choice(
        _l("答えの載る場所"),
        [Needed(_l("場所を選んでください。"))],
        choices=[],
        description=_l("この場所に話題を開き、答えが並びます。公開範囲も、この場所のものになります。"),
    )

    def __init__(self, boards: Sequence[tuple[int, str]]) -> None:
        super().__init__()
        self.body.label.text = _("聞きたいこと")
        self.body.flags.required = True
        self.board.choices = [SelectChoice("", _("選んでください")), *(SelectChoice(str(n), t) for n, t in boards)]


# --- whom to send it to ---------------------------------------------------------------------------------

#: Between two pasted addresses; a name before one in <> belongs to it.
_BETWEEN = re.compile(r"[\n,;、，；\t]+")
_IN_BRACKETS = re.compile(r"<([^<>]*)>\s*$")


class SendForm(Form):
    """After validation `found` holds the pasted addresses, each once."""

    roles = Choices(_l("会員"), choices=[], description=_l("選んだ役割の、利用中の方すべてに送ります。"))
    prefecture = Choice(_l("都道府県でしぼる"), choices=[])
    addresses = TextAreaField(
        _l("登録していない方のメールアドレス"),
        description=_l(
            "1行に1つ、またはコンマで区切って、2,000件まで貼り付けられます。同じアドレスには1通だけ送ります。"
        ),
    )
    found: tuple[str, ...] = ()

    def __init__(self, roles: Sequence[str], takes_addresses: bool) -> None:
        super().__init__()
        self.roles.choices = [SelectChoice(role, role_label(role)) for role in roles]
        self.prefecture.choices = [SelectChoice("", _("すべての都道府県")), *taxonomy.prefectures().items()]
        self.prefecture.data = self.prefecture.data or ""
        if not takes_addresses:
            del self.addresses

    def validate_roles(self, field: Field) -> None:
        if not field.data and not ("addresses" in self and (self.addresses.data or "").strip()):
            raise ValidationError(_l("送る相手がありません。会員の役割を選ぶか、メールアドレスを貼り付けてください。"))

    def validate_addresses(self, field: Field) -> None:
        found: dict[str, str] = {}
        wrong = []
        for part in _BETWEEN.split(field.data or ""):
            written = part.strip(" 　\r\"'")
            if not written:
                continue
            bracketed = _IN_BRACKETS.search(written)
            try:
                address = addresses.check(bracketed[1] if bracketed else written)
            except addresses.WrongAddress:
                wrong.append(written)
            else:
                found.setdefault(addresses.key(address), address)
        if wrong:
            named = "、".join(f"「{each[:60]}」" for each in wrong[:20])
            raise ValidationError(
                _(
                    "次の%(count)s件は、メールアドレスの形が正しくありません。直すか、消してください。まだだれにも送って"
                    "いません。%(named)s",
                    count=len(wrong),
                    named=named,
                )
            )
        if len(found) > MOST_ADDRESSES:
            raise ValidationError(
                _("一度に送れるのは%(most)s件までです（いまは%(now)s件です）。", most=MOST_ADDRESSES, now=len(found))
            )
        self.found = tuple(found.values())


# --- names of people without an account ------------------------------------------------------------------


def name_of_guest(form: Any, field: Field) -> None:
    """A name that is not taken for the secretariat, for an alias or for an account; an empty one is let through."""
    name = field.data = texts.line(field.data)
    if not name:
        return
    bare = "".join(name.split())
    # One character is a family name as well.
    match handles.problem(bare * 2 if len(bare) == 1 else bare) if texts.is_clean(name) else handles.Problem.CHARACTERS:
        case handles.Problem.LENGTH:
            raise StopValidation(_l("お名前は20文字までにしてください。"))
        case handles.Problem.STAFF | handles.Problem.ANONYMOUS:
            raise StopValidation(
                _l("この名前は、事務局や匿名の方とまぎらわしいので使えません。別の名前にしてください。")
            )
        case handles.Problem.CHARACTERS | handles.Problem.MIXED:
            raise StopValidation(_l("お名前には、文字と数字を使ってください。"))


class AnswerForm(WithText):
    """One field; how the answer appears has a choice made already."""

    shown = RadioField(_l("載せ方"), choices=[], validate_choice=False)
    name = Line(_l("お名前"), [name_of_guest])

    def __init__(self, handle: str, anonymous_allowed: bool, **more: Any) -> None:
        super().__init__(**more)
        self.handle = handle
        named = _("ハンドル名「%(name)s」で載せる", name=handle) if handle else _("下のお名前で載せる")
        choices = [("anonymous", _("匿名で載せる"))] if anonymous_allowed else []
        choices += [("named", named), ("private", _("公開しない（事務局だけが読む）"))]
        self.shown.choices = choices
        self.shown.flags.required = True
        self.body.label.text = _("あなたの答え")
        self.body.flags.required = True
        if not self.shown.data:
            # What needs nothing more to be typed.
            self.shown.data = "anonymous" if anonymous_allowed else "named" if handle else "private"
        if handle:
            del self.name

    def validate_shown(self, field: Field) -> None:
        if field.data not in dict(field.choices):
            raise ValidationError(_l("どれか一つを選んでください。"))

    def validate_name(self, field: Field) -> None:
        if not field.data and self.shown.data == "named":
            raise ValidationError(_l("載せるお名前を書くか、別の載せ方を選んでください。"))

    @property
    def typed_name(self) -> str:
        return (self.name.data or "") if "name" in self else ""


class EnterForm(WithText, Form):
    """What somebody said, and who they are: a member, or somebody without an account."""

    handle = Line(
        _l("会員のハンドル名"), [Clean(60)], description=_l("会員の書き込みになり、ご本人に知らせが届きます。")
    )
    name = Line(
        _l("会員でない方のお名前"), [name_of_guest], description=_l("ご本人が出してよいと言った名前を書きます。")
    )
    anonymous = BooleanField(_l("匿名で載せる"))
    email = Line(
        _l("会員でない方のメールアドレス"),
        [Optional(), Clean(EMAIL_MOST)],
        description=_l(
            "書くと、ご本人が確かめたり取り下げたりできるページをメールで送ります。アドレスは、送ったあと残しません。"
        ),
        render_kw={"type": "email", "autocomplete": "off", "inputmode": "email"},
    )

    def __init__(self, anonymous_allowed: bool) -> None:
        super().__init__()
        self.body.label.text = _("うかがった話")
        self.body.flags.required = True
        if not anonymous_allowed:
            del self.anonymous

    def validate_handle(self, field: Field) -> None:
        if field.data and (self.name.data or self.email.data):
            raise ValidationError(
                _l("会員の方のときは、会員でない方の欄を空けてください。知らせは、登録のアドレスに届きます。")
            )
        if not field.data and not self.name.data and not self.is_anonymous:
            raise ValidationError(_l("ハンドル名かお名前を書くか、「匿名で載せる」に印を付けてください。"))

    def validate_email(self, field: Field) -> None:
        if not field.data:
            return
        try:
            field.data = addresses.check(field.data)
        except addresses.WrongAddress as wrong:
            raise ValidationError(_l("メールアドレスの形が正しくありません。例: name@example.jp")) from wrong

    @property
    def is_anonymous(self) -> bool:
        return "anonymous" in self and bool(self.anonymous.data)


class EnterTopicForm(EnterForm):
    title = Line(_l("題名"), [Clean(TITLE_LENGTH)], description=_l("空けておくと、本文の1行目が題名になります。"))
