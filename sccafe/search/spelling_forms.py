"""The one field of a family of spellings."""

from typing import Any

from flask_babel import lazy_gettext as _l

from sccafe.accounts.forms.base import Clean, Form, Lines, Needed
from sccafe.core.language import gettext as _
from sccafe.search import families
from sccafe.search.families import LONGEST, MOST, SHORTEST, Family, Wrong


class FamilyForm(Form):
    """After validation `family` is what was typed."""

    spellings = Lines(
        _l("同じに扱うことば"),
        [Needed(_l("同じに扱うことばを、二つ以上書いてください。")), Clean(1000, lines=True)],
        description=_l(
            "「、」か改行で区切ります。例：おたがいさま、お互いさま、お互い様。短い英数字やカタカナは、"
            "「」で囲むと、それだけで立っているときにだけ同じに扱います。例：「CSW」、コミュニティソーシャルワーカー"
        ),
    )
    family: Family

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        try:
            self.family = families.typed_family(self.spellings.data or "")
        except Wrong as wrong:
            self.refuse(self.spellings, why(wrong))
        return not self.errors


def why(wrong: Wrong) -> str:
    """What is wrong with a family, and what to do."""
    said = wrong.said[:60]
    found: dict[str, str] = {
        "one": _("ことばが一つしかありません。同じに扱うことばを、「、」か改行で区切って、二つ以上書いてください。"),
        "same": _(
            "大文字と小文字、全角と半角、ひらがなとカタカナのちがいは、はじめから同じに扱っています。"
            "ほかの書き方を加えてください。"
        ),
        "short": _("「%(said)s」は短すぎます。%(least)s文字以上で書いてください。", said=said, least=SHORTEST),
        "long": _("「%(said)s」は長すぎます。%(most)s文字までで書いてください。", said=said, most=LONGEST),
        "many": _("一度に同じに扱えるのは%(most)s個までです。", most=MOST),
        "twice": _(
            "「%(said)s」が、「」で囲んだものと、囲まないものの両方にあります。どちらかにしてください。", said=said
        ),
        "whole": _(
            "「%(said)s」は「」で囲めません。囲めるのは、8文字までの英数字か、2文字から5文字のカタカナです。"
            "囲まずに書いてください。",
            said=said,
        ),
    }
    return found[wrong.why]
