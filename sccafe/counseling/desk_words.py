"""The words of the counseling desk's pages."""

from sccafe.core.language import gettext as _


def way_label(way: str) -> str:
    words: dict[str, str] = {
        "form": _("サイトのフォーム"),
        "telephone": _("電話"),
        "fax": _("ファクス"),
        "meeting": _("対面"),
    }
    return words[way]


def kind_label(kind: str) -> str:
    """What a message is."""
    words: dict[str, str] = {
        "question": _("ご相談"),
        "reply": _("お返事"),
        "addition": _("付け足し"),
        "ask_back": _("おたずね"),
        "answer": _("答え"),
    }
    return words[kind]


def naming_label(naming: str) -> str:
    words: dict[str, str] = {
        "anonymous": _("専門家には名前を出さない"),
        "nickname": _("呼び名だけ伝える"),
        "named": _("名前を伝える"),
    }
    return words[naming]


def part_label(state: str, is_second: bool) -> str:
    """What somebody is to a request."""
    if state == "asked":
        return _("加わるようお願い中") if is_second else _("お願い中")
    return _("加わっています") if is_second else _("担当しています")


def look_label(what: str) -> str:
    words: dict[str, str] = {
        "read": _("相談を読んだ"),
        "file": _("ファイルを開いた"),
        "search": _("検索で見つけた"),
        "export": _("書き出した"),
    }
    return words[what]


def passed_label(where: str) -> str:
    return {"prefecture": _("都道府県"), "ministry": _("国（厚生労働省）")}.get(where, "")


def step_label(action: str) -> str:
    """What was done, for the record of steps."""
    words: dict[str, str] = {
        "take": _("窓口が受け取った"),
        "assign": _("専門家にお願いした"),
        "recall": _("窓口に引き取った"),
        "accept": _("専門家が引き受けた"),
        "hand_back": _("専門家が窓口に戻した"),
        "expire": _("お願いの期限が過ぎた"),
        "invite": _("専門家をもう一人招いた"),
        "leave": _("加わっていた専門家が抜けた"),
        "ask_back": _("相談した方におたずねした"),
        "reply": _("相談した方がお返事した"),
        "add": _("相談した方が書き足した"),
        "follow_up": _("相談した方がまたたずねた"),
        "enter": _("相談した方の話を書きとめた"),
        "draft": _("答えの下書きを保存した"),
        "hand_in": _("答えを確認に出した"),
        "send_back": _("答えの直しをお願いした"),
        "answer": _("答えを送った"),
        "pass_on": _("都道府県・国に照会した"),
        "bring_back": _("照会先から戻った"),
        "note": _("内部の連絡を残した"),
        "close": _("終わりにした"),
        "withdraw": _("取り下げた"),
        "rate": _("相談した方が感想を送った"),
        "propose": _("資料室に載せる案を作った"),
        "agree": _("専門家が載せることに同意した"),
        "consent": _("相談した方が載せることに同意した"),
        "unpublish": _("資料室から取り下げた"),
        "export": _("書き出した"),
        "delete": _("消した"),
    }
    return words[action]


def helped_label(helped: str) -> str:
    return {"helped": _("役に立った"), "partly": _("少し役に立った"), "not": _("役に立たなかった")}.get(helped, "")


def publication_label(state: str, waits_for_reader: bool = False) -> str:
    """Where a request stands on its way to the library; `waits_for_reader` for an expert who has not agreed."""
    if state == "asked" and waits_for_reader:
        return str(_("あなたの同意を待っています"))
    words: dict[str, str] = {
        "editing": _("案を整えています"),
        "asked": _("相談した方のお返事を待っています"),
        "declined": _("載せないことになりました"),
        "published": _("資料室に載っています"),
        "withdrawn": _("資料室から取り下げました"),
    }
    return words.get(state, "")
