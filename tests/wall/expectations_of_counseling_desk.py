"""What comes of the pages of the counseling desk, for it and for experts: their share of the expectation table.

Whoever is signed in and has nothing to do with a request gets the same 404 as for one that does not exist.
"""

from datetime import timedelta

from sccafe.core import clock
from tests.wall.answers import OUT, SIGN_IN_FIRST, SIGN_IN_TO_SEND, Answer, Row, done, form, page, sees

DESK, EXPERT = "secretariat", "expert"
BOTH = (EXPERT, DESK)


def _parts(name: str, *parts: str) -> tuple[str, ...]:
    return tuple(f"request{part}-{name}" for part in parts)


def _contact(name: str) -> tuple[str, ...]:
    """What the desk alone is shown of the asker."""
    return (f"mail-request-{name}", *_parts(name, "telephone"))


#: What an expert may see beside it: whom else one could ask, and what can be put into an answer.
_BESIDE = ("expert-sentence", "block-title", "block-text")
_SAID = {
    "case": _parts("case", "subject", "text", "name", "file", "ask", "reply"),
    "answered": _parts("answered", "subject", "text", "name", "answer", "line"),
    "fresh": _parts("fresh", "subject", "text", "name"),
    "visitor": _parts("visitor", "subject", "text", "name"),
}
_INSIDE = _parts("case", "note", "draft")


def work(name: str, viewer: str) -> Answer:
    """The work page of a request: all that was said, the notes and the draft; for the desk, whom to reach."""
    said = (*_SAID[name], *(_INSIDE if name == "case" else ()))
    why = _parts("case", "reason") if name == "case" else ()
    if viewer == EXPERT:
        return sees(*said, may=(*why, *_BESIDE))
    return sees(*said, *_contact(name), may=(*why, *_parts(name, "employer"), *_BESIDE))


def _again(status: int, name: str = "case", without: tuple[str, ...] = ()) -> list[tuple[str, Answer]]:
    """The work page comes back, and that it was opened is recorded; it shows what was typed in place of `without`."""
    given = []
    for viewer in BOTH if name in ("case", "answered") else (DESK,):
        shown = work(name, viewer)
        given.append((viewer, Answer(status, shown.must - set(without), shown.may | set(without), writes=True)))
    return given


_OUT = (OUT, SIGN_IN_TO_SEND)
_WORDS = {"body": "ここに書いた文"}
_WHY = {"reason": "ここに書いた理由"}
_BLOCK = sees("block-title", "block-text")
_PUBLICATION = sees(
    *_parts("answered", "title", "published", "publishedanswer"),
    may=("requesttext-answered", "requestanswer-answered", "requestsubject-answered"),
)


def _step(name: str, step: str, fields: dict[str, str], *given: tuple[object, Answer]) -> Row:
    return form(f"/counseling/desk/{{ref_{name}}}/{step}", fields, _OUT, *given)  # type: ignore[arg-type]


def _ref(name: str, end: str = "") -> Answer:
    return done(f"/counseling/desk/{{ref_{name}}}{end}")


ROWS = [
    # The desk's queue, and an expert's own requests: no word of any of them.
    page("/counseling/desk", (BOTH, sees())),
    page("/counseling/desk/new", (DESK, sees())),
    *(
        page(f"/counseling/desk/{{ref_{name}}}", *((viewer, work(name, viewer)) for viewer in BOTH))
        for name in ("case", "answered")
    ),
    *(page(f"/counseling/desk/{{ref_{name}}}", (DESK, work(name, DESK))) for name in ("fresh", "visitor")),
    page("/counseling/desk/nowhere"),
    page("/counseling/desk/{ref_case}/files/{requestfile_case}", (BOTH, sees(*_parts("case", "file", "inside")))),
    page("/counseling/desk/{ref_fresh}/files/{requestfile_case}"),
    page("/counseling/desk/{ref_case}/looks", (DESK, sees())),
    page("/counseling/desk/{ref_fresh}/looks", (DESK, sees())),
    page("/counseling/desk/{ref_case}/open", (BOTH, sees())),
    page("/counseling/desk/{ref_fresh}/open", (DESK, sees())),
    page("/counseling/desk/blocks", (DESK, _BLOCK)),
    page("/counseling/desk/blocks/{block}", (DESK, _BLOCK)),
    page("/counseling/desk/blocks/999999"),
    page("/counseling/desk/rules", (DESK, sees())),
    page("/counseling/desk/guidance", (DESK, sees("urgent"))),
    page("/counseling/desk/days-off", (EXPERT, sees())),
    page("/counseling/desk/figures", (DESK, sees())),
    page("/counseling/desk/{ref_answered}/publication", (OUT, SIGN_IN_FIRST), (BOTH, _PUBLICATION)),
    page("/counseling/desk/{ref_case}/publication", (OUT, SIGN_IN_FIRST), (BOTH, Answer(403))),
    page("/counseling/desk/{ref_fresh}/publication", (OUT, SIGN_IN_FIRST), (DESK, Answer(403))),
    page("/counseling/desk/{ref_case}/delete", (OUT, SIGN_IN_FIRST), (DESK, Answer(403))),
    page("/counseling/desk/{ref_fresh}/delete", (OUT, SIGN_IN_FIRST), (DESK, Answer(403))),
]

