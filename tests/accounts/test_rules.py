"""The tables behind the pages: who may do what, what a handle, a password and a place may be."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sccafe.accounts import agents, handles, passwords, places, policy, texts
from sccafe.accounts.handles import Problem
from sccafe.core.audience import Role, Viewer, audiences_of


def viewer(role: Role, user_id: int | None = 1) -> Viewer:
    return Viewer(user_id=None if role == "visitor" else user_id, role=role, audiences=audiences_of(role))


PEOPLE: tuple[Role, ...] = ("visitor", "member", "expert", "industry", "secretariat", "admin")
STAFF = {"secretariat", "admin"}


@pytest.mark.parametrize("role", PEOPLE)
def test_only_the_secretariat_manages_people_and_experts(role: Role) -> None:
    assert policy.may_manage_people(viewer(role)) == (role in STAFF)
    assert policy.may_manage_experts(viewer(role)) == (role in STAFF)
    assert policy.may_be_expert(role) == (role in {"member", "expert", "secretariat", "admin"})
    assert policy.may_bear_staff_words(role) == (role in STAFF)


@pytest.mark.parametrize(
    ("role", "given"),
    [
        ("visitor", set()),
        ("member", set()),
        ("expert", set()),
        ("industry", set()),
        ("secretariat", {"member", "expert", "industry"}),
        ("admin", {"member", "expert", "industry", "secretariat", "admin"}),
    ],
)
def test_who_gives_which_roles(role: Role, given: set[str]) -> None:
    assert policy.roles_to_give(viewer(role)) == given


@pytest.mark.parametrize("role", PEOPLE)
@pytest.mark.parametrize("target", PEOPLE[1:])
def test_who_suspends_and_restores_whom(role: Role, target: Role) -> None:
    expected = role == "admin" or (role == "secretariat" and target not in STAFF)
    assert policy.may_suspend(viewer(role), 2, target) == expected
    assert policy.may_restore(viewer(role), 2, target) == expected
    assert not policy.may_suspend(viewer(role), 1, target)


@pytest.mark.parametrize("role", PEOPLE)
def test_only_admins_change_roles_and_never_that_of_the_last_admin(role: Role) -> None:
    assert policy.may_change_role(viewer(role), "member", False) == (role == "admin")
    assert policy.may_change_role(viewer(role), "admin", False) == (role == "admin")
    assert not policy.may_change_role(viewer(role), "admin", True)
    assert policy.may_set_counseling_desk(viewer(role), "secretariat") == (role == "admin")
    assert not policy.may_set_counseling_desk(viewer(role), "member")


@pytest.mark.parametrize("role", PEOPLE)
def test_what_of_a_profile_is_shown_to_whom(role: Role) -> None:
    shown = set(policy.shown_of_profile(viewer(role)))
    assert set(policy.SHOWN_TO_ALL) <= shown
    assert bool(shown & {"affiliation", "municipality", "population", "about"}) == (role != "visitor")
    assert bool(shown & {"real_name", "email"}) == (role in STAFF)
    assert policy.may_see_profile(viewer(role), "active")
    for state in ("unconfirmed", "awaiting_approval", "suspended"):
        assert policy.may_see_profile(viewer(role), state) == (role in STAFF)


@pytest.mark.parametrize(
    ("handle", "problem"),
    [
        ("みどり", None),
        ("各駅停車", None),
        ("ほうじ茶_2", None),
        ("ミシン・ミシン", None),
        ("らーめん", None),
        ("佐々木〆", None),
        ("José", None),
        ("Владимир", None),
        ("김민준", None),
        ("สมชาย", None),
        ("badminton", None),
        ("運営推進会議", None),
        ("0123", None),
        ("み", Problem.LENGTH),
        ("み" * 21, Problem.LENGTH),
        ("み どり", Problem.CHARACTERS),
        ("み　どり", Problem.CHARACTERS),
        ("みどり☆", Problem.CHARACTERS),
        ("みどり/..", Problem.CHARACTERS),
        ("<b>みどり", Problem.CHARACTERS),
        ("㍿みどり", Problem.CHARACTERS),
        ("み\u200dどり", Problem.CHARACTERS),
        ("\u3164\u3164", Problem.CHARACTERS),
        ("・・", Problem.CHARACTERS),
        ("__--", Problem.CHARACTERS),
        ("みどり\ufe0f", Problem.CHARACTERS),
        ("ḿ\u0301\u0301\u0301idori", Problem.CHARACTERS),
        ("pаypal", Problem.MIXED),
        ("事務局", Problem.STAFF),
        ("事_務_局", Problem.STAFF),
        ("亊務局", Problem.STAFF),
        ("SCカフェ公認", Problem.STAFF),
        ("ＳＣカフェ", Problem.STAFF),
        ("管理人", Problem.STAFF),
        ("管理者2", Problem.STAFF),
        ("運営", Problem.STAFF),
        ("admin", Problem.STAFF),
        ("ＡＤＭＩＮ", Problem.STAFF),
        ("adm1n", Problem.STAFF),
        ("Administrator", Problem.STAFF),
        ("staff_3", Problem.STAFF),
        ("Ѕtaff", Problem.MIXED),
        ("匿名", Problem.ANONYMOUS),
        ("匿名A", Problem.ANONYMOUS),
        ("Anonymous", Problem.ANONYMOUS),
    ],
)
def test_which_handles_can_be_taken(handle: str, problem: Problem | None) -> None:
    assert handles.problem(handle) == problem


def test_the_secretariat_may_bear_its_name() -> None:
    assert handles.problem("事務局_やまべ", of_staff=True) is None
    assert handles.problem("匿名", of_staff=True) is Problem.ANONYMOUS


@pytest.mark.parametrize(
    ("one", "other"),
    [("Midori", "ｍｉｄｏｒｉ"), ("ﾐﾄﾞﾘ", "ミドリ"), ("Straße", "STRASSE"), ("か\u3099", "が"), (" みどり ", "みどり")],
)
def test_handles_that_are_the_same(one: str, other: str) -> None:
    assert handles.key(one) == handles.key(other)


@given(st.text(max_size=40))
def test_a_key_is_the_key_of_itself_and_no_handle_breaks_the_check(text: str) -> None:
    if handles.problem(text) is None:
        assert handles.key(handles.key(text)) == handles.key(text)
        assert len(handles.key(text)) <= 80
        assert "/" not in text
        assert not any(character.isspace() for character in text)


@pytest.mark.parametrize(
    ("text", "lines", "clean"),
    [
        ("田島 緑", False, True),
        ("看護師👩‍⚕️です", True, True),
        ("一行目\n二行目\tタブ", True, True),
        ("一行目\n二行目", False, False),
        ("a\0b", True, False),
        ("a\x1bb", True, False),
        ("a\u2028b", True, False),
        ("a\u202eb", True, False),
        ("a\u2066b", True, False),
        ("a\u200bb", True, False),
        ("\ufeffa", False, False),
        ("a\ud800b", False, False),
    ],
)
def test_what_may_stand_in_a_text(text: str, lines: bool, clean: bool) -> None:
    assert texts.is_clean(text, lines) == clean


@pytest.mark.parametrize(
    ("password", "fine"),
    [
        ("おはようカフェ2026", True),
        ("correct horse battery", True),
        ("x1y" * 66, True),
        ("x1y" * 67, False),
        ("1234567", False),
        ("12345678", False),
        ("１２３４５６７８", False),
        ("Password1", False),
        ("aaaaaaaaaa", False),
        ("ababababab", False),
    ],
)
def test_which_passwords_are_taken(password: str, fine: bool) -> None:
    assert (passwords.has_right_length(password) and not passwords.is_common(password)) == fine


def test_a_password_is_not_the_address_or_the_handle() -> None:
    for like in ("Midori.Tajima@example.jp", "midori.tajima", "ミドリさん桜"):
        assert passwords.is_like(like, "midori.tajima@example.jp", "ミドリさん桜")
    assert not passwords.is_like("midori.tajima2026", "midori.tajima@example.jp", "みどり")


def test_a_hash_fits_its_password_in_any_width_and_no_other() -> None:
    known = passwords.hash_password("ｃａｆｅ2026あさ")
    assert passwords.fits(known, "cafe２０２６あさ")
    assert not passwords.fits(known, "cafe2026よる")
    assert not passwords.fits("no hash at all", "cafe2026")
    assert not passwords.is_outdated(known)


@pytest.mark.parametrize(
    ("prefecture", "written", "code"),
    [
        ("13", "八王子市", "132012"),
        ("13", "八王子", "132012"),
        ("13", " はちおうじし ", "132012"),
        ("13", "ハチオウジシ", "132012"),
        ("", "東京都八王子市", "132012"),
        ("", "132012", "132012"),
        ("", "１３２０１２", "132012"),
        ("12", "鎌ヶ谷市", "122246"),
        ("27", "泉南郡熊取町", "273619"),
        ("29", "大和郡山市", "292036"),
        ("34", "府中市", "342084"),
        ("", "", None),
    ],
)
def test_which_municipality_is_meant(prefecture: str, written: str, code: str | None) -> None:
    found = places.resolve(prefecture, written)
    assert (found.code if found else None) == code


def test_what_is_not_found_brings_near_names() -> None:
    with pytest.raises(places.NotFound) as caught:
        places.resolve("13", "八王寺市")
    assert "八王子市" in caught.value.near
    with pytest.raises(places.Ambiguous) as several:
        places.resolve("", "府中市")
    assert several.value.names == ("府中市（東京都）", "府中市（広島県）")
    with pytest.raises(places.NotFound):
        places.resolve("14", "132012")


@settings(deadline=None)
@given(st.sampled_from(["", "13", "01", "99"]), st.text(max_size=60))
def test_no_text_breaks_the_search_for_a_municipality(prefecture: str, written: str) -> None:
    with contextlib.suppress(places.NotFound, places.Ambiguous):
        places.resolve(prefecture, written)


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) … Chrome/140.0 Safari/537.36 Edg/140.0", "Windows / Edge"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) … Version/18.0 Safari/604.1", "iPhone / Safari"),
        ("Mozilla/5.0 (Linux; Android 15) … Chrome/140.0 Mobile Safari/537.36", "Android / Chrome"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko Firefox/140.0", "Mac / Firefox"),
        ("curl/8", ""),
    ],
)
def test_how_a_browser_is_called(agent: str, device: str) -> None:
    assert agents.device(agent) == device
