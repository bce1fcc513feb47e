"""Japanese posts of about 300 characters, made from a few sentences with holes: the same for the same seed."""

from random import Random

_OPENINGS = (
    "{town}で第2層を担当している者です。",
    "いつも参考にさせていただいています。",
    "先週の{meeting}で、{person}からこんな話が出ました。",
    "はじめて書き込みます。{town}で{years}年目になりました。",
    "貴重なお話をありがとうございます。",
    "うちの地区でも、ちょうど同じことで悩んでいました。",
    "{theme}について、少し前のことを書かせてください。",
    "おはようございます。{day}の集まりの報告です。",
)
_MIDDLES = (
    "{place}まで歩いて{minutes}分かかる方が{count}人いて、{theme}が毎回の話題になります。",
    "最初は{person}に声をかけても「まだ元気だから」と断られることが続きました。",
    "そこで{meeting}の前に一軒ずつ訪ねて、困っていることより得意なことを聞くようにしました。",
    "すると「{quote}」という声が{count}人から出て、そのうち{few}人が手を挙げてくださいました。",
    "費用は月に{money}円ほどで、{office}の助成と参加費でまかなっています。",
    "{office}の担当の方が異動になり、また一から説明することになったのが正直つらかったです。",
    "{theme}は数字にしにくいので、写真と本人の言葉を一枚の紙にまとめて{office}に見せています。",
    "名簿を作るより先に、{place}で一緒にお茶を飲む時間を持ったことがよかったのだと思います。",
    "参加者は{count}人ほどで、そのうち男性は{few}人、いちばん若い方が{age}歳です。",
    "雨の日は半分も集まらず、{place}を借りた日にかぎって大雨ということが続いて笑いました。",
    "ケアマネさんからも「あの方、{day}を楽しみにしているよ」と聞いて、続けていく力になりました。",
    "結局うまくいったのは計画したものではなく、{person}が勝手に始めた小さな集まりのほうでした。",
    "{few}年続けてみて、担い手を増やすよりも、今いる人が休める仕組みのほうが先だと感じています。",
)
_CLOSINGS = (
    "皆さんの地域ではどうされていますか。",
    "失敗談も含めて教えていただけるとうれしいです。",
    "長くなりましたが、何かの参考になれば幸いです。",
    "また進んだら、ここで報告します。",
    "同じような経験のある方がいたら、ぜひ聞かせてください。",
    "焦らずに、一つずつやってみます。",
)
_HOLES = {
    "town": (
        "人口2万人の町",
        "山あいの村",
        "県庁所在地の西部",
        "海沿いの市",
        "合併した市の旧町地区",
        "大きな団地のある市",
    ),
    "meeting": ("協議体", "地域ケア会議", "民生委員の定例会", "サロンの反省会", "第1層の打ち合わせ", "自治会の役員会"),
    "person": (
        "民生委員さん",
        "区長さん",
        "老人会の会長さん",
        "元大工の男性",
        "商店街の店主さん",
        "ひとり暮らしの女性",
    ),
    "theme": (
        "買い物",
        "ごみ出し",
        "移動の手段",
        "見守り",
        "男性の居場所",
        "配食",
        "草刈り",
        "電球の交換",
        "担い手の高齢化",
    ),
    "place": ("集会所", "スーパー", "公民館", "空き家になった商店", "小学校の空き教室", "お寺の本堂", "バス停"),
    "office": ("社協", "市の高齢福祉課", "地域包括支援センター", "共同募金会", "地元の信用金庫"),
    "quote": (
        "誰かの役に立てるなら行く",
        "お礼をもらうと頼みやすい",
        "名前を出さないならやってみたい",
        "車の運転だけならできる",
        "毎週はむりだが月に一度なら",
    ),
    "day": ("月曜", "水曜", "第2木曜", "金曜", "土曜", "毎月15日"),
}
_SUBJECTS = (
    "{theme}の支え合い",
    "{meeting}の進め方",
    "{person}への声のかけ方",
    "{place}の使い方",
    "{office}との役割分担",
)
_QUESTIONS = (
    "、どうしていますか",
    "で困っています",
    "を始めました",
    "の工夫を教えてください",
    "の一年をふりかえって",
    "について",
)


def _fill(random: Random, sentence: str) -> str:
    numbers = {
        "years": random.randint(2, 9),
        "minutes": random.randint(8, 45),
        "count": random.randint(8, 60),
        "few": random.randint(2, 7),
        "money": random.randint(2, 90) * 500,
        "age": random.randint(31, 68),
    }
    return sentence.format(**numbers, **{name: random.choice(words) for name, words in _HOLES.items()})


def title(random: Random) -> str:
    """A topic's title of 10 to 25 characters."""
    return _fill(random, random.choice(_SUBJECTS)) + random.choice(_QUESTIONS)


def text(random: Random) -> str:
    """A post in Markdown: paragraphs, and now and then a list, an emphasis, a quotation or a link."""
    length = min(700, max(60, int(random.gauss(250, 110))))
    paragraphs, here, written = [], _fill(random, random.choice(_OPENINGS)), 0
    while written + len(here) < length:
        sentence = _fill(random, random.choice(_MIDDLES))
        if random.random() < 0.03:
            sentence = f"**{sentence}**"
        here += sentence
        if len(here) > 130:
            paragraphs.append(here)
            written, here = written + len(here), ""
    paragraphs.append(here + random.choice(_CLOSINGS))
    extra = random.random()
    if extra < 0.08:
        paragraphs.insert(-1, "\n".join("- " + _fill(random, "{theme}は{day}に{place}で") for _ in range(3)))
    elif extra < 0.11:
        paragraphs.insert(0, "> " + _fill(random, random.choice(_MIDDLES)))
    elif extra < 0.15:
        paragraphs.append(f"資料はこちらです。 https://example.jp/shiryo/{random.randint(100, 999)}.html")
    return "\n\n".join(paragraphs)


def pool(random: Random, count: int) -> list[str]:
    """So many different posts."""
    found: dict[str, None] = {}
    while len(found) < count:
        found[text(random)] = None
    return list(found)
