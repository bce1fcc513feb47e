"""Validators and fields for what people are: addresses, passwords, handles, places."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, PasswordField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import StopValidation

from sccafe.accounts import addresses, handles, passwords, places, texts
from sccafe.accounts.forms.base import Choice, Clean, Form, Line, options
from sccafe.accounts.service import Details
from sccafe.core import taxonomy
from sccafe.core.taxonomy import Municipality

#: Longer than any address can be, so that a longer one is an error in words and not a cut one.
EMAIL_MOST = 254


def email_address(form: Any, field: Field) -> None:
    """A mail address, stored as the mail is to be sent."""
    try:
        field.data = addresses.check(field.data or "")
    except addresses.WrongAddress:
        raise StopValidation(_l("メールアドレスの形が正しくありません。例: name@example.jp")) from None


def lasting_email_address(form: Any, field: Field) -> None:
    """A mail address at which somebody can be reached tomorrow."""
    try:
        field.data = addresses.check_lasting(field.data or "")
    except addresses.DisposableAddress:
        raise StopValidation(
            _l("使い捨てのメールアドレスは使えません。職場か、ふだんお使いのメールアドレスを入力してください。")
        ) from None
    except addresses.WrongAddress:
        raise StopValidation(_l("メールアドレスの形が正しくありません。例: name@example.jp")) from None


class NewPassword:
    """A password to be set; the form has the address and the handle that it must not repeat."""

    field_flags = {"minlength": passwords.LEAST, "maxlength": passwords.MOST}

    def __call__(self, form: Any, field: Field) -> None:
        password = field.data or ""
        if not passwords.has_right_length(password):
            raise StopValidation(_l("パスワードは8文字以上、200文字までにしてください。"))
        if not texts.is_clean(password):
            raise StopValidation(_l("目に見えない文字や制御文字が入っています。消して、打ち直してください。"))
        if passwords.is_common(password):
            raise StopValidation(_l("よく使われるパスワードで、すぐに破られます。別のものにしてください。"))
        if passwords.is_like(password, form.whose_email(), form.whose_handle()):
            raise StopValidation(_l("メールアドレスやハンドル名と同じものは使えません。別のものにしてください。"))


def handle_problem(problem: handles.Problem) -> str:
    """What to do about a handle that cannot be taken."""
    told = {
        handles.Problem.LENGTH: _("ハンドル名は2文字以上、20文字までにしてください。"),
        handles.Problem.CHARACTERS: _(
            "ハンドル名に使えるのは、文字と数字、_ - ・ ー です。空白や記号は使えません。例: みどり_八王子"
        ),
        handles.Problem.MIXED: _(
            "見た目のよく似た別の文字がまざっています。1つの種類の文字（ひらがな、漢字、英字など）で打ち直してください。"
        ),
        handles.Problem.STAFF: _("事務局と間違えられる名前は使えません。別のハンドル名にしてください。"),
        handles.Problem.ANONYMOUS: _("匿名の書き込みと間違えられる名前は使えません。別のハンドル名にしてください。"),
    }
    return str(told[problem])


def handle_taken() -> str:
    return str(_("このハンドル名は、ほかの方が使っています。別のハンドル名にしてください。"))


def layer_field() -> Field:
    return Choice(_l("SCの層"), choices=options("coordinator_layer"), default="")


def affiliation_field() -> Field:
    return Choice(_l("所属"), choices=options("affiliation"), default="")


def experience_field() -> Field:
    return Choice(_l("SCの経験年数"), choices=options("experience_years"), default="")


def prefecture_field() -> Field:
    return Choice(
        _l("都道府県"),
        choices=lambda: [
            SelectChoice("", _("えらばない")),
            *(SelectChoice(code, name) for code, name in taxonomy.prefectures().items()),
        ],
        default="",
        render_kw={
            "hx-get": "/municipalities",
            "hx-target": "#municipality-names",
            "hx-trigger": "change",
            "autocomplete": "address-level1",
        },
    )


def municipality_field() -> Field:
    """Typed, not chosen: a list of 1,741 is heavy and long. Suggestions come with the prefecture."""
    return Line(
        _l("市区町村"),
        [Clean(60)],
        description=_l("名前を入力してください。例: 八王子市（読みや6桁のコードでもかまいません）"),
        render_kw={"list": "municipality-names", "autocomplete": "address-level2"},
    )


def municipality_meant(prefecture: str, written: str) -> Municipality | None:
    """The municipality that was typed, None where nothing was. Raises ValidationError with what to do."""
    try:
        return places.resolve(prefecture, written)
    except places.Ambiguous as several:
        raise ValidationError(
            _(
                "「%(written)s」は、%(names)s があります。都道府県をえらぶか、正式な名前で入力してください。",
                written=several.written,
                names=_("、").join(several.names),
            )
        ) from None
    except places.NotFound as none:
        where = none.prefecture or _("全国")
        message = _("「%(written)s」は、%(where)sの市区町村に見つかりません。", written=none.written, where=where)
        near = _("近い名前は %(names)s です。", names=_("、").join(none.near)) if none.near else ""
        remedy = _("都道府県と名前を確かめてください。わからないときは、空のままでかまいません。")
        raise ValidationError(message + (near or remedy)) from None


def population_field() -> Field:
    """Asked in the settings alone: a sign-up stays short."""
    return Choice(
        _l("まちの大きさ"),
        choices=options("population_band"),
        default="",
        description=_l("市区町村のおよその人口です。大きさの近いまちの方どうしで、質問が届きやすくなります。"),
    )


class WorkForm(Form):
    """A form that has the five fields above; each form places them where its page does."""

    coordinator_layer: Field
    affiliation: Field
    experience_years: Field
    prefecture: Field
    municipality: Field
    found: Municipality | None = None

    def validate_municipality(self, field: Field) -> None:
        if self.prefecture.errors:
            return
        found = municipality_meant(self.prefecture.data or "", field.data or "")
        self.found = found
        if found is not None:
            self.prefecture.data = found.prefecture_code
            field.data = found.name

    def details(self) -> Details:
        """What the form says of somebody's work, ready to be stored."""
        return Details(
            coordinator_layer=self.coordinator_layer.data,
            affiliation=self.affiliation.data,
            experience_years=self.experience_years.data,
            prefecture=self.prefecture.data,
            municipality=self.found.code if self.found else "",
        )

    @property
    def municipality_names(self) -> list[str]:
        """Suggestions for the chosen prefecture, where the page comes with one."""
        return [row.name for row in taxonomy.municipalities_of(self.prefecture.data or "")]


def password_field(label: Any, validators: list[Any], autocomplete: str, **more: Any) -> Field:
    return PasswordField(label, validators, render_kw={"autocomplete": autocomplete}, **more)
