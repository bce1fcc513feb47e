"""A word is found however it is written: by our own list, by rules, and by what the secretariat adds."""

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from sccafe.boards.models import Post, Topic
from sccafe.core.audience import VISITOR
from sccafe.core.database import db, end_reading, writing
from sccafe.search import circles, families, folding, keeping, sudachi
from sccafe.search.families import MOST, Member, Wrong
from sccafe.search.families import typed_family as family
from sccafe.search.index import index
from sccafe.search.models import Entry
from sccafe.search.spelling import spellings
from sccafe.search.variants import Variants
from sccafe.search.wanted import Spelling, Wanted, Word
from tests import factories, timed
from tests.search.spelled import PAIRS

SUPPLIED = families.supplied()
VARIANTS = Variants(SUPPLIED.families, SUPPLIED.other_words)
EVERY_MEMBER = [member.text for equal in SUPPLIED.families for member in equal]


def texts(typed: str) -> list[str]:
    return [each.text for each in VARIANTS.of(typed)]


def stands(written: str, looked_for: tuple[Spelling, ...]) -> bool:
    """Whether a text is found by a word with these spellings, as the index does it."""
    folded, runs = folding.fold(written), folding.runs(written)
    return any(each.text in runs if each.whole else each.text in folded for each in looked_for)


# --- pairs, through the index ---------------------------------------------------------------------------


def test_there_are_at_least_sixty_different_pairs() -> None:
    assert len({frozenset(pair) for pair in PAIRS}) == len(PAIRS) >= 60


def test_each_spelling_of_a_pair_finds_the_other(app: Flask) -> None:
    """Every text stands in a post once, and is looked for by the other spelling."""
    factories.person("みどり")
    topic = factories.topic("みどり", factories.board(), "書き方", "はじめの文です。")
    written = {f"「{text}」のことです。": text for text in dict.fromkeys(text for pair in PAIRS for text in pair)}
    refs = put_posts(topic, list(written))
    place = dict(zip(written.values(), refs, strict=True))
    for one, other in PAIRS:
        for typed, wanted in ((one, other), (other, one)):
            assert place[wanted] in found_by(typed), f"{typed} does not find {wanted}"


def put_posts(topic_id: int, bodies: list[str]) -> list[int]:
    """Posts with these texts, in one transaction; their ids."""
    with writing() as session:
        topic = session.get_one(Topic, topic_id)
        first = session.scalars(select(Post).where(Post.topic_id == topic_id)).one()
        posts = [
            Post(
                topic_id=topic.id,
                number=number,
                path=f"{number:04d}",
                author_id=first.author_id,
                source=body,
                html=f"<p>{body}</p>".replace("&", "&amp;"),
                created_at=first.created_at,
                renderer=first.renderer,
            )
            for number, body in enumerate(bodies, 2)
        ]
        session.add_all(posts)
        session.flush()
        keeping.renew(session, "post", [post.id for post in posts])
        return [post.id for post in posts]


def found_by(typed: str) -> set[int]:
    wanted = Wanted(((Word(spellings(typed)),),))
    found = index().found(wanted, circles.of_reader(VISITOR))
    refs = set(db.session.scalars(select(Entry.ref).where(Entry.id.in_(found))))
    end_reading()
    return refs


# --- our own list -------------------------------------------------------------------------------------------


def test_every_spelling_of_the_list_finds_every_other_of_its_family() -> None:
    for equal in SUPPLIED.families:
        for one in equal:
            for other in equal:
                assert stands(other.text, VARIANTS.of(one.text)), f"{one.text} does not find {other.text}"
                assert stands(f"の{other.text}が", VARIANTS.of(one.text)), f"{one.text} does not find {other.text}"


def test_the_list_has_more_than_a_hundred_words_and_each_has_another_form() -> None:
    alone = families.read("okurigana: [[申し込み]]")
    assert [member.text for member in alone.families[0]] == ["申し込み", "申込み", "申込"]
    assert sum(any("一" <= character <= "鿿" for character in text) for text in EVERY_MEMBER) > 100
    assert all(len(equal) > 1 for equal in SUPPLIED.families)


