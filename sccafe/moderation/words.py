"""What reasons, measures and entries of the record are called."""

import json
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row

from sccafe.accounts.words import role_label


def report_reasons() -> list[tuple[str, str]]:
    return [
        ("personal_details", _("住民の方など、個人のことがわかる")),
        ("insult", _("人を傷つける、失礼な書き方")),
        ("advertising", _("宣伝や、関係のない内容")),
        ("wrong", _("制度や事実の説明がまちがっている")),
        ("other", _("そのほか")),
    ]


def report_reason(key: str) -> str:
    return dict(report_reasons()).get(key, "")


def report_state(key: str) -> str:
    labels: dict[str, str] = {"open": _("対応中"), "upheld": _("対応しました"), "dismissed": _("そのままにしました")}
    return labels.get(key, "")


def topic_measures() -> dict[str, str]:
    return {
        "locked": _("書き込みを締め切る"),
        "unlocked": _("締め切りを解く"),
        "pinned": _("一覧の上に固定する"),
        "unpinned": _("固定を解く"),
        "moved": _("別の場所へ移す"),
        "hidden": _("話題を非表示にする"),
        "restored": _("話題をもう一度見せる"),
    }


def done_to_topic(measure: str) -> str:
    """What is said after a measure was taken."""
    said: dict[str, str] = {
        "locked": _("書き込みを締め切りました。"),
        "unlocked": _("締め切りを解きました。"),
        "pinned": _("一覧の上に固定しました。"),
        "unpinned": _("固定を解きました。"),
        "moved": _("別の場所へ移しました。"),
        "hidden": _("話題を非表示にしました。"),
        "restored": _("話題をもう一度見せました。"),
    }
    return said[measure]


def audit_kinds() -> dict[str, str]:
    """The kinds of things that the record is about."""
    return {
        "post": _("書き込み"),
        "topic": _("話題"),
        "report": _("届いた知らせ"),
        "user": _("人"),
        "invitation": _("招待"),
        "board": _("場所"),
        "prompt": _("よびかけ"),
        "item": _("資料"),
        "request": _("相談"),
        "words": _("消したことば"),
        "page": _("固定のページ"),
        "setting": _("サイトの設定"),
        "spellings": _("表記ゆれ"),
    }


def audit_action(key: str) -> str:
    labels: dict[str, str] = {
        "post.hidden": _("書き込みを非表示にした"),
        "post.approved": _("確認待ちの書き込みを出した"),
        "post.refused": _("確認待ちの書き込みを出さないことにした"),
        "post.restored": _("書き込みをもう一度見せた"),
        "post.erased": _("書き込みの文を完全に消した"),
        "post.entered": _("代わりに書き込んだ"),
        "topic.erased": _("話題の題名から完全に消した"),
        "topic.locked": _("話題への書き込みを締め切った"),
        "topic.unlocked": _("話題の締め切りを解いた"),
        "topic.pinned": _("話題を固定した"),
        "topic.unpinned": _("話題の固定を解いた"),
        "topic.moved": _("話題を移した"),
        "topic.hidden": _("話題を非表示にした"),
        "topic.restored": _("話題をもう一度見せた"),
        "topic.meeting": _("会議室の期間や問いを変えた"),
        "topic.outcome": _("話し合いのまとめを書いた"),
        "topic.outcome_removed": _("話し合いのまとめを消した"),
        "identity.asked": _("匿名の書き込みの、書いた人の開示を求めた"),
        "identity.released": _("書いた人の開示を認めた"),
        "identity.refused": _("書いた人の開示を認めなかった"),
        "identity.seen": _("書いた人の名前を見た"),
        "report.assigned": _("知らせの担当を変えた"),
        "report.upheld": _("知らせに応じた"),
        "report.dismissed": _("知らせを受けたが、そのままにした"),
        "words.erased": _("理由や控えなどから、ことばを完全に消した"),
        "account.approved": _("登録を承認した"),
        "account.refused": _("登録を見合わせた"),
        "account.suspended": _("利用を停止した"),
        "account.restored": _("利用の停止を解いた"),
        "account.role": _("役割を変えた"),
        "account.desk": _("相談窓口に入れた"),
        "account.no_desk": _("相談窓口から外した"),
        "request.exported": _("相談を書き出した"),
        "request.deleted": _("相談を完全に消した"),
        "invitation.made": _("招待した"),
        "prompt.opened": _("よびかけの話題を開いた"),
        "prompt.sent": _("よびかけを送った"),
        "item.published": _("資料を公開した"),
        "item.returned": _("資料に直しをお願いした"),
        "item.archived": _("資料の公開をやめた"),
        "item.put_back": _("資料をもう一度公開した"),
        "item.removed": _("資料を完全に取り除いた"),
        "item.handed": _("資料の持ち主を変えた"),
        "expert.changed": _("専門家の内容を変えた"),
        "board.made": _("場所を作った"),
        "board.changed": _("場所を変えた"),
        "page.edited": _("固定のページを直した"),
        "settings.changed": _("サイトの設定を変えた"),
        "spellings.added": _("表記ゆれを加えた"),
        "spellings.changed": _("表記ゆれを直した"),
        "spellings.removed": _("表記ゆれから外した"),
    }
    return labels.get(key, key)


def audit_details(row: Row[Any]) -> str:
    """The values of an entry that say more than its action, in words."""
    try:
        details = json.loads(row.details)
    except ValueError:
        return ""
    if row.action == "account.role":
        return str(
            _("%(before)sから%(after)sへ", before=role_label(details["before"]), after=role_label(details["after"]))
        )
    if row.action == "invitation.made":
        return role_label(details["role"])
    if row.action == "prompt.sent":
        return str(_("%(count)s通", count=details["recipients"]))
    if row.action == "words.erased":
        return str(_("%(count)sか所", count=details["places"]))
    return ""
