"""Receipt codes under attack: guessing finds nothing and is slowed, and nobody is kept out by it."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from sccafe.core import clock
from sccafe.core.database import writing
from sccafe.counseling import opening, receipts, service
from sccafe.counseling.models import Request
from sccafe.counseling.opening import Tried, try_code
from sccafe.counseling.service import deleting
from tests.counseling import making

MOMENT = datetime(2026, 6, 3, 1, 0, tzinfo=UTC)
HALL = "192.0.2.10"


@dataclass
class Hash:
    """How often a code was hashed; cheap in most of these tests."""

    count: int = 0


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> Hash:
    counted = Hash()

    def cheap(code: str) -> str:
        counted.count += 1
        return f"cheap {code.replace('-', '')}"[:64]

    monkeypatch.setattr(receipts, "hashed", cheap)
    return counted


@pytest.fixture
def limited(app: Flask) -> Iterator[Flask]:
    """A site that counts tries, and in which time stands still."""
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], rate_limits=True)
    with clock.pretending(MOMENT):
        yield app


def sent() -> service.Sent:
    """A request of somebody without an account."""
    return service.send(making.actor(), making.asked())


def later(seconds: float) -> datetime:
    return clock.now() + timedelta(seconds=seconds)


def guesses(number: int) -> Iterator[str]:
    for place in range(number):
        yield receipts.new(f"guess {place}")


def test_ten_thousand_tries_from_one_address_find_nothing_and_slow_down(limited: Flask, hashed: Hash) -> None:
    asker = sent()
    hashed.count = 0
    tried = [try_code(guess, HALL) for guess in guesses(10_000)]
    assert {one.ref for one in tried} == {""}
    assert hashed.count == opening.BY_ADDRESS.most
    waits = [one.wait for one in tried]
    assert waits[:10] == [0] * 10
    assert waits[10:22] == list(range(5, 65, 5))
    assert set(waits[22:]) == {60}

    # The asker sits behind the same address: a minute, and they are in.
    first = try_code(asker.code, HALL)
    assert (first.ref, first.wait) == ("", 60)
    with clock.pretending(later(60)):
        assert try_code(asker.code, HALL, first.ticket).ref == asker.ref
    # Behind any other they do not wait at all.
    assert try_code(asker.code, "198.51.100.7").ref == asker.ref


def test_ten_thousand_tries_from_a_thousand_addresses_find_nothing_and_slow_down(limited: Flask, hashed: Hash) -> None:
    asker = sent()
    hashed.count = 0
    tried = [try_code(guess, f"10.0.{place % 1000}") for place, guess in enumerate(guesses(10_000))]
    assert {one.ref for one in tried} == {""}
    assert hashed.count == opening.OVER_SITE.most
    assert {one.wait for one in tried[-9000:]} == {60}
    first = try_code(asker.code, HALL)
    assert first.wait == 60
    with clock.pretending(later(60)):
        assert try_code(asker.code, HALL, first.ticket).ref == asker.ref


def test_with_the_real_hash_a_code_opens_its_request_however_it_is_typed(limited: Flask) -> None:
    asker = sent()
    assert try_code(receipts.new("another"), HALL) == Tried()
    for written in (asker.code, asker.code.lower().replace("-", " "), f"　{asker.code.replace('-', '')} "):
        assert try_code(written, HALL).ref == asker.ref
    wide = "".join(chr(ord(letter) + 0xFEE0) if letter != "-" else "－" for letter in asker.code)
    assert try_code(wide, HALL).ref == asker.ref


def test_wrong_impossible_expired_and_deleted_codes_cannot_be_told_apart(limited: Flask, hashed: Hash) -> None:
    gone, expired = sent(), sent()
    deleting.delete(making.actor("", gone.ref), gone.ref)
    with writing() as session:
        session.execute(update(Request).where(Request.ref == expired.ref).values(receipt_hash=None))
    hashed.count = 0
    codes = [receipts.new("wrong"), "", "O0O0-1111-ILIL-0000", "短い", "X" * 5000, gone.code, expired.code]
    assert {try_code(code, HALL) for code in codes} == {Tried()}
    assert hashed.count == len(codes)
    # Beyond the limits as well: the ticket alone differs, and it says nothing of the code.
    for guess in guesses(22):
        try_code(guess, HALL)
    hashed.count = 0
    assert {replace(try_code(code, HALL), ticket="") for code in codes} == {Tried(wait=60)}
    assert hashed.count == 0


def test_the_same_code_is_tried_five_times_at_once_from_wherever(limited: Flask, hashed: Hash) -> None:
    wrong = receipts.new("wrong")
    waits = [try_code(wrong.lower() if place % 2 else wrong, f"10.0.0.{place}").wait for place in range(7)]
    assert waits == [0, 0, 0, 0, 0, 5, 10]
    assert hashed.count == 5


def test_one_connection_with_many_addresses_counts_as_one(limited: Flask, hashed: Hash) -> None:
    waits = [try_code(guess, f"2001:db8:0:7::{place:x}").wait for place, guess in enumerate(guesses(12))]
    assert waits[-3:] == [0, 5, 10]
    assert try_code(receipts.new("x"), "2001:db8:0:8::1").wait == 0


def test_a_ticket_is_good_for_its_own_code_once_after_its_wait_and_for_a_quarter_of_an_hour(
    limited: Flask, hashed: Hash
) -> None:
    guess, other = receipts.new("one"), receipts.new("two")
    for wrong in guesses(opening.BY_ADDRESS.most + 3):
        try_code(wrong, HALL)
    hashed.count = 0
    first = try_code(guess, HALL)
    assert (first.wait, hashed.count) == (20, 0)
    with clock.pretending(later(8)):
        assert try_code(guess, HALL, first.ticket) == Tried(wait=13, ticket=first.ticket)
    with clock.pretending(later(21)):
        assert try_code(other, HALL, first.ticket).wait > 0
        assert try_code(guess, HALL, first.ticket[:-1]).wait > 0
        assert hashed.count == 0
        assert try_code(guess, HALL, first.ticket) == Tried()
        assert hashed.count == 1
        assert try_code(guess, HALL, first.ticket).wait > 0
        late = try_code(other, HALL)
    with clock.pretending(later(21 + 16 * 60)):
        assert try_code(other, HALL, late.ticket).wait > 0
    assert hashed.count == 1


def test_of_three_hundred_tickets_twenty_are_tried_in_a_minute_and_the_asker_gets_in(
    limited: Flask, hashed: Hash
) -> None:
    asker = sent()
    tickets = {guess: try_code(guess, HALL).ticket for guess in guesses(300 + opening.BY_ADDRESS.most)}
    mine = try_code(asker.code, HALL)
    hashed.count = 0
    with clock.pretending(later(61)):
        said = [try_code(guess, HALL, ticket) for guess, ticket in tickets.items() if ticket]
        assert len(said) == 300
        assert hashed.count == opening.WAITED.most
        assert said[-1] == Tried(wait=opening.AGAIN, ticket=list(tickets.values())[-1])
        # The rest of the site is not slowed by what has waited.
        assert try_code(receipts.new("typing error"), "198.51.100.7").wait == 0
    presses = 0
    for presses in range(1, 8):
        with clock.pretending(later(61 + presses * opening.AGAIN)):
            tried = try_code(asker.code, HALL, mine.ticket)
        if tried.ref:
            break
        # Whoever has to come again keeps the ticket that they have.
        assert tried == Tried(wait=opening.AGAIN, ticket=mine.ticket)
    assert tried.ref == asker.ref and presses <= 6


def test_tickets_that_come_at_the_same_moment_are_no_more_than_twenty(limited: Flask, hashed: Hash) -> None:
    tickets = {guess: try_code(guess, HALL).ticket for guess in guesses(40)}
    waiting = [(guess, ticket) for guess, ticket in tickets.items() if ticket]
    hashed.count = 0

    def one(pair: tuple[str, str]) -> Tried:
        with limited.app_context(), clock.pretending(MOMENT + timedelta(seconds=61)):
            return try_code(pair[0], HALL, pair[1])

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(one, waiting))
    assert len(waiting) == 30 and hashed.count == opening.WAITED.most


def test_whoever_sends_a_request_does_not_wait_behind_those_who_guess(limited: Flask) -> None:
    taken, done = threading.Event(), threading.Event()
    was_first: list[bool] = []

    def guess() -> None:
        with opening.turn:
            taken.set()
            was_first.append(done.wait(10))

    other = threading.Thread(target=guess)
    other.start()
    assert taken.wait(10)
    assert sent().code
    done.set()
    other.join()
    assert was_first == [True]


def test_opening_counts_as_no_try_and_forgets_none(limited: Flask, hashed: Hash) -> None:
    asker = sent()
    for wrong in guesses(9):
        try_code(wrong, HALL)
    for _ in range(20):
        assert try_code(asker.code, HALL).ref == asker.ref
    assert try_code(receipts.new("a"), HALL).wait == 0
    assert try_code(receipts.new("b"), HALL).wait == 5
    with clock.pretending(later(3601)):
        assert try_code(receipts.new("c"), HALL).wait == 0


def test_one_hash_at_a_time_and_who_does_not_get_a_turn_comes_again(
    limited: Flask, hashed: Hash, monkeypatch: pytest.MonkeyPatch
) -> None:
    asker = sent()
    hashed.count = 0
    monkeypatch.setattr(opening, "PATIENCE", 0.01)
    taken, tried = threading.Event(), threading.Event()

    def hash_slowly() -> None:
        with opening.turn:
            taken.set()
            tried.wait(10)

    other = threading.Thread(target=hash_slowly)
    other.start()
    assert taken.wait(10)
    said = try_code(asker.code, HALL)
    tried.set()
    other.join()
    assert (said.ref, said.wait, hashed.count) == ("", opening.BUSY, 0)
    assert try_code(asker.code, HALL, said.ticket).ref == asker.ref


def test_without_rate_limits_nobody_waits(app: Flask, hashed: Hash) -> None:
    wrong = receipts.new("wrong")
    assert {try_code(wrong, HALL) for _ in range(20)} == {Tried()}
    assert hashed.count == 20
