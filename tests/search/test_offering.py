"""While a question is typed, what shares its words is offered: the rarer and the more of them, the better."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from sccafe.boards import measures, service
from sccafe.boards.similar import MOST, Similar, similar_to
from sccafe.core.database import end_reading
from sccafe.search import offering
from tests import factories
from tests.conftest import Statements

Browser = Callable[[str], FlaskClient]
#: Shares no words and speaks of no theme.
ASIDE = "おすすめの本を教えてください。"


@pytest.fixture
def boards(app: object) -> dict[str, int]:
    for handle, role in (("みどり", "member"), ("みせばん", "industry"), ("なかむら", "secretariat")):
        factories.person(handle, role)
    return {
        "exchange": factories.board(),
        "questions": factories.board("questions", "questions"),
        "members": factories.board("members-lounge", audience="members"),
    }


def offered(typed: str, handle: str = "みどり") -> list[Similar]:
    found = similar_to(factories.viewer_of(handle), typed)
    end_reading()
    return found


def hrefs(typed: str, handle: str = "みどり") -> list[str]:
    return [each.href for each in offered(typed, handle)]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("高齢者支援と移動販売車のこと", ["高齢者", "支援", "移動", "販売車"]),
        ("生活支援体制整備事業", ["生活", "支援", "体制", "整備", "事業"]),
        ("協議体設置の、要綱", ["協議体", "設置", "要綱"]),
        ("若い力と受け皿とｶﾌｪ", ["若い力", "受け皿", "かふぇ"]),
        ("買い物の話、ごみ出し", ["買い物", "ごみ出し"]),
        ("買い物のこと。買物", ["買い物"]),
        ("畑で苺。苺と畑を、畑で苺狩り、苺狩り", ["苺狩"]),
        ("皆様の状況を教えてください", []),
        ("Whatever the ICT", ["whatever", "ict"]),
        ("", []),
        ("こんにちは", []),
    ],
)
def test_words_are_taken_from_a_text_without_a_dictionary(app: object, typed: str, words: list[str]) -> None:
    assert sorted(word.text for word in offering.words_of(typed)) == sorted(words)


def test_what_is_repeated_comes_first_and_the_words_end_somewhere(app: object) -> None:
    typed = "。".join([*(f"{chr(0x4E00 + number)}町" for number in range(50)), "花壇", "花壇"])
    words = [word.text for word in offering.words_of(typed)]
    assert words[:2] == ["花壇", "一町"]
    assert len(words) == offering.MOST_WORDS


@pytest.mark.parametrize(
    ("typed", "body"),
    [
        ("買物の足がなくて困っています", "週に一度、買い物の付き添いをしています。"),
        ("かいものの足がなくて困っています", "週に一度、買物の付き添いをしています。"),
        ("打合せの持ち方のことです", "うちあわせは月に一度です。"),
        ("立上げのころのお話を", "サロンを立ち上げた年のことです。"),
        ("スマホの教室をひらきたい", "スマートフォンにさわる会です。"),
        ("ｽﾏﾎの会をひらきたいです", "スマホにさわる会です。"),
        ("苦情受付のしかたのこと", "窓口での受け付けは午前だけです。"),
    ],
)
def test_a_topic_is_found_by_a_word_of_its_text_however_it_is_written(
    boards: dict[str, int], typed: str, body: str
) -> None:
    topic = factories.topic("みどり", boards["exchange"], "はじめまして", body)
    factories.topic("みどり", boards["exchange"], "自己紹介", ASIDE)
    assert offered(typed) == [Similar(f"/topics/{topic}", "はじめまして", "question")]


def test_a_topic_is_found_by_an_answer_and_stands_there_once(boards: dict[str, int]) -> None:
    topic = factories.topic("みどり", boards["questions"], "花壇のことで", ASIDE)
    for body in ("紫陽花を植えました。", "うちも紫陽花です。"):
        factories.answer("なかむら", topic, body)
    assert hrefs("紫陽花の花壇をつくりたい") == [f"/topics/{topic}"]


def test_a_rare_word_says_more_than_a_frequent_one_and_that_one_alone_says_nothing(boards: dict[str, int]) -> None:
    rare = factories.topic("みどり", boards["exchange"], "庭のこと", "紫陽花が咲きました。")
    for number in range(offering.HANDFUL + 1):
        factories.topic("みどり", boards["exchange"], f"その{number}", "喫茶に来ました。")
    both = factories.topic("みどり", boards["exchange"], "お茶のこと", "喫茶で紫陽花をながめました。")
    typed = "喫茶に紫陽花を飾りたいです"
    assert hrefs(typed) == [f"/topics/{both}", f"/topics/{rare}"]
    assert hrefs("喫茶をひらきたいです") == []


def test_what_shares_more_words_comes_first(boards: dict[str, int]) -> None:
    bodies = {"紫陽花の苗です。": 1, "紫陽花と向日葵の苗木を、花壇に。": 3, "紫陽花と向日葵です。": 2}
    shared = {
        factories.topic("みどり", boards["exchange"], "ひとこと", body): number for body, number in bodies.items()
    }
    best = sorted(shared, key=lambda topic: -shared[topic])
    assert hrefs("花壇に紫陽花と向日葵を") == [f"/topics/{topic}" for topic in best]


def test_the_title_above_an_answer_says_what_it_is_about(boards: dict[str, int]) -> None:
    about = factories.topic("みどり", boards["exchange"], "花壇のこと", ASIDE)
    factories.answer("なかむら", about, "向日葵です。")
    other = factories.topic("みどり", boards["exchange"], "ひとこと", "向日葵です。")
    assert hrefs("花壇に向日葵を植えたい") == [f"/topics/{about}", f"/topics/{other}"]


def test_a_question_that_waits_stands_below_one_with_an_answer(boards: dict[str, int]) -> None:
    answered = factories.topic("みどり", boards["questions"], "花壇のこと", "紫陽花です。")
    factories.answer("なかむら", answered, ASIDE)
    talk = factories.topic("みどり", boards["exchange"], "花のこと", "紫陽花です。")
    waiting = factories.topic("みどり", boards["questions"], "苗のこと", "紫陽花です。")
    found = hrefs("紫陽花をふやしたいです")
    assert set(found[:2]) == {f"/topics/{answered}", f"/topics/{talk}"}
    assert found[2:] == [f"/topics/{waiting}"]


def test_items_of_the_library_are_found_by_their_texts(boards: dict[str, int]) -> None:
    case = factories.item("みどり", "なかむら", title="庭づくり", body="紫陽花を植えました。")
    material = factories.item("みどり", "なかむら", kind="material", title="てびき", body="紫陽花の育てかたです。")
    factories.item("みどり", title="まだ出していない紙", body="紫陽花のことです。")
    found = {(each.href, each.title, each.kind) for each in offered("紫陽花をふやしたいです")}
    assert found == {(f"/library/{case}", "庭づくり", "case"), (f"/library/{material}", "てびき", "material")}


def test_short_words_are_found_where_they_stand_by_themselves(boards: dict[str, int]) -> None:
    art = factories.topic("みどり", boards["exchange"], "ひとこと", "An art class in the hall.")
    factories.topic("みどり", boards["exchange"], "はじめまして", "We start at nine.")
    helper = factories.topic("みどり", boards["exchange"], "ふたこと", "ボラさんと歩きました。")
    factories.topic("みどり", boards["exchange"], "みこと", "ラボラトリーです。")
    assert hrefs("Is there an ART club?") == [f"/topics/{art}"]
    assert hrefs("ボランティアのこと") == [f"/topics/{helper}"]


def test_of_what_is_alike_the_newest_comes_first(boards: dict[str, int]) -> None:
    topics = [factories.topic("みどり", boards["exchange"], "ひとこと", "紫陽花の花壇です。") for _ in range(3)]
    assert hrefs("紫陽花をふやしたいです") == [f"/topics/{topic}" for topic in reversed(topics)]


def test_themes_fill_up_what_words_leave_and_nothing_stands_there_twice(boards: dict[str, int]) -> None:
    viewer = factories.viewer_of("みどり")

    def question(title: str) -> int:
        topic = service.start_topic(viewer, boards["questions"], title, service.prepare(ASIDE), ["shopping"]).topic_id
        factories.answer("なかむら", topic, ASIDE)
        return topic

    on_theme = question("生鮮のこと")
    both = question("紫陽花のこと")
    case = factories.item("みどり", "なかむら", title="まちの台所", body="あゆみです。", themes=["shopping"])
    typed = "紫陽花の咲くスーパー"
    assert hrefs(typed) == [f"/topics/{both}", f"/topics/{on_theme}", f"/library/{case}"]
    more = [
        factories.topic("みどり", boards["exchange"], f"その{number}", "紫陽花の咲くころに。")
        for number in range(MOST - 1)
    ]
    assert set(hrefs(typed)) == {f"/topics/{topic}" for topic in (both, *more)}


def test_a_text_of_less_than_eight_characters_is_offered_nothing(boards: dict[str, int]) -> None:
    factories.topic("みどり", boards["exchange"], "ひとこと", "紫陽花の花壇です。")
    assert hrefs("紫陽花の花壇に") == []
    assert len(hrefs("紫陽花の花壇には")) == 1


def test_what_somebody_may_not_read_is_not_offered(boards: dict[str, int]) -> None:
    inside = factories.topic("みどり", boards["members"], "うちわの話", "紫陽花の花壇です。")
    hidden = factories.topic("みどり", boards["exchange"], "ひとこと", "紫陽花の花壇です。")
    typed = "紫陽花をふやしたいです"
    assert set(hrefs(typed)) == {f"/topics/{inside}", f"/topics/{hidden}"}
    assert hrefs(typed, "みせばん") == [f"/topics/{hidden}"]
    measures.hide_post(factories.viewer_of("なかむら"), factories.post_id(hidden, 1), "住民のお名前のため")
    assert hrefs(typed) == [f"/topics/{inside}"]
    assert hrefs(typed, "みせばん") == []


def test_words_that_many_texts_have_find_an_older_text_that_has_both(
    boards: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    both = factories.topic("みどり", boards["exchange"], "ひとこと", "花壇に紫陽花です。")
    for number in range(4):
        factories.topic("みどり", boards["exchange"], f"花{number}", "紫陽花です。")
        factories.topic("みどり", boards["exchange"], f"庭{number}", "花壇です。")
    monkeypatch.setattr(offering, "OF_A_WORD", 2)
    assert hrefs("紫陽花を花壇に植えたい")[0] == f"/topics/{both}"
    monkeypatch.setattr(offering, "PAIRED", 0)
    assert f"/topics/{both}" not in hrefs("紫陽花を花壇に植えたい")


LONG = "買い物の付き添いと移動販売、紫陽花の花壇、高齢者の見守りと配食、協議体の議事録、男性の料理教室、草刈り。" * 20


@pytest.mark.parametrize("typed", ["紫陽花の花壇には", LONG])
def test_it_costs_two_statements_whatever_is_typed_and_one_more_on_a_large_site(
    boards: dict[str, int], monkeypatch: pytest.MonkeyPatch, statements: Statements, typed: str
) -> None:
    for number in range(3):
        factories.topic("みどり", boards["exchange"], f"その{number}", "紫陽花の花壇です。")
        factories.item("みどり", "なかむら", title=f"題{number}", body="紫陽花の花壇です。")
    viewer = factories.viewer_of("みどり")
    for of_a_word, most in ((offering.OF_A_WORD, 2), (2, 3)):
        monkeypatch.setattr(offering, "OF_A_WORD", of_a_word)
        assert offering.sharing_words(viewer, typed, MOST)
        with statements:
            offering.sharing_words(viewer, typed, MOST)
        assert len(statements) == most, statements


def test_the_form_shows_it_in_both_languages(boards: dict[str, int], as_person: Browser) -> None:
    topic = factories.topic("みどり", boards["exchange"], "ひとこと", "紫陽花の花壇です。")
    client = as_person("みどり")
    fields = factories.form(client, "/lounge", title="紫陽花のこと", body="ふやしたいです。")
    told = client.post("/boards/questions/similar", data=fields).get_data(as_text=True)
    assert f'<a href="/topics/{topic}"' in told
    assert "もう答えがあるかもしれません" in told
    client.post("/language", data={"locale": "en"})
    english = client.post("/boards/questions/similar", data=fields).get_data(as_text=True)
    assert f'<a href="/topics/{topic}"' in english
    assert "There may be an answer already" in english
