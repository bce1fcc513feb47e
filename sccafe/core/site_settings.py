"""What the secretariat sets on a page: kept in the database, declared by the features."""

import json
import time
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from sccafe.core.database import Base, db, is_writing


class SettingRow(Base):
    __tablename__ = "settings"

    #: The declared key.
    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    #: Its value as JSON.
    value: Mapped[str] = mapped_column(Text)


@dataclass(frozen=True)
class SiteSetting:
    """One declared setting; `choices` are the values it may take (for on and off: True and False)."""

    key: str
    default: Any
    choices: tuple[Any, ...] = ()

    def allows(self, value: Any) -> bool:
        return type(value) is type(self.default) and (not self.choices or value in self.choices)


declared: dict[str, SiteSetting] = {}
#: How long another process may go on with the old value.
CACHE_SECONDS = 5.0


def declare(key: str, default: Any, choices: tuple[Any, ...] = ()) -> SiteSetting:
    declared[key] = SiteSetting(key, default, choices)
    return declared[key]


def _all() -> dict[str, Any]:
    cache: dict[str, Any] = current_app.extensions.setdefault("sccafe_site_settings", {})
    if is_writing() or cache.get("until", 0.0) < time.monotonic():
        values = {
            row.key: json.loads(row.value) for row in db.session.execute(select(SettingRow.key, SettingRow.value))
        }
        if is_writing():
            return values
        cache.update(until=time.monotonic() + CACHE_SECONDS, values=values)
    found: dict[str, Any] = cache["values"]
    return found


def get(setting: SiteSetting) -> Any:
    """The value: as it is now inside `writing`, at most CACHE_SECONDS old elsewhere."""
    return _all().get(setting.key, setting.default)


def put(setting: SiteSetting, value: Any) -> None:
    """Set a value, inside `writing`; raises ValueError for one that is not allowed."""
    if not setting.allows(value):
        raise ValueError(f"{setting.key} cannot be {value!r}")
    db.session.merge(SettingRow(key=setting.key, value=json.dumps(value)))
    db.session.flush()
    current_app.extensions.pop("sccafe_site_settings", None)
