"""What comes of the pages of counseling, for those who ask and for everybody: their share of the expectation table.

`member` has asked three of the planted requests, a visitor without an account the fourth.
"""

from collections.abc import Iterable

from tests.wall import expectations_of_counseling_desk as desk
from tests.wall.answers import (
    EVERYONE,
    IN,
    OUT,
    SIGN_IN_FIRST,
    SIGN_IN_TO_SEND,
    Answer,
    Row,
    done,
    form,
    leads,
    page,
    sees,
)

ASKER, OTHERS = "member", ("expert", "secretariat")
_BODY = {"body": "ここに書いた文"}
#: What they said themselves of who they are may stand on their own page.
_OWN = ("name", "telephone", "employer")
_SAID = {
    "case": ("subject", "text", "file", "ask", "reply", "unsent"),
    "answered": ("subject", "text", "answer", "line"),
    "fresh": ("subject", "text"),
    "visitor": ("subject", "text"),
}
_GONE = Answer(410)


def asked(name: str, status: int = 200, without: Iterable[str] = ()) -> Answer:
    """The page of a request as its asker sees it: no note, no draft of the answer, and no reason of others."""
    must = {f"request{part}-{name}" for part in _SAID[name]} - set(without)
    own = {f"mail-request-{name}", *(f"request{part}-{name}" for part in _OWN), *without}
    return Answer(status, frozenset(must), frozenset(own), writes=status == 422)


def _of_asker(address: str, answer: Answer) -> Row:
    return page(f"/counseling/requests/{{ref_{address}", (ASKER, answer))


_TO_AGREE = sees(*(f"request{part}-answered" for part in ("title", "published", "publishedanswer")))
_FILE = sees("requestfile-case", "requestinside-case")
#: A redirect to the request itself.
_BACK = {name: done(f"/counseling/requests/{{ref_{name}}}") for name in _SAID}

ROWS = [
    page("/counseling", (EVERYONE, sees("expert-sentence", "urgent"))),
    page("/counseling/new", (EVERYONE, sees("urgent"))),
    # A question is carried over to whoever asked it, and to nobody else.
    page("/counseling/new?from={topic_ask_public}", (EVERYONE, sees("urgent"))),
    page("/counseling/new?from={topic_members}", (EVERYONE, sees("urgent"))),
    page("/counseling/receipt", (EVERYONE, sees())),
    page("/counseling/receipt/lost", (EVERYONE, sees())),
    page("/counseling/again/wrong", (EVERYONE, _GONE)),
    page("/counseling/experts/{user_expert}/picture"),
    page("/counseling/experts/{user_member}/picture"),
    *(_of_asker(f"{name}}}", asked(name)) for name in ("case", "answered", "fresh")),
    # Without its code it is nobody's.
    page("/counseling/requests/{ref_visitor}"),
    page("/counseling/requests/nowhere"),
    _of_asker("case}/files/{requestfile_case}", _FILE),
    page("/counseling/requests/{ref_fresh}/files/{requestfile_case}"),
    page("/counseling/requests/{ref_visitor}/files/{requestfile_case}"),
    _of_asker("case}/withdraw", sees()),
    page("/counseling/requests/{ref_visitor}/withdraw"),
    _of_asker("case}/looks", sees()),
    page("/counseling/requests/{ref_visitor}/looks"),
    # Whoever reads it without being its asker is told that this is not theirs to do.
    page("/counseling/requests/{ref_case}/delete", (ASKER, sees())),
    page("/counseling/requests/{ref_visitor}/delete"),
    _of_asker("answered}/publication", _TO_AGREE),
    page("/counseling/requests/{ref_case}/publication"),
    # By the link in the mail, signed in or not.
    page("/counseling/consent/{token_consent}", (EVERYONE, _TO_AGREE)),
    page("/counseling/consent/wrong", (EVERYONE, _GONE)),
    # What is told of requests leads to them.
    page("/notifications/{notice_answer}", (OUT, SIGN_IN_FIRST), (ASKER, leads("/counseling/requests/{ref_answered}"))),
    page("/notifications/{notice_sent}", (OUT, SIGN_IN_FIRST), ("secretariat", leads("/counseling/desk/{ref_fresh}"))),
    page("/notifications/{notice_asked}", (OUT, SIGN_IN_FIRST), ("expert", leads("/counseling/desk/{ref_case}"))),
    *desk.ROWS,
]

