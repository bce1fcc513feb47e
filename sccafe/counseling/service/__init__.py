"""Every write of counseling, on one page."""

from sccafe.counseling.service.answering import answer, ask_back, enter, hand_in, note, save_draft, send_back
from sccafe.counseling.service.asking import ROUTE, Asked, Sent, close, email_hash, rate, send, withdraw, write
from sccafe.counseling.service.publishing import agree, approve, ask, decline, save_text, take_away, unpublish
from sccafe.counseling.service.routing import (
    accept,
    assign,
    bring_back,
    expire,
    hand_back,
    invite,
    lapse,
    leave,
    pass_on,
    recall,
    take,
)
from sccafe.counseling.service.stepping import Actor

__all__ = [
    "Actor",
    "Asked",
    "ROUTE",
    "Sent",
    "accept",
    "agree",
    "answer",
    "approve",
    "ask",
    "ask_back",
    "assign",
    "bring_back",
    "close",
    "decline",
    "email_hash",
    "enter",
    "expire",
    "hand_back",
    "hand_in",
    "invite",
    "lapse",
    "leave",
    "note",
    "pass_on",
    "rate",
    "recall",
    "save_draft",
    "save_text",
    "send",
    "send_back",
    "take",
    "take_away",
    "unpublish",
    "withdraw",
    "write",
]
