"""What receipt codes are made of, and what the site keeps of them."""

import pytest
from flask import Flask
from sqlalchemy import select

from sccafe.core.database import db, end_reading
from sccafe.counseling import receipts, service
from sccafe.counseling.models import Request
from tests.counseling import making


def test_a_code_has_four_groups_without_look_alikes_and_at_least_75_bits(app: Flask) -> None:
    code = receipts.new()
    groups = code.split("-")
    assert [len(group) for group in groups] == [4, 4, 4, 4]
    assert not set("".join(groups)) & set("01ILO")
    assert receipts.BITS >= 75
    assert len({receipts.new() for _ in range(200)}) == 200


def test_the_same_form_gets_the_same_code_and_another_form_another(app: Flask) -> None:
    assert receipts.new("form") == receipts.new("form") != receipts.new("another")


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("ABCD-EFGH-JKMN-PQRS", "ABCDEFGHJKMNPQRS"),
        ("abcd efgh jkmn pqrs", "ABCDEFGHJKMNPQRS"),
        ("　ＡＢＣＤ－ＥＦＧＨ　ｊｋｍｎ―ｐｑｒｓ　", "ABCDEFGHJKMNPQRS"),
        ("受付番号：ABCD", None),
        ("ABCD-EFGH-JKMN-PQR", None),
        ("ABCD-EFGH-JKMN-PQRST", None),
        ("ABCD-EFGH-JKMN-PQR0", None),
        ("", None),
        ("－" * 3000, None),
    ],
)
def test_a_code_is_read_in_any_case_width_and_spacing(written: str, code: str | None) -> None:
    assert receipts.typed(written) == code


def test_the_database_keeps_a_slow_hash_that_another_site_cannot_make(app: Flask) -> None:
    sent = service.send(making.actor(), making.asked())
    kept = db.session.scalar(select(Request.receipt_hash).where(Request.ref == sent.ref))
    end_reading()
    assert kept == receipts.hashed(sent.code)
    app.config["SECRET_KEY"] = "of another site"
    assert receipts.hashed(sent.code) != kept


def test_whoever_has_an_account_gets_no_code(desk: None) -> None:
    assert service.send(making.actor(making.ASKER), making.asked()).code == ""
