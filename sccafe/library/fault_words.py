"""What is wrong in a bundle, in words, and what a bundle's keys are called."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask_babel import LazyString, force_locale

from sccafe.core import language, text_rules
from sccafe.core.language import gettext as _
from sccafe.library import words
from sccafe.library.faults import Fault
from sccafe.library.sheet import BY_KEY, Wrong


@contextmanager
def in_japanese() -> Iterator[None]:
    """Inside, words are Japanese whoever asks: those that a bundle is read by, and those of a terminal."""
    with force_locale("ja"):
        language.forget()
        try:
            yield
        finally:
            language.forget()


def key(name: str) -> str:
    """What a key of a bundle is called; a key that nobody knows is called by itself."""
    own: dict[str, str] = {
        "ref": _("整理名"),
        "audience": _("公開範囲"),
        "owner": _("担当者"),
        "checked_on": _("確認日"),
        "state": _("状態"),
    }
    if name in own:
        return own[name]
    return words.part(name) if name in BY_KEY or name == "files" else name


def source_column(name: str) -> str:
    """The heading under which a spreadsheet has a part of the source."""
    return _("出典の%(part)s", part=words.source_part(name))


def where(fault: Fault) -> str:
    """File and line."""
    return _("%(file)s の%(line)s行目", file=fault.file, line=fault.line) if fault.line else fault.file


def what(fault: Fault) -> str:
    """Which part, what is wrong with it, and what to do."""
    text = _why(fault)
    if fault.at:
        text = _("%(line)s番目：%(problem)s", line=fault.at, problem=text)
    return _("%(key)s：%(problem)s", key=key(fault.key), problem=text) if fault.key else text


def line(fault: Fault) -> str:
    """All of it in one line, for a terminal."""
    return f"{where(fault)}  {what(fault)}"


def _why(fault: Fault) -> str:
    said = fault.said
    if fault.why == "file":
        return _("「%(name)s」：%(why)s", name=said.partition("|")[0], why=said.partition("|")[2])
    if fault.why.startswith("text_"):
        message: LazyString = text_rules.TextRefused(fault.why.removeprefix("text_")).message
        return str(message)
    if fault.why == "long" and fault.key not in BY_KEY:
        return _("長すぎます（いま%(now)s文字）。200文字までにしてください。", now=said)
    found: dict[str, str] = {
        # The bundle as a whole.
        "zip": _("ZIPとして開けません。途中で切れていないか確かめて、作り直してください。"),
        "unreadable": _("取り出せません。ZIPがこわれているか、途中で切れています。作り直してください。"),
        "password": _("パスワードがかかっています。外して作り直してください。"),
        "path": _("ZIPやフォルダーの外を指す名前です。ファイル名だけか、下のフォルダーの名前にしてください。"),
        "link": _("別の場所へのリンクです。ファイルそのものを入れてください。"),
        "name_twice": _("同じ名前のファイルが二つあります。"),
        "many_files": _("ファイルが多すぎます。%(said)s個までにしてください。", said=said),
        "many_items": _("件数が多すぎます。一度に%(said)s件までにして、分けてください。", said=said),
        "size": _("広げると大きすぎます。一度に%(said)sMBまでにして、分けてください。", said=said),
        "index_size": _("索引が大きすぎます。%(said)sMBまでにして、分けてください。", said=said),
        "indexes": _("索引が二つ以上あります（%(said)s）。一つだけにしてください。", said=said),
        "no_index": _("索引がありません。index.csv、index.yaml、または一件ずつの「整理名.yaml」を入れてください。"),
        "empty": _("一件もありません。"),
        # One of its texts.
        "encoding": _(
            "文字の形式を読めません。表計算ソフトでは「CSV UTF-8（コンマ区切り）」、"
            "ほかではUTF-8を選んで保存し直してください。"
        ),
        "character": _("使えない文字（制御文字など）が入っています。消してください。"),
        "yaml": _("YAMLとして読めません（%(said)s）。字下げと、コロンやかぎ括弧の前後を確かめてください。", said=said),
        "alias": _("「&」や「*」で始まる参照は使えません。同じ内容をそのまま書いてください。"),
        "tag": _("「%(said)s」のような型の指定は使えません。消してください。", said=said),
        "documents": _("「---」で区切られた二つ目の文書があります。ファイルを分けてください。"),
        "deep": _("入れ子が深すぎるか、項目が多すぎます。"),
        "no_key": _("項目名のあるべきところに、ほかのものがあります。"),
        "key_twice": _("「%(said)s」が二度書かれています。一つにしてください。", said=said),
        "no_mapping": _("「項目名: 内容」の形になっていません。"),
        "no_list": _("「- 」で始まる一件ずつの並びになっていません。"),
        "csv": _('CSVとして読めません。引用符「"」が閉じているか確かめてください。'),
        "cells": _('列が多すぎます（見出しは%(said)s列）。コンマを含む内容は引用符「"」で囲んでください。', said=said),
        "no_column": _("見出しのない列に内容があります。"),
        "column": _("「%(said)s」という列はありません。一行目に、決まった見出しを書いてください。", said=said),
        "column_twice": _("「%(said)s」の列が二つあります。一つにしてください。", said=said),
        # One item.
        "form": _("この欄には、文字か、その並びを書いてください。"),
        "not_of_kind": _("この欄は「%(said)s」にはありません。本文に入れるか、消してください。", said=said),
        "ref": _("「%(said)s」は使えません。文字、数字、「-」「_」「.」で80文字までにしてください。", said=said),
        "twice": _("同じものがもう一件あります（%(said)s）。どちらかを直してください。", said=said),
        "title_exists": _(
            "同じ題名の資料がもうあります（%(said)s）。同じものなら整理名を合わせ、別のものなら題名を変えてください。",
            said=said,
        ),
        "audience": _(
            "「%(said)s」という公開範囲はありません。"
            "public、network、members、experts、industry、staff のどれかにしてください。",
            said=said,
        ),
        "state": _(
            "「%(said)s」という状態はありません。published、draft、archived のどれかにしてください。", said=said
        ),
        "checked_on": _("「%(said)s」は、きょうまでの日付として読めません。例：2026-04-01", said=said),
        "several_towns": _("「%(said)s」は二つ以上の都道府県にあります。都道府県も書いてください。", said=said),
        "no_file": _("「%(said)s」というファイルが入っていません。名前と場所を確かめてください。", said=said),
        "file_twice": _("「%(said)s」が二度書かれています（中身が同じファイルも一つにしてください）。", said=said),
        "file_unreadable": _(
            "「%(said)s」を取り出せません。こわれているか、途中で切れています。入れ直してください。", said=said
        ),
        "no_draft": _("サイトではもう公開されています。状態を published か archived にしてください。"),
        "being_changed": _("いまサイトで直している途中の版があります。先にそれを公開するか、取り下げてください。"),
        "kept": words.why_not("kept"),
        "talked": words.why_not("talked"),
        "owner": _("「%(said)s」という会員はいません。取り込む人が担当になります。", said=said),
        "meanwhile": _("取り込むあいだに、ほかの人が資料を変えました。もう一度取り込んでください。"),
    }
    if fault.why in found:
        return found[fault.why]
    return words.wrong(Wrong(fault.key, fault.why, 0, said))