def test_what_is_typed_comes_first_whatever_else_it_can_be() -> None:
    for typed in ("地域包括支援センター", "ＳＣ", "取り組み", "ボランティア"):
        assert VARIANTS.of(typed)[0] == Spelling(folding.fold(typed))


def test_a_spelling_that_contains_another_is_left_out_but_for_the_one_that_was_typed() -> None:
    assert texts("包括") == ["包括"]
    assert texts("地域包括支援センター") == [folding.fold("地域包括支援センター"), "包括"]
    assert "取組み" not in texts("取り組み")
    assert "取組み支援" in texts("取り組み支援")


def test_sc_and_bora_count_only_where_they_stand_by_themselves() -> None:
    sc, volunteers = VARIANTS.of("生活支援コーディネーター"), VARIANTS.of("ボランティア")
    assert Spelling("sc", whole=True) in sc
    assert not stands("disco と screen", sc)
    assert stands("第2層SCです", sc)
    assert stands("ボラさん", volunteers)
    assert not stands("坂をのぼらない。ボラード", volunteers)
    assert texts("のぼらない") == ["のぼらない"]
    assert texts("disc") == ["disc"]


def test_two_families_in_one_word_are_both_varied() -> None:
    found = VARIANTS.of("子供の買物支援")
    assert stands("こどもの買いもの支援", found)
    assert len(found) <= MOST


def test_shorter_forms_that_are_other_words_are_not_looked_for() -> None:
    assert not stands("協同組合のこと", VARIANTS.of("組み合わせ"))
    assert not stands("読書の会", VARIANTS.of("読み書き"))
    assert not stands("出会いの場", VARIANTS.of("出し合い"))


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("カレンダー", "カレンダ"),
        ("カレンダ作り", "カレンダー作り"),
        ("飛び込み営業", "飛込営業"),
        ("飛び込み営業", "飛込み営業"),
        ("巻き込み力", "巻込力"),
        ("セキュリティー", "セキュリティ"),
        ("セキュリティ対策", "セキュリティー対策"),
    ],
)
def test_words_that_are_in_no_list_follow_the_rules(typed: str, written: str) -> None:
    assert stands(written, VARIANTS.of(typed))


def test_a_word_at_the_end_is_not_taken_for_a_longer_one_that_begins_like_it() -> None:
    assert Spelling("cm", whole=True) in Variants(
        [family("介護支援専門員、「CM」"), family("介護予防・生活支援、総合")]
    ).of("介護支援専門員")


def test_the_rules_do_not_make_other_words() -> None:
    assert texts("カレー") == ["かれ-"]
    assert not stands("絵にえがかれたカレンダー", VARIANTS.of("カレー"))
    assert not stands("さっかくだった", VARIANTS.of("サッカー"))
    assert stands("サッカ教室", VARIANTS.of("サッカー"))
    assert texts("若い人") == ["若い人"]


def test_particles_between_words_stay() -> None:
    assert texts("地域の人と町を歩く会") == ["地域の人と町を歩く会"]


def test_families_that_share_a_spelling_are_one() -> None:
    [united] = families.united([(Member("甲乙"), Member("丙丁")), (Member("戊己"), Member("丙丁"))])
    assert [member.text for member in united] == ["甲乙", "丙丁", "戊己"]


# --- what cannot be ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("買物", "one"),
        ("買物、", "one"),
        ("ごみ、ゴミ", "same"),
        ("買、買い物", "short"),
        (f"買物、{'買' * 41}", "long"),
        ("、".join(f"ことば{number:02d}" for number in range(17)), "many"),
        ("「SC」、SC、コーディネーター", "twice"),
        ("「包括」、地域包括支援センター", "whole"),
        ("「ケアマネジャー」、介護支援専門員", "whole"),
        ("「ABCDEFGHI」、買物", "whole"),
        ("「A B」、買物", "whole"),
    ],
)
def test_what_cannot_be_a_family_is_refused_with_a_reason(typed: str, why: str) -> None:
    with pytest.raises(Wrong) as refused:
        families.typed_family(typed)
    assert refused.value.why == why


