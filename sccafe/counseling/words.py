"""The words of counseling: states, steps, capacities, and what keeps one from something."""

from collections.abc import Iterable
from typing import Any

from sccafe.core.language import gettext as _


def state_label(state: str, *, waits_for_yes: bool = False) -> str:
    """A state in words; `waits_for_yes` where the expert was asked and has not said yes."""
    if state == "expert" and waits_for_yes:
        return str(_("専門家にお願いしています"))
    words: dict[str, str] = {
        "new": _("新着"),
        "routing": _("担当を決めています"),
        "expert": _("専門家が受け持っています"),
        "asker": _("相談した方のお返事待ち"),
        "passed_on": _("都道府県・国に照会中"),
        "answered": _("回答ずみ"),
        "closed": _("終了"),
        "withdrawn": _("取り下げ"),
    }
    return words[state]


def waits_for_yes(experts: Iterable[Any]) -> bool:
    """Whether the expert who is to answer has not said yes (rows with is_second and state)."""
    return any(not row.is_second and row.state == "asked" for row in experts)


def capacity_label(capacity: str) -> str:
    words: dict[str, str] = {
        "asker": _("相談した方"),
        "desk": _("相談窓口"),
        "asked": _("お願いしている専門家"),
        "expert": _("担当の専門家"),
        "invited": _("加わるようお願いしている専門家"),
        "second": _("加わっている専門家"),
        "system": _("自動の手続き"),
    }
    return words[capacity]


def detail_label(kind: str) -> str:
    """What the finder of personal details has found (core/personal_details.py)."""
    words: dict[str, str] = {
        "telephone": _("電話番号"),
        "email": _("メールアドレス"),
        "postal_code": _("郵便番号"),
        "address": _("住所"),
        "name": _("人の名前"),
        "age": _("年齢"),
    }
    return words[kind]


def published_part(part: str) -> str:
    """A part of what is to be published."""
    words: dict[str, str] = {"title": _("題名"), "question": _("質問"), "answer": _("答え")}
    return words[part]


def publication_label(state: str) -> str:
    """How far the way to the library is."""
    words: dict[str, str] = {
        "": _("まだ用意していません"),
        "editing": _("文を用意しています"),
        "asked": _("同意を待っています"),
        "declined": _("相談した方が、載せないことを選びました"),
        "published": _("資料室に載っています"),
        "withdrawn": _("取り下げました"),
    }
    return words[state]


def why_not(why: str) -> str:
    """What keeps somebody from a step, and what to do."""
    words: dict[str, str] = {
        "state": _(
            "この相談は、いまその段階にありません。ほかの方が先に進めたのかもしれません。開き直して確かめてください。"
        ),
        "expert_gone": _("答えた専門家がもうこの相談を受け持っていないため、資料室に載せることをたずねられません。"),
        "look": _(
            "この分野の答えは、書いた方とは別の相談窓口の人が、もう一度読んでから送ります。"
            "「確認に出す」を押すか、下書きを保存してください。"
        ),
        "no_expert": _("この方には、いま相談をお願いできません。ほかの専門家を選んでください。"),
        # Whose request it is must not come out by trying.
        "own": _("この方には、この相談をお願いできません。ほかの専門家を選んでください。"),
        "there": _("この専門家には、もうお願いしています。"),
        "days_over": _("もう過ぎたお休みです。これからのお休みだけを取り消せます。"),
        "no_draft": _("確認を待つ下書きがありません。"),
        "ask_first": _("載せてよいかたずねることを、先に相談した方に伝え、印を付けて送ってください。"),
        "asked": _("この文については、もうおたずねしています。お返事をお待ちください。"),
        "other_text": _("文が変わったか、お返事がもう済んでいます。開き直して確かめてください。"),
        "published": _("もう資料室に載っています。直すときは、先に取り下げてください。"),
        "not_published": _("いま資料室に載っているものはありません。"),
        "way": _("フォームで届いた相談には、相談した方の言葉を代わりに書けません。"),
    }
    return words.get(why) or _("いまはできません。開き直して確かめてください。")
