"""What the library's keys are called, and what is wrong with a sheet, in words."""

from sccafe.core.language import gettext as _
from sccafe.library.sheet import BY_KEY, Wrong


def kind(key: str) -> str:
    """What kind of item it is."""
    found: dict[str, str] = {
        "case": _("事例"),
        "material": _("資料"),
        "video": _("動画"),
        "tool": _("ひな形・ツール"),
        "qa": _("相談から生まれたQ&A"),
    }
    return found[key]


def facet(key: str) -> str:
    """The name of a list by which items are found."""
    found: dict[str, str] = {
        "kind": _("種類"),
        "collection": _("棚"),
        "theme": _("テーマ"),
        "prefecture": _("都道府県"),
        "population": _("まちの大きさ"),
        "stage": _("段階"),
        "function": _("SCの機能"),
        "partner": _("いっしょに取り組んだ相手"),
        "year": _("出典の年"),
    }
    return found[key]


def state(key: str) -> str:
    """Where a version is on its way."""
    found: dict[str, str] = {
        "draft": _("下書き"),
        "submitted": _("確認待ち"),
        "review": _("確認中"),
        "returned": _("直しをお願いしています"),
        "published": _("公開中"),
        "replaced": _("前の版"),
    }
    return found[key]


def outcome(key: str) -> str:
    """How a 試してみた went."""
    found: dict[str, str] = {
        "well": _("うまくいった"),
        "partly": _("一部うまくいった"),
        "not": _("うまくいかなかった"),
    }
    return found[key]


def part(key: str) -> str:
    """What a part of the sheet is called."""
    found: dict[str, str] = {
        "title": _("題名"),
        "kind": _("種類"),
        "collection": _("棚"),
        "summary": _("ひとことで言うと"),
        "prefecture": _("都道府県"),
        "municipality": _("市区町村"),
        "population": _("まちの大きさ"),
        "ageing_rate": _("高齢化率（%）"),
        "layer": _("担当の層"),
        "carried_by": _("担った人"),
        "partners": _("いっしょに取り組んだ相手"),
        "target": _("だれのための取り組みか"),
        "began": _("始まったいきさつ"),
        "events": _("経過"),
        "body": _("していること"),
        "money": _("お金"),
        "results": _("結果の数字"),
        "failed": _("うまくいかなかったこと、難しかったこと"),
        "lessons": _("ほかのまちで生かすなら"),
        "themes": _("テーマ"),
        "functions": _("SCの機能"),
        "stage": _("段階"),
        "video": _("動画のアドレス"),
        "sources": _("出典"),
        "files": _("ファイル"),
    }
    return found[key]


def hint(key: str) -> str:
    """What belongs into a part, for the form; empty where its name says it all."""
    found: dict[str, str] = {
        "summary": _("一覧に出ます。160字まで。"),
        "carried_by": _("例：第2層SCと自治会の有志6人"),
        "events": _("1行にひとつ、年や月から書きます。例：2016年4月 話し合いの場を四か所で始めた"),
        "results": _("1行にひとつ。例：2019年 登録している担い手 120人（12ページ）"),
        "failed": _("ほかのまちの人が、いちばん知りたいところです。"),
        "lessons": _("まねをするなら、どこから始めるとよいか。"),
        "video": _("例：https://www.example.jp/movie"),
        "sources": _("何を見て書いたか。ご自分の体験なら、題名に「会員の投稿」と書いてください。"),
    }
    return found.get(key, "")


def source_part(key: str) -> str:
    """What a part of a source is called."""
    found: dict[str, str] = {
        "author": _("著者・発行者"),
        "title": _("題名"),
        "year": _("年"),
        "address": _("アドレス"),
        "licence": _("利用の条件・許可"),
        "page": _("ページ"),
    }
    return found[key]


def wrong(problem: Wrong) -> str:
    """What does not fit a part, and what to do."""
    said = problem.said[:60]
    found: dict[str, str] = {
        "missing": _("書いてください。"),
        "unknown": _("「%(said)s」という欄はありません。", said=said or problem.key),
        "option": _("「%(said)s」は一覧にありません。一覧にあるものから選んでください。", said=said),
        "list": _("一つずつ並べた形で書いてください。"),
        "many": _("多すぎます。まとめるか、分けてください。"),
        "text": _("文字で書いてください。"),
        "long": _("長すぎます（いま%(now)s文字）。%(most)s文字までにしてください。", now=said, most=_most(problem.key)),
        "number": _("「%(said)s」は数として読めません。例：34.5", said=said),
        "year": _("「%(said)s」は年として読めません。例：2023、令和5年", said=said),
        "day": _("「%(said)s」は日付として読めません。例：2016、2016-04、2016-04-01", said=said),
        "event": _("「%(said)s」を読めません。年や月から始めてください。例：2016年4月 話し合いを始めた", said=said),
        "result": _("「%(said)s」を読めません。例：2019年 登録している担い手 120人（12ページ）", said=said),
        "source": _("出典の題名を書いてください。"),
        "address": _("「%(said)s」はアドレスとして読めません。例：https://www.example.jp/", said=said),
        "prefecture": _("「%(said)s」という都道府県はありません。", said=said),
        "municipality": _("「%(said)s」という市区町村は、その都道府県にありません。", said=said),
    }
    text = found[problem.why]
    return _("%(line)s行目：%(problem)s", line=problem.at, problem=text) if problem.at else text


def _most(key: str) -> int:
    return BY_KEY[key].most if key in BY_KEY else 0


def why_not(why: str) -> str:
    """Why somebody may not do this here; `why` is a state, or one of policy's reasons."""
    found: dict[str, str] = {
        "sign_in": _("サインインしてください。"),
        "role": _("この操作は、書いた人か事務局だけができます。"),
        "hand_in": _("資料を寄せられるのは、会員と専門家、事務局です。"),
        "submitted": _("いま事務局の確認を待っています。直すときは、先に取り戻してください。"),
        "review": _("いま事務局が確認しています。戻るまでお待ちください。"),
        "draft": _("まだ下書きです。"),
        "returned": _("直しをお願いしているところです。"),
        "published": _("この版は、もう公開されています。直すときは、新しい版を作ってください。"),
        "archived": _("この資料は、いま公開されていません。"),
        "report": _("「試してみた」は、会員と専門家、事務局が書けます。"),
        "talked": _(
            "資料を読めなくなる人が、この資料の話題は読めるままになります。先に話題を移すか、非表示にしてください。"
        ),
        "kept": _(
            "この答えの文は、相談した方と専門家が確かめて同意したものです。"
            "ここでは直せません。直すときは、相談窓口にご連絡ください。"
        ),
        "talk": _("この資料の話題は、ここからは始められません。"),
    }
    return found.get(why) or found["role"]
