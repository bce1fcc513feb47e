"""How moments are written for people."""

from datetime import UTC, datetime, timedelta

import pytest

from sccafe.core.formats import ago_text, date_text, full_text, known_text, moment, size_text

#: 2026-04-01 14:05 in Japan, a Wednesday.
AT = datetime(2026, 4, 1, 5, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("locale", "year", "text"),
    [
        ("ja", True, "2026年4月1日（水）"),
        ("ja", False, "4月1日（水）"),
        ("en", True, "Wed 1 Apr 2026"),
        ("en", False, "Wed 1 Apr"),
    ],
)
def test_a_date(locale: str, year: bool, text: str) -> None:
    assert date_text(AT, locale, year) == text


@pytest.mark.parametrize(("locale", "text"), [("ja", "2026年4月1日（水）14:05"), ("en", "Wed 1 Apr 2026 14:05")])
def test_a_moment_in_full(locale: str, text: str) -> None:
    assert full_text(AT, locale) == text


@pytest.mark.parametrize(
    ("day", "ja", "en"),
    [
        ("2016", "2016年", "2016"),
        ("2016-04", "2016年4月", "Apr 2016"),
        ("2016-04-01", "2016年4月1日", "1 Apr 2016"),
    ],
)
def test_a_day_as_far_as_it_is_known(day: str, ja: str, en: str) -> None:
    assert (known_text(day, "ja"), known_text(day, "en")) == (ja, en)


@pytest.mark.parametrize(
    ("later", "ja", "en"),
    [
        (timedelta(0), "たった今", "just now"),
        (timedelta(seconds=59), "たった今", "just now"),
        (timedelta(seconds=60), "1分前", "1 min ago"),
        (timedelta(minutes=59, seconds=59), "59分前", "59 min ago"),
        (timedelta(hours=1), "1時間前", "1 hour ago"),
        (timedelta(hours=23, minutes=59), "23時間前", "23 hours ago"),
        (timedelta(days=1), "4月1日（水） 14:05", "Wed 1 Apr 14:05"),
        (timedelta(days=300), "2026年4月1日（水）", "Wed 1 Apr 2026"),
        (timedelta(seconds=-30), "4月1日（水） 14:05", "Wed 1 Apr 14:05"),
    ],
)
def test_how_long_ago(later: timedelta, ja: str, en: str) -> None:
    assert ago_text(AT, "ja", AT + later) == ja
    assert ago_text(AT, "en", AT + later) == en


def test_the_year_is_that_of_japan() -> None:
    new_year = datetime(2026, 12, 31, 15, 30, tzinfo=UTC)
    assert date_text(new_year, "ja") == "2027年1月1日（金）"
    assert ago_text(new_year, "ja", new_year + timedelta(days=2)) == "1月1日（金） 0:30"


def test_a_moment_for_programs_names_its_zone() -> None:
    assert moment(AT, "ja", AT).iso == "2026-04-01T14:05:00+09:00"


@pytest.mark.parametrize(
    ("size", "written"),
    [
        (1, "1KB"),
        (348_160, "340KB"),
        (1024**2 - 1, "1.0MB"),
        (1_258_291, "1.2MB"),
        (10 * 1024**2 - 1, "10MB"),
        (10 * 1024**2, "10MB"),
    ],
)
def test_a_size_is_written_as_people_know_it(size: int, written: str) -> None:
    assert size_text(size) == written
