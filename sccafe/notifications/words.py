"""What notices say, on the site and by mail."""

from typing import Any

from flask_babel import gettext as _


def preference_label(kind: str) -> str:
    labels: dict[str, str] = {
        "reply": _("あなたの書き込みや話題への返信"),
        "answer": _("あなたの質問への答え"),
        "accepted": _("あなたの答えで解決したとき"),
        "report": _("あなたが担当になった、書き込みについての知らせ"),
    }
    return labels[kind]


def sentence(row: Any) -> str:
    """One sentence for a row of `queries`; `row.title` is empty where the person may not read the topic."""
    name = row.alias or row.handle or _("退会した人")
    if row.kind == "reply":
        if row.parent_id is None:
            said = _("%(name)sさんが、あなたの話題「%(title)s」に返信しました", name=name, title=row.title)
        else:
            said = _("%(name)sさんが「%(title)s」で、あなたの書き込みに返信しました", name=name, title=row.title)
    elif row.kind == "answer":
        said = _("%(name)sさんが、あなたの質問「%(title)s」に答えました", name=name, title=row.title)
    elif row.kind == "accepted":
        said = _("あなたの答えが「%(title)s」の解決につながりました", title=row.title)
    elif row.kind == "report":
        said = _("書き込みについての知らせが届き、あなたが担当になりました")
    elif row.kind == "approved":
        if row.topic_id is None:
            said = _("あなたの登録が承認されました")
        else:
            said = _("「%(title)s」への、あなたの書き込みが公開されました", title=row.title)
    else:
        said = measure(row)
    return str(said)


def measure(row: Any) -> str:
    """What the secretariat did to something of this person's."""
    said: dict[str, str]
    if row.post_id is not None:
        said = {
            "hidden": _("事務局が、あなたの書き込みを非表示にしました"),
            "refused": _("事務局が、あなたの書き込みを出さないことにしました"),
            "restored": _("事務局が、あなたの書き込みをもう一度見せました"),
            "erased": _("事務局が、あなたの書き込みから文やことばを完全に消しました"),
        }
    elif row.topic_id is not None:
        said = {
            "locked": _("事務局が、あなたの話題への書き込みを締め切りました"),
            "unlocked": _("事務局が、あなたの話題の締め切りを解きました"),
            "moved": _("事務局が、あなたの話題を別の場所へ移しました"),
            "hidden": _("事務局が、あなたの話題を非表示にしました"),
            "restored": _("事務局が、あなたの話題をもう一度見せました"),
            "erased": _("事務局が、あなたの話題の題名からことばを完全に消しました"),
        }
    else:
        said = {
            "suspended": _("事務局が、あなたの利用を停止しました"),
            "restored": _("事務局が、あなたの利用の停止を解きました"),
            "role": _("事務局が、あなたの役割を変えました"),
        }
    text = said.get(row.measure, "")
    return str(_("%(text)s（%(title)s）", text=text, title=row.title)) if row.title else text