def test_a_file_with_a_word_that_cannot_stand_by_itself_is_refused() -> None:
    with pytest.raises(Wrong):
        families.read("families: [[whole: 包括, 地域包括支援センター]]")


def test_lines_and_marks_between_spellings_are_read() -> None:
    found = family(" 「ＳＣ」、生活支援\n推進員,,よりそい人、")
    assert [(member.text, member.whole) for member in found] == [
        ("ＳＣ", True),
        ("生活支援", False),
        ("推進員", False),
        ("よりそい人", False),
    ]
    assert family(families.as_typed(found)) == found


# --- properties ------------------------------------------------------------------------------------------------

ANYTHING = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.one_of(st.sampled_from(EVERY_MEMBER), st.sampled_from(["の", " ", "SC", "ー", "㈱", "が"])), max_size=9
    ).map("".join),
)


@settings(max_examples=150, deadline=None)
@given(ANYTHING)
def test_whatever_is_typed_comes_first_and_few_come_after_it(typed: str) -> None:
    found = VARIANTS.of(typed)
    assert found[0] == Spelling(folding.fold(typed))
    assert len(found) <= MOST
    assert len(set(found)) == len(found)
    loose = [each.text for each in found[1:] if not each.whole]
    assert not any(one in other for one in loose for other in loose if one != other)
    assert not any(found[0].text in each for each in loose)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_the_text_with_its_kana_folds_character_by_character(text: str) -> None:
    folded, kept = folding.with_kana(text)
    assert folded == folding.fold(text)
    assert len(kept) == len(folded)


@pytest.mark.parametrize("part", ["打ち合わせ", "ア", "ー", "取り", "包括", "あ", "サーバ管理"])
def test_the_time_grows_with_the_length_and_not_with_its_square(part: str) -> None:
    short, long = part * (2_000 // len(part)), part * (16_000 // len(part))
    once = timed.seconds(lambda: VARIANTS.of(short))
    assert timed.seconds(lambda: VARIANTS.of(long), once * 20) < max(once * 20, 0.01)


def test_a_word_of_a_hundred_characters_takes_no_time() -> None:
    typed = ("買い物支援の取り組みについて話し合い" * 6)[:100]
    assert timed.seconds(lambda: [VARIANTS.of(typed) for _ in range(20)], 0.02) < 0.1


# --- SudachiPy ------------------------------------------------------------------------------------------------


class Part:
    def __init__(self, form: str) -> None:
        self.form = form

    def normalized_form(self) -> str:
        return self.form


class FakeTokenizer:
    def tokenize(self, text: str) -> list[Part]:
        return [Part({"附属": "付属"}.get(text[:2], text[:2])), Part(text[2:])]


def test_sudachi_adds_its_form_where_the_site_wants_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sudachi, "_tokenizer", FakeTokenizer)
    assert [each.text for each in spellings("附属病院")] == ["附属病院"]
    monkeypatch.setitem(app.config, "SETTINGS", replaced(app, sudachi=True))
    assert [each.text for each in spellings("附属病院")] == ["附属病院", "付属病院"]
    assert [each.text for each in spellings("地域病院")] == ["地域病院"]
    end_reading()


def test_a_site_that_wants_sudachi_and_does_not_have_it_searches_on(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("importlib.import_module", absent)
    sudachi._tokenizer.cache_clear()
    monkeypatch.setitem(app.config, "SETTINGS", replaced(app, sudachi=True))
    try:
        assert [each.text for each in spellings("附属病院")] == ["附属病院"]
        assert "requirements-sudachi.txt" in caplog.text
    finally:
        sudachi._tokenizer.cache_clear()
    end_reading()


def replaced(app: Flask, **more: object) -> object:
    from dataclasses import replace

    return replace(app.config["SETTINGS"], **more)


def absent(name: str) -> None:
    raise ImportError(name)
