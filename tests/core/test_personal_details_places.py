"""Where somebody lives and how old somebody is: a table of texts, and what holds for any text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sccafe.core.personal_details import find
from tests import timed

FOUND = [
    # Addresses of a municipality that there is
    ("東京都八王子市元本郷町3-24-1に住む", "address", "東京都八王子市元本郷町3-24-1"),
    ("八王子市元本郷町三丁目24番1号", "address", "八王子市元本郷町三丁目24番1号"),
    ("住所：八王子市元本郷町３丁目２４－１。", "address", "八王子市元本郷町３丁目２４－１"),
    ("八王子市元本郷町３ー２４ー１", "address", "八王子市元本郷町３ー２４ー１"),
    ("東京都西多摩郡檜原村467番地1", "address", "東京都西多摩郡檜原村467番地1"),
    ("西多摩郡檜原村467番地", "address", "西多摩郡檜原村467番地"),
    ("長野県下伊那郡泰阜村3236-1", "address", "長野県下伊那郡泰阜村3236-1"),
    ("横浜市中区本町6丁目50番地の10", "address", "横浜市中区本町6丁目50番地の10"),
    ("神奈川県横浜市中区本町6-50-10です", "address", "神奈川県横浜市中区本町6-50-10"),
    ("港区芝公園1-5-25", "address", "港区芝公園1-5-25"),
    ("北海道札幌市中央区北3条西6丁目", "address", "北海道札幌市中央区北3条西6丁目"),
    ("さいたま市浦和区常盤六丁目4番4号", "address", "さいたま市浦和区常盤六丁目4番4号"),
    ("つくば市研究学園1-1-1", "address", "つくば市研究学園1-1-1"),
    ("あきる野市二宮350番地", "address", "あきる野市二宮350番地"),
    ("ひたちなか市東石川2丁目10番1号", "address", "ひたちなか市東石川2丁目10番1号"),
    ("南アルプス市小笠原376", "address", "南アルプス市小笠原376"),
    ("八王子市上川町123番に", "address", "八王子市上川町123番"),
    ("上田市大字中野123の4", "address", "上田市大字中野123の4"),
    ("長野県 上田市 大手1-11-16", "address", "長野県 上田市 大手1-11-16"),
    ("上田市大手 1-11-16", "address", "上田市大手 1-11-16"),
    ("千代田区丸の内2-1", "address", "千代田区丸の内2-1"),
    ("港区虎ノ門1丁目", "address", "港区虎ノ門1丁目"),
    ("東京都青ヶ島村無番地の隣、八丈町大賀郷2551-2", "address", "八丈町大賀郷2551-2"),
    # A quarter whose town is not said
    ("桜が丘2丁目の角の家", "address", "桜が丘2丁目"),
    ("ひばりが丘三丁目", "address", "ひばりが丘三丁目"),
    ("つつじヶ丘1-2-3", "address", "つつじヶ丘1-2-3"),
    ("本町1-2-3", "address", "本町1-2-3"),
    ("さくら台5-8の団地", "address", "さくら台5-8"),
    ("大字下中123番地", "address", "大字下中123番地"),
    ("元町二番三号", "address", "元町二番三号"),
    ("自宅は本町の近く、緑町4丁目12番", "address", "緑町4丁目12番"),
    ("北3条西5丁目", "address", "北3条西5丁目"),
    ("ニュータウン3丁目に", "address", "ニュータウン3丁目"),
    # Ages beside a place or a person
    ("○○町の82歳の男性", "age", "82歳"),
    ("85歳、ひとり暮らし、桜が丘", "age", "85歳"),
    ("八王子市の８２歳の方", "age", "８２歳"),
    ("八十二歳の女性が一人で", "age", "八十二歳"),
    ("独居で91才", "age", "91才"),
    ("母は満88歳になりました", "age", "満88歳"),
    ("夫は79歳、畑をしています", "age", "79歳"),
    ("木村 ヨシさん（85）", "age", "85"),
    ("Ａ町で暮らす90歳", "age", "90歳"),
    ("緑団地の78歳が始めた", "age", "78歳"),
    ("78歳で要介護2", "age", "78歳"),
    ("檜原村に70歳で移り住んだ", "age", "70歳"),
    ("92歳のおばあちゃん", "age", "92歳"),
    ("3丁目の88歳", "age", "88歳"),
]

NOTHING = [
    # Places without a house
    "八王子市",
    "東京都八王子市の取り組み",
    "東京都西多摩郡檜原村",
    "八王子市元本郷町の集会所",
    "1丁目と2丁目",
    "3丁目まで歩く",
    "何丁目ですか",
    "市内で一番地域に近い",
    "番地まで書かないでください",
    # Figures, days and numbers beside a place
    "八王子市の3-5人",
    "八王子市3-5人が参加",
    "八王子市では10-12時に開く",
    "八王子市2016-04-01開所",
    "八王子市 2016年4月",
    "八王子市第1層",
    "八王子市第2期計画",
    "八王子市人口56万人",
    "八王子市令和5年度",
    "八王子市資料1-2",
    "八丈町3地区",
    "泊村1600人",
    "上田市職員3名",
    "本町に3-4回通う",
    "図3-1と表1-2",
    "別紙様式第1号",
    "第3号被保険者",
    "会議室2-1",
    "課題1-1-2",
    "議案第2番3号",
    "国道16号",
    "1-2-3の順に",
    "3の2",
    "市区町村コード132012",
    "第1層と第2層",
    # Ages of many, of nobody, or alone
    "65歳以上",
    "65歳以上の住民の方",
    "75歳以上の高齢者",
    "八王子市の75歳以上",
    "65歳から74歳まで",
    "65～74歳の男性",
    "40歳代の女性",
    "85歳",
    "平均年齢は78歳です",
    "八王子市の平均年齢は78歳",
    "健康寿命は男性72歳、女性75歳",
    "60歳定年の男性",
    "3歳児健診",
    "町内の85歳",
    "本市の85歳",
    "85歳です。八王子市では",
    "創立百歳",
    "3歳くらい",
    "",
]


@pytest.mark.parametrize(("text", "kind", "said"), FOUND)
def test_what_points_to_a_house_or_a_person_is_found(text: str, kind: str, said: str) -> None:
    assert (kind, said) in [(found.kind, found.text) for found in find(text)]


@pytest.mark.parametrize("text", NOTHING)
def test_what_points_to_no_house_and_no_person_is_left_alone(text: str) -> None:
    assert [found for found in find(text) if found.kind in ("address", "age")] == []


def test_what_is_found_beside_others_keeps_its_place_after_wide_and_rare_characters() -> None:
    text = "𠮷野家😀の田中さん（８２歳）は、〒192-0051 八王子市元本郷町３－２４－１、電話042-626-3111"
    found = find(text)
    assert [each.kind for each in found] == ["name", "age", "postal_code", "address", "telephone"]
    assert all(text[each.start : each.end] == each.text for each in found)
    assert found[3].text == "八王子市元本郷町３－２４－１"


@given(
    st.text(
        alphabet="019３-ー－のが 　、。\n丁目番地号歳才町市村区郡県東京都八王子本丘桜台三十男性さん（）以上ひとり😀𠮷",
        max_size=150,
    )
)
def test_each_stands_where_it_says_and_none_overlaps_the_next(text: str) -> None:
    end = 0
    for found in find(text):
        assert end <= found.start < found.end <= len(text)
        assert text[found.start : found.end] == found.text
        end = found.end


@pytest.mark.parametrize(
    "piece",
    ["1丁目", "町1-", "八王子市", "市", "82歳", "82歳、", "三", "本町三", "が丘", "1番", "男性80歳町", "東京都"],
)
def test_a_long_text_takes_a_time_that_grows_with_its_length_alone(piece: str) -> None:
    def seconds(length: int) -> float:
        text = (piece * length)[:length]
        return timed.seconds(lambda: find(text), until=0.005)

    short, long = seconds(2_000), seconds(20_000)
    # Ten times as long: a square would take a hundred times.
    assert long < 40 * short + 0.05
    assert long < 1.5
