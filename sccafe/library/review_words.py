"""What the automatic checks found, where an item stands and what comes next, in words."""

from sccafe.core.language import gettext as _
from sccafe.library import words
from sccafe.library.review import Finding


def finding(found: Finding) -> str:
    """What was noticed in a part, and what to do about it."""
    said = found.said[:60]
    told: dict[str, str] = {
        "missing": _("まだ書かれていません。公開するまでに要ります。"),
        "source_thin": _("「%(said)s」の年と、利用の条件・許可がありません。", said=said),
        "source_year": _("「%(said)s」の年がありません。", said=said),
        "source_licence": _("「%(said)s」の、利用の条件・許可がありません。", said=said),
        "link": _("「%(said)s」はアドレスとして開けません。https:// から始まる形にしてください。", said=said),
        "telephone": _("「%(said)s」は電話番号のようです。個人のものなら消してください。", said=said),
        "email": _("「%(said)s」はメールアドレスのようです。個人のものなら消してください。", said=said),
        "postal_code": _("「%(said)s」は郵便番号のようです。個人の住所なら消してください。", said=said),
        "address": _("「%(said)s」は住所のようです。個人の家なら、町の名前までにしてください。", said=said),
        "age": _("「%(said)s」は、だれの年齢かわかりそうです。「80代」のように、ぼかしてください。", said=said),
        "name": _("「%(said)s」は人の名前のようです。本人の承諾がなければ、Aさんのように変えてください。", said=said),
        "no_description": _("「%(said)s」に、何が写っているかの説明がありません。", said=said),
        "large": _(
            "「%(said)s」は10MBを超えています。メールで送れない職場があります。小さくできないか確かめてください。",
            said=said,
        ),
        "same_title": _("同じ題名の資料があります：「%(said)s」", said=said),
        "same_source": _("同じアドレスの出典を使った資料があります：「%(said)s」", said=said),
    }
    return told[found.why]


def standing(state: str | None, published: bool, archived: bool) -> str:
    """Where an item is, for its people: `state` is that of its open version."""
    if state is None:
        return _("公開していません") if archived or not published else words.state("published")
    if not published or archived:
        return words.state(state)
    return _("公開中・新しい版は%(state)s", state=words.state(state))


def next_step(state: str | None, published: bool, archived: bool, needs_work: bool) -> str:
    """What an item's people can do next."""
    steps: dict[str, str] = {
        "draft": _("書き足して、事務局に送ってください。"),
        "submitted": _("事務局の確認をお待ちください。取り戻して直すこともできます。"),
        "review": _("事務局が確認しています。戻るまでお待ちください。"),
        "returned": _("事務局の言葉を読んで、直して送ってください。"),
    }
    if state is not None:
        return steps[state]
    if archived:
        return _("もう一度載せるときは、直して送ってください。")
    return (
        _("内容が変わったところを直してください。") if needs_work else _("変わったことがあれば、直して送ってください。")
    )


def audience(key: str) -> str:
    """Who may read an item on the shelf."""
    found: dict[str, str] = {
        "public": _("サイトを訪れたすべての人"),
        "network": _("会員と参加企業"),
        "members": _("会員だけ"),
        "experts": _("専門家と事務局"),
        "industry": _("参加企業と事務局"),
        "staff": _("事務局だけ"),
    }
    return found.get(key) or _("部屋の参加者")
