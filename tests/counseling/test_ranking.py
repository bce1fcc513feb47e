"""Who is proposed for a request, in which order, and in which words."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import update

from sccafe.accounts.models import ExpertProfile, User
from sccafe.core import jobs, language
from sccafe.core.database import writing
from sccafe.counseling import proposing, reading, service
from sccafe.counseling.deadlines import Span
from sccafe.counseling.errors import NotThere
from sccafe.counseling.models import CategoryRule, DaysOff
from sccafe.counseling.ranking import Expert, Need, employer_key, ranked
from sccafe.counseling.sealing import Person
from tests.counseling import making, timing
from tests.counseling.making import ASKER, DESK, EXPERT, OTHER, SECOND

TODAY = date(2026, 4, 8)
NEED = Need("evaluation", TODAY, 1, frozenset({"132012"}), frozenset({"社会福祉法人 八王子市社会福祉協議会"}))
FIT = Expert(10, "はるか", frozenset({"evaluation", "law"}), capacity=3, load=1, last_asked=date(2026, 3, 27))
OTHERS = Expert(11, "こずえ", frozenset({"evaluation"}), capacity=3, load=1, last_asked=date(2026, 3, 31))


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({}, ()),
        ({"fields": frozenset({"law"})}, ()),
        ({"load": 3}, ("full",)),
        ({"capacity": 1}, ("full",)),
        ({"capacity": 0, "load": 0}, ("full",)),
        ({"away_until": TODAY + timedelta(days=1)}, ("absent",)),
        ({"away_until": TODAY}, ()),
        ({"off": (Span(TODAY, TODAY),)}, ("absent",)),
        ({"off": (Span(TODAY - timedelta(days=9), TODAY - timedelta(days=1)),)}, ()),
        ({"off": (Span(TODAY + timedelta(days=1), TODAY + timedelta(days=3)),)}, ()),
        ({"employer": "八王子市社協"}, ("employer",)),
        ({"employer": "（福）八王子市　社会福祉協議会"}, ("employer",)),
        ({"employer": "町田市社会福祉協議会"}, ()),
        ({"municipality": "132012"}, ("municipality",)),
        ({"municipality": "132098"}, ()),
        ({"gave_back": True}, ("given_back",)),
        ({"is_there": True}, ("there",)),
        ({"active": False}, ("inactive",)),
        ({"id": 1}, ("own",)),
        ({"load": 3, "away_until": date(2026, 5, 1), "municipality": "132012"}, ("municipality", "absent", "full")),
    ],
    ids=str,
)
def test_what_speaks_against_an_expert(changed: dict[str, object], found: tuple[str, ...]) -> None:
    (one,) = ranked(NEED, [replace(FIT, **changed)])  # type: ignore[arg-type]
    assert one.hindrances == found
    assert one.is_choosable == (not found and one.fits)


@pytest.mark.parametrize("changed", [Need("evaluation", TODAY), replace(NEED, municipalities=frozenset({""}))], ids=str)
def test_an_expert_of_whom_no_town_is_known_is_of_nobodys_town(changed: Need) -> None:
    (one,) = ranked(changed, [FIT])
    assert one.hindrances == ()


@pytest.mark.parametrize(
    ("one", "another", "same"),
    [
        ("社会福祉法人　青空会", "青空会", True),
        ("（株）ＡＢＣ 介護", "abc介護株式会社", True),
        ("㈱ひかり", "株式会社ひかり", True),
        ("特定非営利活動法人たすけあい", "NPO法人 たすけあい", True),
        ("八王子市社会福祉協議会", "社会福祉法人八王子市社協", True),
        ("社会福祉法人", "株式会社", False),
        ("青空会", "青葉会", False),
        ("", " ", True),
    ],
)
def test_employers_are_one_whatever_is_written_around_their_name(one: str, another: str, same: bool) -> None:
    assert (employer_key(one) == employer_key(another)) is same


@pytest.mark.parametrize(
    ("behind", "word"),
    [
        ({"fields": frozenset({"law"})}, "お答えする分野に「評価・報告・予算」はありません。"),
        ({"load": 2}, "いま2件を受け持っています（3件まで）。"),
        ({"capacity": 2}, "いま1件を受け持っています（2件まで）。"),
        ({"last_asked": TODAY}, "今日お願いしたばかりです。"),
        ({"last_asked": date(2026, 4, 1)}, "最後にお願いしたのは7日前です。"),
        ({"load": 3}, "受け持ちがいっぱいです（3/3件）。"),
        ({"away_until": date(2026, 4, 21)}, "2026年4月20日（月）までお休みです。"),
        ({"off": (Span(TODAY, date(2026, 4, 10)),)}, "2026年4月10日（金）までお休みです。"),
        (
            {"off": (Span(TODAY, date(2026, 4, 10)), Span(date(2026, 4, 11), date(2026, 4, 12)))},
            "2026年4月12日（日）までお休みです。",
        ),
        ({"employer": "八王子市社協"}, "相談した方と同じ職場です。"),
        ({"municipality": "132012"}, "相談した方と同じまちです。"),
        ({"gave_back": True}, "この相談を前に戻したか、期限までに返事がありませんでした。"),
        ({"active": False}, "いまは相談をお願いしないことになっています。"),
        ({"is_there": True}, "この相談を、もうお願いしています。"),
        ({"id": 1}, "相談した方と同じ職場です。"),
    ],
    ids=str,
)
def test_any_one_value_that_gets_worse_changes_rank_and_reason(
    app: Flask, behind: dict[str, object], word: str
) -> None:
    def words(expert: Expert) -> tuple[list[int], list[str]]:
        with app.test_request_context():
            found = ranked(NEED, [expert, OTHERS])
            mine = next(one for one in found if one.expert is expert)
            said = [*proposing.reasons(NEED, mine), *proposing.hindrances(mine, told=True)]
        return [one.expert.id for one in found].index(expert.id), said

    place, before = words(FIT)
    assert place == 0
    place, after = words(replace(FIT, **behind))  # type: ignore[arg-type]
    assert place == 1
    assert word in after
    assert word not in before


def test_who_was_never_asked_comes_before_who_was_and_handles_decide_in_the_end() -> None:
    never = replace(FIT, id=20, handle="んぬ", last_asked=None)
    twin = replace(FIT, id=21, handle="あ")
    assert [one.expert.id for one in ranked(NEED, [FIT, OTHERS, never, twin])] == [20, 21, 10, 11]


def test_a_larger_share_of_free_places_counts_and_not_their_number() -> None:
    many, few = replace(FIT, id=30, capacity=10, load=5), replace(FIT, id=31, capacity=3, load=1)
    assert [one.expert.id for one in ranked(NEED, [many, few])] == [31, 30]


# --- through the database ----------------------------------------------------------------------------------


def _shown(ref: str, handle: str = DESK) -> dict[str, proposing.Proposal]:
    with timing.on(4, 8):
        return {one.handle: one for one in proposing.proposals(making.actor(handle), ref)}


def test_load_and_the_last_asking_are_counted_from_assignments(app: Flask, desk: None) -> None:
    with timing.on(4, 1):
        making.request("expert")
        making.request("answered")
        ref = making.request("routing")
    with app.test_request_context():
        found = _shown(ref)
        assert list(found) == [SECOND, EXPERT]
        assert found[EXPERT].reasons[1:] == [
            "いま1件を受け持っています（3件まで）。",
            "最後にお願いしたのは7日前です。",
        ]
        assert found[SECOND].reasons[1:] == [
            "いま0件を受け持っています（3件まで）。",
            "まだお願いしたことがありません。",
        ]


def _change(handle: str, **values: object) -> None:
    user_id = making.user_id(handle)
    with writing() as session:
        profile = session.get(ExpertProfile, user_id)
        for name, value in values.items():
            setattr(profile, name, value)


def test_town_and_employer_of_the_asker_are_compared_and_never_told(app: Flask, desk: None) -> None:
    making.expert("おなじまち", municipality="132012")
    making.expert("おなじ職場", employer="青空会")
    making.expert("登録のまち", municipality="272051")
    # The form offers the town of the profile; whoever says another, or none, is taken at their word.
    asker_id = making.user_id(ASKER)
    with writing() as session:
        session.execute(update(User).where(User.id == asker_id).values(municipality="272051"))
    ref = making.request(person=Person(name="山田花子", municipality="132012", employer="社会福祉法人　青空会"))
    with app.test_request_context():
        found = _shown(ref)
        said = {handle: one.hindrance for handle, one in found.items() if one.hindrance}
        assert said == {
            "おなじまち": "相談した方と同じまちです。",
            "おなじ職場": "相談した方と同じ職場です。",
        }
        assert not any(word in repr(found) for word in ("八王子", "吹田", "青空", "山田"))


def test_an_asker_who_is_an_expert_looks_like_a_colleague_of_theirs(app: Flask, desk: None) -> None:
    ref = making.request(asker=EXPERT)
    with app.test_request_context():
        assert _shown(ref)[EXPERT].hindrance == "相談した方と同じ職場です。"


def test_who_gave_it_back_is_not_proposed_again_for_this_one(app: Flask, desk: None) -> None:
    ref, another = making.request("expert"), making.request("routing")
    service.hand_back(making.actor(EXPERT), ref, "くわしくありません")
    with app.test_request_context():
        assert _shown(ref)[EXPERT].hindrance == "この相談を前に戻したか、期限までに返事がありませんでした。"
        assert _shown(another)[EXPERT].hindrance == ""


@pytest.mark.parametrize("says_yes", [True, False])
def test_who_was_asked_in_can_become_the_one_who_answers(app: Flask, desk: None, says_yes: bool) -> None:
    ref, second = making.request("expert"), making.user_id(SECOND)
    service.invite(making.actor(DESK), ref, second)
    with app.test_request_context():
        assert [one.hindrance for one in proposing.proposals(making.actor(DESK), ref) if one.expert_id == second] == [
            "この相談を、もうお願いしています。"
        ]
    if says_yes:
        service.accept(making.actor(SECOND), ref)
    service.hand_back(making.actor(EXPERT), ref, "予定が変わりました")
    with app.test_request_context():
        best = proposing.proposals(making.actor(DESK), ref)[0]
    assert (best.expert_id, best.hindrance) == (second, "")
    service.assign(making.actor(DESK), ref, second)
    opened = reading.open_request(making.actor(DESK), ref)
    assert [(row.expert_id, row.is_second, row.state) for row in opened.experts] == [
        (second, False, "accepted" if says_yes else "asked")
    ]
    assert (opened.state, reading.history(opened)[0].action) == ("expert", "assign")
    if not says_yes:
        service.accept(making.actor(SECOND), ref)
    service.answer(making.actor(SECOND), ref, "こうしましょう。", 0)


def test_proposals_are_for_the_desk_and_conflicts_for_nobody_else(app: Flask, desk: None) -> None:
    making.expert("おなじまち", municipality="132012")
    ref = making.request("expert", person=Person(municipality="132012"))
    with app.test_request_context():
        for stranger in (making.actor(ASKER), making.actor(SECOND), making.actor(OTHER), making.actor()):
            with pytest.raises(NotThere):
                proposing.proposals(stranger, ref)
        assert _shown(ref, EXPERT)["おなじまち"].hindrance == "この相談は、いまお願いできません。"
        assert "まち" not in proposing.nobody(making.actor(EXPERT), ref)


def test_proposals_cost_five_statements_however_many_experts_there_are(
    app: Flask, desk: None, statements: list[str]
) -> None:
    for number in range(5):
        making.expert(f"専門{number}", municipality=f"13201{number}")
    ref, who = making.request("routing"), making.actor(DESK)
    with app.test_request_context(), statements:  # type: ignore[attr-defined]
        proposing.proposed(who, ref)
    assert len(statements) <= 5


# --- nobody left, and routing by itself --------------------------------------------------------------------


def _by_itself(category: str = "workplace") -> None:
    with writing() as session:
        session.add(CategoryRule(category=category, by_itself=True))


@pytest.fixture
def nobody_left(app: Flask, desk: None) -> str:
    """A request for whose field one expert is away, one full, one of the asker's town, and one is not asked."""
    making.expert("まち", municipality="132012")
    making.expert("やすみ")
    _change(EXPERT, capacity=0)
    _change(SECOND, away_until=date(2100, 1, 1))
    _change("やすみ", active=False)
    _by_itself()
    return making.request(person=Person(municipality="132012"))


