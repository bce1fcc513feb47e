"""Items whose words an upper floor answers for: others have agreed to just these, so nobody changes them by hand."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from sccafe.core.database import db, end_reading

Rule = Callable[[Session, int], bool]
_rules: list[Rule] = []


def keeps(rule: Rule) -> Rule:
    """Let this function say, by session and id, which items stand here at the word of people whom its feature knows."""
    _rules.append(rule)
    return rule


def is_kept(session: Session, item_id: int) -> bool:
    """Whether an item is one of these."""
    return any(rule(session, item_id) for rule in _rules)


def refuses(item_id: int, sheet: Mapping[str, Any]) -> bool:
    """The same outside a transaction, asked only of what can be one by its shelf. Ends the reading."""
    if sheet.get("collection") != "counseling":
        return False
    found = is_kept(db.session(), item_id)
    end_reading()
    return found
