"""One line and a day, both as one likes."""

from datetime import date

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, Field, StringField, ValidationError, validators

from sccafe.bookmarks import policy, service
from sccafe.core.language import gettext as _


class Day(DateField):  # type: ignore[misc]
    """A day; what is none is told so in our own words."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_("日付の形が正しくありません。例: 2026-04-01")) from error


class BookmarkForm(FlaskForm):  # type: ignore[misc]
    note = StringField(
        _l("ひとこと"),
        [validators.Length(max=policy.NOTE_LENGTH, message=_l("ひとことは200文字までです。短くしてください。"))],
        description=_l("なぜはさんだかを、自分のために書けます。ほかの人には見えません。"),
    )
    remind_on = Day(
        _l("思い出したい日"),
        [validators.Optional()],
        description=_l("選んだ日の朝に、お知らせとメールが届きます。"),
    )

    def __init__(self, note: str = "", remind_on: date | None = None) -> None:
        super().__init__(data={"note": note, "remind_on": remind_on})
        self.before = remind_on

    def validate_remind_on(self, field: Field) -> None:
        today = service.today()
        if field.data and not policy.may_remind_on(field.data, today, self.before):
            raise ValidationError(_l("明日から3年先までの日を選んでください。"))