def test_where_nobody_is_left_it_is_said_why(app: Flask, nobody_left: str) -> None:
    with app.test_request_context():
        assert proposing.nobody(making.actor(DESK), nobody_left) == (
            "「職場・働き方・気持ち」にお答えする専門家4人のうち、いまお願いできる方がいません"
            "（お休み：1人、受け持ちがいっぱい：1人、相談した方と同じ職場かまち：1人、いまはお願いしない：1人）。"
        )
        no_field = making.request("routing", category="companies")
        assert proposing.nobody(making.actor(DESK), no_field) == "「企業との連携」にお答えする専門家が、まだいません。"
        _change(EXPERT, capacity=1)
        assert proposing.nobody(making.actor(DESK), nobody_left) == ""


def test_the_rule_asks_the_best_expert_and_says_why(app: Flask, desk: None) -> None:
    _by_itself()
    _change(SECOND, capacity=0)
    ref = making.request()
    jobs.run_due(app)
    assert making.state_of(ref) == "expert"
    assert timing.reasons(ref, "assign") == [
        "お答えする分野に「職場・働き方・気持ち」があります。いま0件を受け持っています（3件まで）。"
        "まだお願いしたことがありません。"
    ]
    service.accept(making.actor(EXPERT), ref)


def test_where_nobody_is_left_the_rule_leaves_it_to_the_desk_and_tells_it_once(
    app: Flask, nobody_left: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = timing.listen(monkeypatch)
    jobs.run_due(app)
    timing.route(nobody_left)
    assert making.state_of(nobody_left) == "new"
    assert told == ["nobody"]


def test_the_rule_asks_nobody_of_another_field(app: Flask, desk: None) -> None:
    _by_itself("companies")
    ref = making.request(category="companies")
    jobs.run_due(app)
    assert making.state_of(ref) == "new"


def test_what_the_desk_took_or_an_expert_gave_back_is_not_routed_by_itself(app: Flask, desk: None) -> None:
    _by_itself()
    taken, given_back = making.request("routing"), making.request("expert")
    service.hand_back(making.actor(EXPERT), given_back, "忙しいので")
    jobs.run_due(app)
    timing.route(given_back)
    assert (making.state_of(taken), making.state_of(given_back)) == ("routing", "routing")


def test_without_a_rule_the_desk_decides(app: Flask, desk: None) -> None:
    ref = making.request()
    timing.route(ref)
    jobs.run_due(app)
    assert making.state_of(ref) == "new"


def test_days_off_of_an_expert_keep_them_from_being_proposed(app: Flask, desk: None) -> None:
    expert_id = making.user_id(EXPERT)
    with writing() as session:
        session.add(DaysOff(expert_id=expert_id, first=date(2026, 4, 6), last=date(2026, 4, 9)))
    ref = making.request("routing")
    with app.test_request_context():
        assert _shown(ref)[EXPERT].hindrance == "2026年4月9日（木）までお休みです。"
    with app.test_request_context(), force_locale("en"):
        language.forget()
        assert _shown(ref)[EXPERT].hindrance == "Away until Thu 9 Apr 2026."


def test_a_suspended_expert_is_not_asked(app: Flask, desk: None) -> None:
    expert_id = making.user_id(EXPERT)
    with writing() as session:
        session.execute(update(User).where(User.id == expert_id).values(state="suspended"))
    ref = making.request("routing")
    with app.test_request_context():
        assert _shown(ref)[EXPERT].hindrance == "いまは相談をお願いしないことになっています。"
