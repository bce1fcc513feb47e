"""What notices say, on the site and by mail."""

from typing import Any

from sccafe.boards.shown import writer_name
from sccafe.core.language import gettext as _
from sccafe.notifications import policy


def preference_label(kind: str) -> str:
    labels: dict[str, str] = {
        "reply": _("あなたの書き込みや話題への返信"),
        "answer": _("あなたの質問への答え"),
        "accepted": _("あなたの答えで解決したとき"),
        "reminder": _("しおりで決めた日が来たとき"),
        "report": _("あなたが担当になった、書き込みについての知らせ"),
        "waiting": _("長く答えのない質問"),
        "review": _("会議室のまとめを見直す日"),
        "returned": _("あなたの資料が、直しのお願いとともに戻ったとき"),
        "published": _("あなたの資料が公開されたとき"),
        "check": _("あなたの資料がいまも正しいかを、確かめる日"),
        "tried": _("あなたの資料の「試してみた」"),
        "handed": _("資料の持ち主になったとき"),
        "submitted": _("確認を待つ資料"),
        "work": _("持ち主が、直しが必要と答えた資料"),
    }
    return labels[kind]


def sentence(row: Any) -> str:
    """One sentence for a row of `queries`; `row.title` is empty where the person may not read the topic."""
    name = writer_name(row.alias, row.guest_name, row.handle)
    if row.kind == "reply":
        if row.parent_id is None:
            said = _("%(name)sさんが、あなたの話題「%(title)s」に返信しました", name=name, title=row.title)
        else:
            said = _("%(name)sさんが「%(title)s」で、あなたの書き込みに返信しました", name=name, title=row.title)
    elif row.kind == "answer":
        said = _("%(name)sさんが、あなたの質問「%(title)s」に答えました", name=name, title=row.title)
    elif row.kind == "accepted":
        said = _("あなたの答えが「%(title)s」の解決につながりました", title=row.title)
    elif row.kind == "reminder":
        said = _("しおりをはさんだ「%(title)s」を、思い出す日です", title=row.title)
    elif row.kind == "report":
        said = _("書き込みについての知らせが届き、あなたが担当になりました")
    elif row.kind == "waiting":
        said = _("質問「%(title)s」に、まだ答えがありません", title=row.title)
    elif row.kind == "review":
        said = _("「%(title)s」のまとめを見直す時期です", title=row.title)
    elif row.kind in policy.OF_ITEMS:
        said = _of_item(row)
    elif row.kind == policy.OF_REQUESTS:
        said = request_moved(row.measure, bool(row.is_asker))
    elif row.kind == "approved":
        if row.topic_id is None:
            said = _("あなたの登録が承認されました")
        else:
            said = _("「%(title)s」への、あなたの書き込みが公開されました", title=row.title)
    else:
        said = measure(row)
    return str(said)


def _of_item(row: Any) -> str:
    said: dict[str, str] = {
        "submitted": _("資料「%(title)s」が、事務局の確認を待っています", title=row.title),
        "returned": _("あなたの資料「%(title)s」に、直しのお願いがあります", title=row.title),
        "published": _("あなたの資料「%(title)s」が公開されました", title=row.title),
        "check": _("資料「%(title)s」は、いまも正しいですか", title=row.title),
        "work": _("資料「%(title)s」は直しが必要だと、知らせがありました", title=row.title),
        "tried": _("あなたの資料「%(title)s」に、「試してみた」が届きました", title=row.title),
        "handed": _("資料「%(title)s」の持ち主になりました", title=row.title)
        if row.owner_id is not None
        else _("資料「%(title)s」の持ち主がいなくなり、事務局の持ち物になりました", title=row.title),
    }
    return said[row.kind]


def item_href(row: Any) -> str:
    """Where what is told of an item can be seen, or done; what is not on the shelf has its page at its people's."""
    page = f"/library/{row.item_id}"
    places = {
        "submitted": f"/library/desk/{row.item_id}",
        "returned": f"{page}/edit",
        "check": f"{page}/check",
        "work": "/library/desk/checks",
    }
    if row.kind in places:
        return places[row.kind]
    if row.item_published_id is None or row.item_archived_at is not None:
        return f"/library/desk/{row.item_id}" if row.owner_id is None else "/library/mine"
    return page