FORMS = [
    form("/counseling/desk", {"q": "しるし"}, _OUT, (DESK, sees(writes=True))),
    form("/counseling/desk/new", {}, _OUT, (DESK, sees(status=422))),
    form(
        "/counseling/desk/new",
        {"category": "law", "way": "telephone", "naming": "anonymous"} | _WORDS,
        _OUT,
        (DESK, sees(writes=True)),
    ),
    # --- each step, as it is taken and as it is refused ---
    _step("fresh", "take", {}, (DESK, _ref("fresh"))),
    _step("case", "take", {}, *_again(403)),
    _step("fresh", "assign", {"expert": "{user_expert}"} | _WHY, (DESK, _ref("fresh"))),
    _step("fresh", "assign", {}, *_again(422, "fresh")),
    _step("case", "recall", _WHY, *_again(403), (DESK, _ref("case"))),
    _step("case", "recall", {}, *_again(422)),
    _step("case", "accept", {}, *_again(403)),
    _step("case", "hand-back", _WHY, *_again(403), (EXPERT, done("/counseling/desk"))),
    _step("case", "invite", {}, *_again(422)),
    _step("case", "leave", _WHY, *_again(403)),
    _step("case", "ask-back", _WORDS, (BOTH, _ref("case"))),
    _step("case", "note", _WORDS, (BOTH, _ref("case"))),
    _step("case", "enter", _WORDS, *_again(403)),
    _step("case", "draft", {"saved": "1"} | _WORDS, (BOTH, _ref("case"))),
    _step(
        "case",
        "hand-in",
        {"saved": "1"} | _WORDS,
        *_again(403, without=_parts("case", "draft")),
        (EXPERT, _ref("case")),
    ),
    _step("case", "send-back", _WHY, *_again(403)),
    _step("case", "answer", {"saved": "1"} | _WORDS, (BOTH, _ref("case"))),
    # Somebody has saved the draft meanwhile.
    _step("case", "answer", {"saved": "0"} | _WORDS, *_again(409)),
    _step("visitor", "answer", {"saved": "0"} | _WORDS, (DESK, _ref("visitor"))),
    _step("visitor", "pass-on", {"where": "prefecture"}, (DESK, _ref("visitor"))),
    _step("case", "bring-back", {}, *_again(403)),
    _step("answered", "close", {}, *_again(403, "answered"), (DESK, _ref("answered"))),
    _step("visitor", "withdraw", _WHY, (DESK, _ref("visitor"))),
    _step(
        "case",
        "export",
        {},
        (DESK, sees(*_SAID["case"], may=(*_contact("case"), "requestemployer-case"), writes=True)),
    ),
    # What is kept while somebody types.
    _step("case", "keep/note", _WORDS, (BOTH, Answer(204, writes=True))),
    _step("fresh", "keep/note", _WORDS, (DESK, Answer(204, writes=True))),
    # The desk does not agree in the expert's place; that it had the text open is recorded.
    _step(
        "answered",
        "publication",
        {"do": "agree", "seen": "1"},
        (DESK, Answer(403, writes=True)),
        (EXPERT, _ref("answered", "/publication")),
    ),
    form("/counseling/desk/{ref_case}/delete", {"certain": "y"}, _OUT, (DESK, Answer(403))),
    # --- what the desk and its experts set ---
    form("/counseling/desk/blocks", {}, _OUT, (DESK, sees(*_BLOCK.must, status=422))),
    form("/counseling/desk/blocks", {"title": "題名"} | _WORDS, _OUT, (DESK, done("/counseling/desk/blocks"))),
    form("/counseling/desk/blocks/{block}", {"title": "題名"} | _WORDS, _OUT, (DESK, done("/counseling/desk/blocks"))),
    form("/counseling/desk/rules", {}, _OUT, (DESK, sees(status=422))),
    form("/counseling/desk/guidance", _WORDS, _OUT, (DESK, done("/counseling/desk/guidance"))),
    form("/counseling/desk/days-off", {}, (EXPERT, sees(status=422))),
    form(
        "/counseling/desk/days-off",
        {"first": str(clock.today() + timedelta(days=30))},
        (EXPERT, done("/counseling/desk/days-off")),
    ),
]
