"""Finds in a text where somebody lives and how old somebody is: the part of personal_details.py that knows places.

A number alone points to nobody. It has to stand behind the name of a place, or as an age beside a place or a person.
From each number a bounded number of characters is looked at, so that the time grows with the text and no more.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from sccafe.core import taxonomy

Place = tuple[int, int]

_NUMERALS = "一二三四五六七八九十百千〇"
_NUMBER = rf"(?:[0-9]{{1,5}}|[{_NUMERALS}]{{1,7}})"
#: What is counted, and no house: 3-5人, 10-12時.
_COUNTED = (
    r"[ ]?(?:人|名|年|月|日|時|分|歳|才|代|回|件|個|世帯|戸|棟|か所|ヶ所|カ所|箇所|ヵ所|団体|地区|自治会|町|村|円|点|割"
    r"|倍|食|台|本|枚|冊|層|期|号|番|万|千|百|億|km|m|%|キロ|メートル|ページ|週|か月|ヶ月|カ月|度|位|条|章|項)"
)
#: Where a house stands, behind the name of a place.
_HOUSE = re.compile(
    rf"(?<![0-9A-Za-z.,/{_NUMERALS}-])(?:"
    rf"(?P<block>{_NUMBER}丁目)(?:の?[ ]?(?:{_NUMBER}番地?(?:の?{_NUMBER}号?)?|[0-9]{{1,4}}(?:-[0-9]{{1,4}}){{1,2}}"
    rf"|[0-9]{{1,4}}(?![0-9])(?!{_COUNTED})))?"
    rf"|(?P<lot>{_NUMBER}番地)(?![域元方帯])(?:[の-]?{_NUMBER}号?)?"
    rf"|(?P<number>{_NUMBER}番{_NUMBER}号)"
    rf"|(?P<dashes>(?!0|(?:19|20)[0-9]{{2}}-[0-9]{{2}}-)(?:[0-9]{{1,5}}(?:[-の][0-9]{{1,4}}){{1,3}}"
    rf"|[{_NUMERALS}]{{1,5}}(?:[-の][{_NUMERALS}]{{1,5}}){{1,3}}))(?![0-9A-Za-z-])(?!{_COUNTED})"
    rf"|(?P<bare>[0-9]{{1,5}}番?)(?=[ \n、。)(」』・]|[にのでへ](?![0-9])|です|まで|$))"
)
#: So far back the name of a place is looked for.
_FAR = 26
_WEAK = 10
#: A Chinese character that is part of no name where it stands before a number.
_NO_PLACE: Final = tuple("第約全計各同延別図表章節項問月年日時号番目")
_NO_PLACES: Final = (
    *("電話", "携帯", "番号", "資料", "様式", "別紙", "事例", "課題", "参加者", "令和", "平成", "昭和", "大正", "明治"),
    *(
        "人口",
        "世帯",
        "件数",
        "年度",
        "平均",
        "合計",
        "会議",
        "活動",
        "議案",
        "回答",
        "質問",
        "項目",
        "会館",
        "教室",
        "丁目",
    ),
    *("番地", "以上", "以下", "未満", "前後", "国道", "県道", "議題", "頁", "人数", "職員", "目標", "段階", "週"),
)
#: Behind these a name of a place goes on after が.
_AFTER_GA = "丘浜谷原台島関峰崎岡森瀬沢池根迫"
#: Before these a name of a place may begin in hiragana: ひばりが丘, つつじ台, みどり町.
_AFTER_KANA = "がヶケ丘台野町"


@cache
def _municipalities() -> frozenset[str]:
    return frozenset(row.name for row in taxonomy.municipalities().values())


@cache
def _prefecture() -> re.Pattern[str]:
    return re.compile("|".join(sorted(taxonomy.prefectures().values(), key=len, reverse=True)))


def addresses(text: str, plain: str) -> Iterator[Place]:
    """Where addresses stand; `plain` is the text in half width, character for character."""
    for match in _HOUSE.finditer(plain):
        end = match.start()
        if end and plain[end - 1] == " ":
            end -= 1
        start, known = _place_before(text, end)
        name = text[start:end]
        if not name or name.endswith((*_NO_PLACE, *_NO_PLACES)):
            continue
        if match["bare"]:
            # A number and nothing else is a house only behind a quarter of a town that there is.
            fits = known is not None and end - known >= 2
        elif match["dashes"]:
            is_quarter = name.endswith(("町", "丘", "台", "字")) and len(name) > 1
            fits = known is not None or is_quarter or match["dashes"].count("-") > 1 and len(name) > 1
        else:
            fits = known is not None or len(name) > 1 or bool(match["block"] and name in "東西南北")
        if fits:
            yield start, match.end()


def _place_before(text: str, end: int) -> tuple[int, int | None]:
    """Where the name of a place that ends here begins, and where that of its first municipality or prefecture ends."""
    at, first = end, max(0, end - _FAR)
    known = known_start = None
    while at > first:
        character = text[at - 1]
        town = _municipality_before(text, at) if character in "市区町村" else 0
        if town:
            known, known_start = at, at - town
            at -= town
        elif _is_of_name(character) or _goes_on(text, at, end):
            at -= 1
        else:
            run = _kana_before(text, at, end)
            if not run:
                break
            at -= run
    prefecture = _prefecture().search(text, at, end)
    if prefecture is not None:
        return min(prefecture.start(), known_start or end), known or prefecture.end()
    if known_start is not None:
        district = text.rfind("郡", at, known_start)
        return (max(at, district - 4) if district == known_start - 1 else known_start), known
    return max(at, end - _WEAK), None


def _municipality_before(text: str, end: int) -> int:
    """How long the name of the municipality is that ends here; 0 for none."""
    return next(
        (length for length in range(7, 1, -1) if end >= length and text[end - length : end] in _municipalities()), 0
    )


def _goes_on(text: str, at: int, end: int) -> bool:
    """Whether the character before is part of a name by those beside it: 桜が丘, 丸の内, 北３条, 千葉県 柏市."""
    character, before = text[at - 1], text[at - 2 : at - 1]
    after = text[at] if at < end else ""
    if character in "がガ":
        return after in _AFTER_GA and bool(before)
    if character in "のノ":
        # One character before it: 丸の内, 虎ノ門. Of a longer word it is the particle.
        first = text[at - 3 : at - 2]
        return _is_of_name(after) and _is_of_name(before) and (first in ("市", "区") or not _is_of_name(first))
    if character in " \u3000":
        return before in ("都", "道", "府", "県", "市", "区", "町", "村", "郡")
    return character.isdigit() and (after == "条" or after.isdigit())


def _kana_before(text: str, at: int, end: int) -> int:
    """How long the run of hiragana is that ends here and begins a name of a place; 0 for none."""
    if at >= end or text[at] not in _AFTER_KANA:
        return 0
    start = at
    while start and at - start < 6 and "ぁ" <= text[start - 1] <= "ゖ":
        start -= 1
    return at - start if 2 <= at - start <= 5 else 0


def _is_of_name(character: str) -> bool:
    return bool(character) and (
        "\u3400" <= character <= "\u9fff" or character in "々〆ヶヵー" or "ァ" <= character <= "ヺ"
    )


# --- ages ---------------------------------------------------------------------------------------------------

_AGE = re.compile(
    rf"(?<![0-9.,~〜-])(?<![{_NUMERALS}])(?<!から)(?:満[ ]?)?(?P<years>[0-9]{{1,3}}|[{_NUMERALS}]{{1,4}})[ ]?[歳才]"
    r"(?!以上|以下|未満|以降|以前|代|台|前後|から|まで|を超|超|児|時|若|刻み|[~〜・-]|と[0-9]|くらい|ぐらい)"
    r"|(?<=さん\()[0-9]{1,3}(?=\))|(?<=様\()[0-9]{1,3}(?=\))|(?<=氏\()[0-9]{1,3}(?=\))"
)
#: How far from an age the sentence is looked at.
_BESIDE = 60
_ENDS = re.compile(r"[。！？!?\n]")
#: An age of many people.
_FIGURE = re.compile(r"平均|寿命|定年|中央値|対象年齢|上限|下限|最低年齢|年齢制限|支給開始")
_PERSON = re.compile(
    r"男性|女性|さん(?!か|ぽ)|[一-鿿]様(?!々|子|式)|[一-鿿]氏|くん|ちゃん|夫(?![婦人])|妻|父|母|祖父|祖母|息子|娘|[兄弟姉妹]"
    r"|(?:ひとり|一人|独り|1人|二人|ふたり)暮らし|独居|独身|おばあ|おじい|お爺|お婆|主人|奥|本人|利用者|相談者|住民の方"
    r"|歳の方(?!法|針|向|が多)|男の(?:人|子)|女の(?:人|子)|要介護[0-9]|要支援[0-9]"
)
_NAMED_PLACE = re.compile(
    r"(?P<before>[一-鿿々ヶァ-ヺー○〇●◯△□A-Za-z]{1,8})(?:市(?!町村|民|場)|町(?!村|民)|村(?!民)|区(?!分|切|域)|郡|県(?!民)|団地|集落)"
    r"|[一-鿿々ぁ-ゖ](?:が丘|ヶ丘|ケ丘)|丁目|[0-9]番地"
)
#: Before 市, 町 and the like these make no name.
_NO_NAMES: Final = frozenset("本当各同全都朝下港農漁山地校学小中大市両他某隣") | {"当該", "都道府", "市区", "市町"}


def ages(plain: str) -> Iterator[Place]:
    """Where ages stand that point to somebody: beside a place or a person, in one sentence."""
    for match in _AGE.finditer(plain):
        if match["years"] is None:
            yield match.span()
            continue
        around = _sentence(plain, match.start(), match.end())
        if not _FIGURE.search(around) and (_PERSON.search(around) or _names_a_place(around)):
            yield match.span()


def _sentence(plain: str, start: int, end: int) -> str:
    """The sentence around, as far as it is near."""
    first = max(0, start - _BESIDE)
    begins = first
    for ending in _ENDS.finditer(plain, first, start):
        begins = ending.end()
    ending_after = _ENDS.search(plain, end, end + _BESIDE)
    return plain[begins : ending_after.start() if ending_after else end + _BESIDE]


def _names_a_place(sentence: str) -> bool:
    return any(match["before"] is None or match["before"] not in _NO_NAMES for match in _NAMED_PLACE.finditer(sentence))
