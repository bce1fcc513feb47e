"""What could point to a resident: a table of texts, and what holds for any text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sccafe.core.personal_details import find
from tests import timed

FOUND = [
    # Telephones
    ("03-1234-5678 へ", "telephone", "03-1234-5678"),
    ("携帯は090-1234-5678です。", "telephone", "090-1234-5678"),
    ("０９０ー１２３４ー５６７８", "telephone", "０９０ー１２３４ー５６７８"),
    ("電話（０４２）６２６−３１１１", "telephone", "（０４２）６２６−３１１１"),
    ("(03)1234-5678", "telephone", "(03)1234-5678"),
    ("03(1234)5678", "telephone", "03(1234)5678"),
    ("090 1234 5678", "telephone", "090 1234 5678"),
    ("09012345678まで", "telephone", "09012345678"),
    ("0426263111", "telephone", "0426263111"),
    ("+81-90-1234-5678", "telephone", "+81-90-1234-5678"),
    ("+81 3 1234 5678", "telephone", "+81 3 1234 5678"),
    ("0120-123-456", "telephone", "0120-123-456"),
    ("0997-12-3456", "telephone", "0997-12-3456"),
    ("電話：3456-7890", "telephone", "3456-7890"),
    ("TEL 26-1234", "telephone", "26-1234"),
    # Mail
    ("連絡は hanako.y@example.jp へ", "email", "hanako.y@example.jp"),
    ("ｔａｒｏ＠example.co.jpまで", "email", "ｔａｒｏ＠example.co.jp"),
    ("メール:a@b.example.com。", "email", "a@b.example.com"),
    # Postal codes
    ("〒192-0051 八王子市", "postal_code", "〒192-0051"),
    ("〒1920051", "postal_code", "〒1920051"),
    ("住所は192-0051です", "postal_code", "192-0051"),
    ("〒１９２－００５１", "postal_code", "〒１９２－００５１"),
    # Names
    ("田中さんが来ました", "name", "田中さん"),
    ("林さんの畑", "name", "林さん"),
    ("昨年、佐々木様から", "name", "佐々木様"),
    ("山田太郎氏によると", "name", "山田太郎氏"),
    ("山田 太郎さん", "name", "山田 太郎さん"),
    ("山田　花子様", "name", "山田　花子様"),
    ("健太くんと遊ぶ", "name", "健太くん"),
    ("花子ちゃんのお母さん", "name", "花子ちゃん"),
    ("民生委員の鈴木さん", "name", "鈴木さん"),
    ("中村さん", "name", "中村さん"),
    ("阿部さん", "name", "阿部さん"),
    ("土屋さん", "name", "土屋さん"),
    ("麻生さん", "name", "麻生さん"),
    ("緒方さん", "name", "緒方さん"),
    ("古市さん", "name", "古市さん"),
    ("田中 さん", "name", "田中 さん"),
    ("三浦あゆみさん", "name", "三浦あゆみさん"),
    ("三浦 あゆみさん", "name", "三浦 あゆみさん"),
    ("（さくらさん、80歳）", "name", "さくらさん"),
    ("はなこちゃんが", "name", "はなこちゃん"),
    ("ハナさんは92歳", "name", "ハナさん"),
    ("マリアさんの料理", "name", "マリアさん"),
    ("田中さま", "name", "田中さま"),
    ("高橋さんまで連絡", "name", "高橋さん"),
    ("小野寺氏", "name", "小野寺氏"),
    ("翔くんです", "name", "翔くん"),
    ("木村 ヨシさん（85）", "name", "木村 ヨシさん"),
    ("安達さん", "name", "安達さん"),
    ("井手さん", "name", "井手さん"),
    ("長谷部さん", "name", "長谷部さん"),
    ("山本正道さん", "name", "山本正道さん"),
    ("独居の伊達様宅", "name", "伊達様"),
]

NOTHING = [
    # Days, figures, codes
    "2016-04-01に開所",
    "2016年4月から2019年3月",
    "参加は延べ1,234,567人",
    "市区町村コード132012",
    "ISBN978-4-1234-5678-9",
    "01234567890123",
    "0.12345678901",
    "人口は100-2000人",
    "12-3456",
    "00-1234-5678",
    "https://www.example.jp/090-1234-5678",
    "第1層と第2層",
    "@example.jp",
    "name＠",
    # Roles, relations and groups
    "住民さんの声",
    "皆さん",
    "皆様へ",
    "お客さんが増えた",
    "お客様",
    "民生委員さんと",
    "奥さんの介護",
    "お母さん、お父さん",
    "おばあさんとおじいさん",
    "赤ちゃん",
    "自治会長さん",
    "ケアマネさん",
    "ヘルパーさん",
    "ボランティアさんが",
    "八王子市さんの取り組み",
    "社協さん",
    "自治会さん",
    "八百屋さん",
    "保健師さん",
    "利用者さん",
    "参加者様",
    "学生さん",
    "ご主人さんと",
    "お孫さん",
    "お隣さん",
    "大家さん",
    "店長さん",
    "郵便局さん",
    "認知症の方さん",
    "担い手さん",
    "社会福祉士さん",
    "弁護士さん",
    "総合病院さん",
    "友達くん",
    # Not an honorific at all
    "たくさんの人",
    "同様に進めた",
    "多様な担い手",
    "仕様書",
    "様々な人",
    "模様替え",
    "氏名を書く",
    "氏神",
    "両氏",
    "毎日通いに行くんです",
    "話を聞くんだ",
    "ちゃんと続いた",
    "毎日ちゃんと",
    "みなさんの声",
    "みんなさんぽが好き",
    "おつかれさん",
    "Aさんの事例",
    "Ｋ氏",
    "○○さん",
    "〇〇さん",
    "さんさんと",
    "",
]


@pytest.mark.parametrize(("text", "kind", "said"), FOUND)
def test_what_points_to_somebody_is_found(text: str, kind: str, said: str) -> None:
    assert (kind, said) in [(found.kind, found.text) for found in find(text)]


@pytest.mark.parametrize("text", NOTHING)
def test_what_points_to_nobody_is_left_alone(text: str) -> None:
    assert find(text) == []


def test_several_are_given_in_the_order_of_the_text() -> None:
    text = "田中さん（〒192-0051、090-1234-5678、t@example.jp）と佐藤様"
    assert [found.kind for found in find(text)] == ["name", "postal_code", "telephone", "email", "name"]


@given(
    st.text(alphabet="0123456789０１９-ー−() （）+〒@.aZ田中山々太郎さん様氏くちゃあいのアイー、。 　\n", max_size=200)
)
def test_each_stands_where_it_says_and_none_overlaps_the_next(text: str) -> None:
    end = 0
    for found in find(text):
        assert end <= found.start < found.end <= len(text)
        assert text[found.start : found.end] == found.text
        end = found.end


@given(
    st.sampled_from(["田中", "佐藤", "鈴木", "高橋", "小林", "森", "五十嵐", "長谷川"]),
    st.sampled_from(["さん", "様", "氏", "くん", "ちゃん"]),
    st.sampled_from(["、", "。", "\n", "（", "「", "は", "の"]),
)
def test_a_family_name_with_any_honorific_is_found_after_any_mark(name: str, honorific: str, before: str) -> None:
    assert [found.text for found in find(f"あの日{before}{name}{honorific}")] == [name + honorific]


@pytest.mark.parametrize(
    "piece", ["0", "0-", "03-1234-", "a", "a.", "a@", "田", "田 ", "さん", "田さん", "あ", "〒", "(0", "+81"]
)
def test_a_long_text_takes_a_time_that_grows_with_its_length_alone(piece: str) -> None:
    def seconds(length: int) -> float:
        text = (piece * length)[:length]
        return timed.seconds(lambda: find(text), until=0.005)

    short, long = seconds(4_000), seconds(40_000)
    # Ten times as long: a square would take a hundred times.
    assert long < 40 * short + 0.05