FORMS = [
    form("/counseling/new", {}, (EVERYONE, sees("urgent", status=422))),
    form(
        "/counseling/new",
        {"category": "law", "naming": "anonymous"} | _BODY,
        (OUT, sees(writes=True)),
        (IN, done("/counseling/requests/")),
    ),
    form("/counseling/drafts", {"place": "new"} | _BODY, (OUT, SIGN_IN_TO_SEND), (IN, sees(writes=True))),
    form("/counseling/drafts", {"place": "{ref_case}"} | _BODY, (OUT, SIGN_IN_TO_SEND), (ASKER, sees(writes=True))),
    form("/counseling/drafts", {"place": "{ref_visitor}"} | _BODY, (OUT, SIGN_IN_TO_SEND)),
    # One answer for what is no code and for what is none of ours.
    *(
        form("/counseling/receipt", {"code": code}, (EVERYONE, sees(status=422)))
        for code in ("2", "2222-3333-4444-5555")
    ),
    form("/counseling/receipt/lost", {"email": "nobody@example.jp"}, (EVERYONE, sees(writes=True))),
    form("/counseling/again/wrong", {}, (EVERYONE, _GONE)),
    form("/counseling/requests/{ref_case}", {}, (ASKER, asked("case", 422))),
    form("/counseling/requests/{ref_case}", _BODY, (ASKER, _BACK["case"])),
    form("/counseling/requests/{ref_visitor}", _BODY),
    form("/counseling/requests/{ref_case}/withdraw", {"reason": "理由"}, (ASKER, _BACK["case"])),
    form("/counseling/requests/{ref_visitor}/withdraw", {}),
    form("/counseling/requests/{ref_case}/close", {}, (ASKER, Answer(403))),
    form("/counseling/requests/{ref_answered}/close", {}, (ASKER, _BACK["answered"])),
    form("/counseling/requests/{ref_answered}/rate", {"helped": "not"}, (ASKER, _BACK["answered"])),
    form(
        "/counseling/requests/{ref_answered}/rate",
        {},
        (ASKER, asked("answered", 422, without=["requestline-answered"])),
    ),
    form("/counseling/requests/{ref_case}/leave", {}, (EVERYONE, done("/counseling", writes=False))),
    form("/counseling/requests/{ref_case}/delete", {}, (ASKER, sees(status=422))),
    form("/counseling/requests/{ref_case}/delete", {"certain": "y"}, (ASKER, done("/counseling"))),
    form("/counseling/requests/{ref_visitor}/delete", {"certain": "y"}),
    *(
        form(
            "/counseling/requests/{ref_answered}/publication",
            {"do": do, "seen": "1"},
            (ASKER, done("/counseling/requests/{ref_answered}")),
        )
        for do in ("approve", "decline")
    ),
    form(
        "/counseling/consent/{token_consent}",
        {"do": "approve", "seen": "1"},
        (EVERYONE, done("/counseling/consent/")),
    ),
    form("/counseling/consent/wrong", {"do": "approve", "seen": "1"}, (EVERYONE, _GONE)),
    *desk.FORMS,
]

#: What a browser sees that has given the visitor's code, whoever is signed in there; of the others as much as before.
BY_CODE = [
    page("/counseling/requests/{ref_visitor}", (EVERYONE, asked("visitor"))),
    page("/counseling/requests/{ref_visitor}/looks", (EVERYONE, sees())),
    page("/counseling/requests/{ref_case}", (ASKER, asked("case"))),
    page("/counseling/desk/{ref_visitor}", ("secretariat", desk.work("visitor", "secretariat"))),
]
