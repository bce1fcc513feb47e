"""A sentence of its own for every post of a town that is searched: names of towns, numbers, frequent and rare words.

The town's texts are few and repeat; an index over them would hold few different pairs of characters, and every word
would be frequent. With these sentences a word stands in one post or in a tenth of all, as on a site of years.
"""

from functools import cache
from random import Random

from sccafe.core import taxonomy

#: The frequent ones first: each is taken about half as often as the one whose place is half of its own.
WORDS = (
    "買い物", "サロン", "見守り", "移動支援", "体操教室", "居場所", "担い手", "民生委員", "社協", "自治会",
    "地域ケア会議", "協議体", "ボランティア", "公民館", "老人クラブ", "生活支援", "ごみ出し", "配食", "通いの場",
    "認知症カフェ", "子ども食堂", "スマホ教室", "傾聴", "有償ボランティア", "アンケート", "資源マップ", "勉強会",
    "助成金", "包括", "ケアマネ", "コンビニ", "移動販売車", "商店街", "信用金庫", "郵便局", "農協", "生協", "薬局",
    "歯科医", "訪問看護", "デイサービス", "グランドゴルフ", "麻雀", "囲碁", "将棋", "カラオケ", "俳句", "短歌",
    "折り紙", "編み物", "手芸", "陶芸", "園芸", "家庭菜園", "味噌づくり", "そば打ち", "餅つき", "盆踊り", "秋祭り",
    "防災訓練", "避難所", "安否確認", "緊急連絡先", "救急医療情報キット", "回覧板", "広報紙", "掲示板", "防災無線",
    "乗り合いタクシー", "デマンドバス", "コミュニティバス", "福祉有償運送", "送迎ボランティア", "免許返納",
    "シルバーカー", "電動車いす", "雪かき", "草刈り", "庭木の剪定", "網戸の張り替え", "障子張り", "電球の交換",
    "粗大ごみ", "布団干し", "水やり", "犬の散歩", "墓掃除", "空き家", "空き店舗", "廃校", "旧保育所", "集会所",
    "お寺の本堂", "教会", "銭湯", "足湯", "喫茶店", "パン屋", "豆腐屋", "魚屋", "花屋", "理髪店", "美容室",
    "クリーニング店", "自転車屋", "金物店", "酒蔵", "醤油蔵", "漁協", "森林組合", "道の駅", "直売所", "キッチンカー",
    "フードバンク", "フードドライブ", "学習支援", "放課後", "中学生", "高校生", "大学生", "留学生", "技能実習生",
    "外国籍の方", "ヤングケアラー", "ひきこもり", "8050", "ダブルケア", "老老介護", "男性介護者", "家族会", "遺族会",
    "終活", "エンディングノート", "成年後見", "日常生活自立支援事業", "身元保証", "見守り協定", "新聞販売店",
    "乳酸菌飲料", "宅配業者", "水道検針", "電力会社", "ガス会社", "ICT", "LINE", "Zoom", "QRコード", "タブレット",
    "eスポーツ", "VR旅行", "AI", "ロボット", "センサー", "ドローン", "GPS", "SOSネットワーク", "模擬訓練", "寸劇",
    "紙芝居", "朗読", "腹話術", "手品", "落語", "詩吟", "三味線", "和太鼓", "ハーモニカ", "ウクレレ", "オカリナ",
    "コーラス", "フラダンス", "太極拳", "ヨガ", "ラジオ体操", "百歳体操", "ノルディックウォーク", "ボッチャ",
    "モルック", "輪投げ", "卓球バレー", "スカットボール", "ふまねっと", "脳トレ", "栄養士", "保健師", "理学療法士",
    "作業療法士", "言語聴覚士", "社会福祉士", "薬剤師", "管理栄養士", "歯科衛生士", "柔道整復師", "鍼灸師",
    "行政書士", "司法書士", "宮司", "住職", "牧師", "猟友会", "消防団", "婦人会", "青年団", "育成会", "子ども会",
    "おやじの会", "読み聞かせ", "学校運営協議会", "交通指導員", "保護司", "更生保護", "人権擁護委員", "行政相談",
    "甑島", "蔵王", "阿蘇", "霧ヶ峰", "四万十", "錦帯橋", "鵜飼", "紅花", "藍染", "檜風呂", "蛍", "鮎", "柚子", "椎茸",
)  # fmt: skip
_SENTENCES = (
    "{town}では{word}と{other}を組み合わせて、{count}世帯に広がりました。",
    "{town}の{other}の方から、{word}のことで{count}件の相談を受けています。",
    "{word}については{town}の取り組みを、{month}月{day}日に見学する予定です。",
    "きっかけは{other}で、{town}から来た方が{word}を教えてくれました。",
    "{month}月の{word}には{count}人、{other}には{few}人が来てくださいました。",
    "予算は{money}円で、{word}に半分、残りを{other}に使いました（{town}）。",
)
_SEAMS = ("また、", "それと、", "ちなみに、", "")


@cache
def _towns() -> tuple[str, ...]:
    return tuple(town.name for town in taxonomy.municipalities().values())


def _often_the_first(random: Random, of: tuple[str, ...]) -> str:
    """Any of them, the first ones much more often than the last."""
    return of[int((len(of) + 1) ** random.random()) - 1]


def sentence(random: Random) -> str:
    """One or two sentences that hardly any other post has; nothing in them is Markdown or HTML."""
    return "".join(random.choice(_SEAMS) + _one(random) for _ in range(random.choice((1, 1, 2))))


def _one(random: Random) -> str:
    return random.choice(_SENTENCES).format(
        town=_often_the_first(random, _towns()),
        word=_often_the_first(random, WORDS),
        other=_often_the_first(random, WORDS),
        count=random.randint(8, 999),
        few=random.randint(2, 40),
        money=f"{random.randint(1, 9_999) * 100:,}",
        month=random.randint(1, 12),
        day=random.randint(1, 28),
    )
