"""Every setting, its default and its check. All are environment variables named SCCAFE_…"""

import base64
import difflib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PREFIX = "SCCAFE_"


class SettingsError(Exception):
    """One or more settings cannot be used; the message names each one and says what to write instead."""


def _text(value: str) -> str:
    return value.strip()


def _switch(value: str) -> bool:
    words = {"on": True, "true": True, "1": True, "yes": True, "off": False, "false": False, "0": False, "no": False}
    if value.strip().lower() not in words:
        raise ValueError("write on or off")
    return words[value.strip().lower()]


def _whole(least: int, most: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not value.strip().isascii() or not value.strip().isdigit() or not least <= int(value) <= most:
            raise ValueError(f"write a whole number from {least} to {most}")
        return int(value)

    return parse


def _one_of(*choices: str) -> Callable[[str], str]:
    def parse(value: str) -> str:
        if value.strip().lower() not in choices:
            raise ValueError("write one of: " + ", ".join(choices))
        return value.strip().lower()

    return parse


def _folder(value: str) -> Path:
    if not value.strip():
        raise ValueError("name a folder")
    return Path(value.strip()).expanduser().absolute()


def _address(value: str) -> str:
    parts = urlsplit(value.strip())
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path not in ("", "/") or parts.query:
        raise ValueError("write the site's address without a path, as in https://cafe.example.jp")
    return f"{parts.scheme}://{parts.netloc}"


def _mail_sender(value: str) -> str:
    if "@" not in value or any(character in value for character in "\r\n"):
        raise ValueError("write a mail address, as in SC Cafe <cafe@example.jp>")
    return value.strip()


def _database(value: str) -> str:
    value = value.strip()
    if value and not value.startswith(("sqlite:///", "postgresql+psycopg://", "postgresql://")):
        raise ValueError("write sqlite:///path or postgresql://user:password@host/name, or leave it out")
    # psycopg 3 is the only PostgreSQL driver we install; the plain scheme would look for psycopg2.
    return value.replace("postgresql://", "postgresql+psycopg://", 1)


def _fernet_keys(value: str) -> str:
    for key in filter(None, (key.strip() for key in value.split(","))):
        try:
            right = len(base64.urlsafe_b64decode(key)) == 32
        except ValueError:
            right = False
        if not right:
            raise ValueError("write Fernet keys (32 bytes in base64), comma between, or leave it out")
    return value.strip()


def _files(value: str) -> str:
    parts = urlsplit(value.strip())
    if value.strip() and (parts.scheme != "s3" or not parts.netloc):
        raise ValueError("write s3://bucket/prefix, or leave it out for the folder files")
    return value.strip()


@dataclass(frozen=True)
class Setting:
    """One setting as people see it: `default` is written as it would stand in the environment."""

    field: str
    default: str
    parse: Callable[[str], Any]
    meaning: str
    #: The same in Japanese, for docs/operate/settings.md.
    meaning_ja: str
    #: Kept out of everything that is shown or backed up with the rest.
    secret: bool = False

    @property
    def variable(self) -> str:
        return PREFIX + self.field.upper()


SETTINGS = (
    Setting(
        "data",
        "instance",
        _folder,
        "Folder that holds the database, files, keys and mail.",
        "データベース、添付ファイル、鍵、メールを置くフォルダー",
    ),
    Setting(
        "database_url",
        "",
        _database,
        "Database; empty means sccafe.sqlite in the data folder.",
        "データベース。空のときはデータのフォルダーの sccafe.sqlite",
        secret=True,  # holds a password
    ),
    Setting(
        "base_url",
        "http://127.0.0.1:8000",
        _address,
        "The site's address, as it stands in mails and feeds.",
        "サイトのアドレス。メールやフィードにこの形で載る",
    ),
    Setting(
        "secret_key",
        "",
        _text,
        "Signs sessions; empty means the key kept in the folder keys.",
        "サインインの署名に使う鍵。空のときは keys フォルダーの鍵",
        secret=True,
    ),
    Setting(
        "encryption_keys",
        "",
        _fernet_keys,
        "Fernet keys, newest first, comma between; empty: the folder keys.",
        "暗号化の鍵（Fernet）。新しいものから順にコンマで区切る。空のときは keys フォルダーの鍵",
        secret=True,
    ),
    Setting(
        "smtp_host",
        "",
        _text,
        "Mail server; empty means that mail is written to the folder mail.",
        "メールサーバー。空のときは mail フォルダーにファイルとして書く",
    ),
    Setting("smtp_port", "587", _whole(1, 65535), "Port of the mail server.", "メールサーバーのポート番号"),
    Setting(
        "smtp_security",
        "starttls",
        _one_of("starttls", "tls", "none"),
        "How the mail connection is secured: starttls, tls or none.",
        "メールサーバーとの通信の守り方。starttls、tls、none のどれか",
    ),
    Setting(
        "smtp_user",
        "",
        _text,
        "Name for the mail server; empty means no sign-in there.",
        "メールサーバーの利用者名。空のときは認証しない",
    ),
    Setting("smtp_password", "", _text, "Password for the mail server.", "メールサーバーのパスワード", True),
    Setting("mail_from", "SC Cafe <sccafe@example.jp>", _mail_sender, "Sender of all mail.", "メールの差出人"),
    Setting(
        "files_url",
        "",
        _files,
        "Where files are kept: empty means the folder files, or s3://bucket/prefix.",
        "添付ファイルの置き場所。空のときは files フォルダー。または s3://バケット/前置き",
    ),
    Setting(
        "s3_endpoint",
        "",
        _text,
        "Address of an S3-compatible store other than Amazon's.",
        "Amazon 以外の S3 互換ストレージのアドレス",
    ),
    Setting(
        "redis_url",
        "",
        _text,
        "Counts of the rate limits for many machines; empty means memory.",
        "回数制限の数を何台かで分け合う Redis。空のときは各プロセスのメモリー",
        secret=True,
    ),
    Setting(
        "rate_limits",
        "on",
        _switch,
        "off switches all rate limits off (tests, imports).",
        "off で回数制限をすべて止める（試験や取り込みのとき）",
    ),
    Setting(
        "job_thread",
        "on",
        _switch,
        "off where `sccafe worker` runs the jobs.",
        "off で Web のプロセスは後回しの仕事をしない（`sccafe worker` にまかせるとき）",
    ),
    Setting(
        "proxies",
        "0",
        _whole(0, 5),
        "How many reverse proxies stand before the site.",
        "サイトの前に立つリバースプロキシの数",
    ),
    Setting(
        "max_body_mb",
        "16",
        _whole(1, 1000),
        "Largest request in megabytes; forms with files take what their files may have.",
        "一度に受け取る大きさの上限（メガバイト）。ファイルを付けるフォームでは、ファイルの上限までを別に受け取る",
    ),
    Setting(
        "file_mb",
        "10",
        _whole(1, 200),
        "Largest attached file in megabytes.",
        "添付ファイルひとつの大きさの上限（メガバイト）",
    ),
    Setting(
        "files_per_post",
        "5",
        _whole(0, 20),
        "How many files a post may have; 0 switches attachments off.",
        "書き込みひとつに付けられるファイルの数。0 で、ファイルを付けられないようにする",
    ),
    Setting(
        "sudachi",
        "off",
        _switch,
        "on looks for words in SudachiPy's normal forms too, where requirements-sudachi.txt is installed.",
        "on で、SudachiPy の標準の書き方でもさがす。requirements-sudachi.txt を入れておく（約50MB増える）",
    ),
    Setting(
        "log_level",
        "info",
        _one_of("debug", "info", "warning", "error"),
        "What the log says: debug, info, warning or error.",
        "ログに書く細かさ。debug、info、warning、error のどれか",
    ),
)


@dataclass(frozen=True)
class Settings:
    """The checked settings; `data` is absolute. Made by `read`."""

    data: Path
    database_url: str
    base_url: str
    secret_key: str
    encryption_keys: str
    smtp_host: str
    smtp_port: int
    smtp_security: str
    smtp_user: str
    smtp_password: str
    mail_from: str
    files_url: str
    s3_endpoint: str
    redis_url: str
    rate_limits: bool
    job_thread: bool
    proxies: int
    max_body_mb: int
    file_mb: int
    files_per_post: int
    sudachi: bool
    log_level: str

    @property
    def database_file(self) -> Path | None:
        """The SQLite file, or None on PostgreSQL."""
        if not self.database_url:
            return self.data / "sccafe.sqlite"
        if self.database_url.startswith("sqlite:///"):
            return Path(self.database_url.removeprefix("sqlite:///")).absolute()
        return None

    @property
    def max_body_with_files_mb(self) -> int:
        """The largest request of a form that takes files: all of them, and the text beside them."""
        return max(self.max_body_mb, self.file_mb * self.files_per_post + 2)

    @property
    def secure_cookies(self) -> bool:
        return self.base_url.startswith("https://")


#: Read by the scripts and the tests, not by the application.
OF_THE_SCRIPTS = {"SCCAFE_TEST_DATABASE", "SCCAFE_BENCH"}


def read(environ: Mapping[str, str] | None = None) -> Settings:
    """Read and check all settings; raises SettingsError naming every one that cannot be used."""
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for setting in SETTINGS:
        written = environ.get(setting.variable, "") or setting.default
        try:
            values[setting.field] = setting.parse(written)
        except ValueError as error:
            shown = "…" if setting.secret else repr(written)
            wrong.append(f"{setting.variable}={shown}: {error}. {setting.meaning}")
    known = {setting.variable for setting in SETTINGS} | OF_THE_SCRIPTS
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in known:
            near = difflib.get_close_matches(name, known, 1)
            wrong.append(f"{name} is not a setting" + (f"; did you mean {near[0]}?" if near else "."))
    if wrong:
        raise SettingsError("Settings that cannot be used:\n  " + "\n  ".join(wrong))
    assert {field.name for field in fields(Settings)} == set(values)
    return Settings(**values)


def as_markdown() -> str:
    """The page docs/operate/settings.md."""
    lines = [
        "# 設定",
        "",
        "設定はすべて環境変数です。書かなければ既定の値になります。",
        "知らない名前や使えない値があると、サイトは始まらず、どれをどう直せばよいかを表示します。",
        "この表は `sccafe settings --markdown` で作りました。",
        "",
        "| 名前 | 既定の値 | 意味 |",
        "|---|---|---|",
    ]
    for setting in SETTINGS:
        default = f"`{setting.default}`" if setting.default else "（空）"
        lines.append(f"| `{setting.variable}` | {default} | {setting.meaning_ja} |")
    return "\n".join(lines) + "\n"