def request_moved(step: str, is_asker: bool) -> str:
    """What happened to a request, for its asker or for those who look after it; nothing of what it says."""
    of_mine: dict[str, str] = {
        "accept": _("あなたの相談を、専門家が受け持ちました"),
        "ask_back": _("あなたの相談について、おたずねが届きました"),
        "answer": _("あなたの相談に、答えが届きました"),
        "pass_on": _("あなたの相談を、都道府県または国の窓口に確かめています"),
        "bring_back": _("あなたの相談について、都道府県または国の窓口から返事がありました"),
        "close": _("あなたの相談を終わりにしました"),
        "withdraw": _("あなたの相談を取り下げました"),
        "reply_soon": _("あなたの相談について、お返事をお待ちしています"),
        "propose": _("あなたの相談の答えを資料室に載せてよいか、おたずねします"),
        "published": _("あなたの相談の答えが、資料室に載りました"),
        "unpublish": _("あなたの相談の答えを、資料室から取り下げました"),
    }
    said: dict[str, str] = {
        "sent": _("窓口に新しい相談が届きました"),
        "assign": _("相談のお願いが届いています"),
        "accept": _("専門家が、相談を引き受けました"),
        "hand_back": _("専門家から、相談が窓口に戻りました"),
        "expire": _("専門家の返事がないまま期限が過ぎ、相談が窓口に戻りました"),
        "nobody": _("相談をお願いできる専門家が見つかりません"),
        "invite": _("相談に加わるお願いが届いています"),
        "lapse": _("加わるお願いに返事がないまま、期限が過ぎました"),
        "leave": _("加わっていた専門家が、相談から離れました"),
        "ask_back": _("相談した方に、おたずねを送りました"),
        "reply": _("相談した方から、お返事が届きました"),
        "add": _("相談した方が、言葉を足しました"),
        "follow_up": _("相談した方から、続きの相談が届きました"),
        "enter": _("相談した方からうかがったことが、相談に書き加えられました"),
        "hand_in": _("相談への答えの下書きが、確認を待っています"),
        "send_back": _("相談への答えの下書きが、窓口から戻りました"),
        "answer": _("相談への答えが送られました"),
        "note": _("相談に、内部の連絡が書かれました"),
        "close": _("相談が終わりました"),
        "withdraw": _("相談が取り下げられました"),
        "rate": _("相談への答えについて、感想が届きました"),
        "propose": _("相談への答えを資料室に載せてよいか、確かめてください"),
        "agree": _("相談への答えを資料室に載せることに、専門家が同意しました"),
        "consent": _("資料室に載せることについて、相談した方のお返事が届きました"),
        "published": _("相談への答えが、資料室に載りました"),
        "unpublish": _("相談への答えを、資料室から取り下げました"),
        "first_soon": _("相談した方へのはじめのご連絡の期限が近づいています"),
        "first_late": _("相談した方へのはじめのご連絡の期限が過ぎました"),
        "answer_soon": _("相談への答えの期限が近づいています"),
        "answer_late": _("相談への答えの期限が過ぎました"),
        policy.OVER: _("お願いしていた相談は、あなたの受け持ちではなくなりました"),
    }
    found = of_mine.get(step) if is_asker else said.get(step)
    return found or (_("あなたの相談が進みました") if is_asker else _("相談が進みました"))


def request_href(row: Any) -> str:
    """Where a request is read by its asker, or by desk and experts; one that is over leads to the expert's others."""
    if row.measure == policy.OVER:
        return "/counseling/desk"
    return f"/counseling/requests/{row.request_ref}" if row.is_asker else f"/counseling/desk/{row.request_ref}"


def measure(row: Any) -> str:
    """What the secretariat did to something of this person's."""
    said: dict[str, str]
    if row.post_id is not None:
        said = {
            "hidden": _("事務局が、あなたの書き込みを非表示にしました"),
            "refused": _("事務局が、あなたの書き込みを出さないことにしました"),
            "restored": _("事務局が、あなたの書き込みをもう一度見せました"),
            "entered": _("事務局が、うかがったお話を、あなたに代わって書き込みました"),
            "erased": _("事務局が、あなたの書き込みから文やことばを完全に消しました"),
            "revealed": _("あなたの匿名の書き込みについて、書いた人が事務局の二人に開示されました"),
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
    elif row.item_id is not None:
        said = {
            "archived": _("事務局が、あなたの資料の公開をやめました"),
            "put_back": _("事務局が、あなたの資料をもう一度公開しました"),
        }
    else:
        said = {
            "suspended": _("事務局が、あなたの利用を停止しました"),
            "restored": _("事務局が、あなたの利用の停止を解きました"),
            "role": _("事務局が、あなたの役割を変えました"),
        }
    text = said.get(row.measure, "")
    return str(_("%(text)s（%(title)s）", text=text, title=row.title)) if row.title else text
