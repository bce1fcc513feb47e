"""Settings: what can be written, and what is said about what cannot."""

from pathlib import Path

import pytest

from sccafe.settings import SETTINGS, SettingsError, as_markdown, read

ROOT = Path(__file__).parent.parent.parent


def test_without_any_setting_the_defaults_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = read({})
    assert settings.data == tmp_path / "instance"
    assert settings.database_file == tmp_path / "instance" / "sccafe.sqlite"
    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.rate_limits and settings.job_thread and not settings.secure_cookies


@pytest.mark.parametrize(
    ("name", "written", "advice"),
    [
        ("SMTP_PORT", "zero", "whole number from 1 to 65535"),
        ("SMTP_PORT", "0", "whole number from 1 to 65535"),
        ("SMTP_PORT", "８０", "whole number from 1 to 65535"),
        ("SMTP_SECURITY", "ssl", "starttls, tls, none"),
        ("PROXIES", "6", "from 0 to 5"),
        ("PROXIES", "-1", "from 0 to 5"),
        ("RATE_LIMITS", "maybe", "on or off"),
        ("BASE_URL", "cafe.example.jp", "https://cafe.example.jp"),
        ("BASE_URL", "https://cafe.example.jp/forum", "without a path"),
        ("DATABASE_URL", "mysql://x", "sqlite:///path or postgresql://"),
        ("FILES_URL", "bucket/prefix", "s3://bucket/prefix"),
        ("FILES_URL", "s3:///prefix", "s3://bucket/prefix"),
        ("MAIL_FROM", "cafe", "mail address"),
        ("MAIL_FROM", "a@example.jp\r\nBcc: b@example.jp", "mail address"),
        ("ENCRYPTION_KEYS", "too-short", "Fernet keys"),
        ("LOG_LEVEL", "loud", "debug, info, warning, error"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_what_to_write_instead(name: str, written: str, advice: str) -> None:
    with pytest.raises(SettingsError) as error:
        read({f"SCCAFE_{name}": written})
    assert f"SCCAFE_{name}=" in str(error.value)
    assert advice in str(error.value)


@pytest.mark.parametrize(
    ("name", "near"),
    [("SCCAFE_SMPT_HOST", "SCCAFE_SMTP_HOST"), ("SCCAFE_PROXY", "SCCAFE_PROXIES"), ("SCCAFE_DATE", "SCCAFE_DATA")],
)
def test_an_unknown_name_is_refused_with_the_nearest_one(name: str, near: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is not a setting; did you mean {near}"):
        read({name: "x"})


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(SettingsError) as error:
        read({"SCCAFE_SMTP_PORT": "x", "SCCAFE_PROXIES": "y", "SCCAFE_COLOUR": "red"})
    assert all(name in str(error.value) for name in ("SCCAFE_SMTP_PORT", "SCCAFE_PROXIES", "SCCAFE_COLOUR"))


def test_a_secret_is_not_shown_in_an_error() -> None:
    with pytest.raises(SettingsError) as error:
        read({"SCCAFE_DATABASE_URL": "mysql://cafe:himitsu@db/cafe"})
    assert "himitsu" not in str(error.value)


def test_the_plain_postgresql_scheme_leads_to_the_driver_that_is_installed() -> None:
    settings = read({"SCCAFE_DATABASE_URL": "postgresql://cafe@db/cafe"})
    assert settings.database_url == "postgresql+psycopg://cafe@db/cafe"
    assert settings.database_file is None


def test_every_setting_is_documented_with_its_default() -> None:
    page = ROOT / "docs" / "operate" / "settings.md"
    assert page.read_text(encoding="utf-8") == as_markdown(), (
        "run: sccafe settings --markdown > docs/operate/settings.md"
    )
    assert all(setting.meaning and setting.meaning_ja for setting in SETTINGS)
