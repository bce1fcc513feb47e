"""What comes of every form, for everyone who sends it: the second half of the expectation table.

All are sent with the token that a form needs. `done` changes the database, every other answer leaves it as it was.
"""

from datetime import timedelta

from sccafe.core import clock
from sccafe.core.audience import AUDIENCES
from tests.factories import PASSWORD
from tests.wall import expectations_of_counseling, expectations_of_library, expectations_of_spellings
from tests.wall.answers import (
    EVERYONE,
    IN,
    MEMBERS,
    NOT_FOUND,
    NOTHING,
    OUT,
    READERS,
    REFUSED,
    SIGN_IN_TO_SEND,
    STAFF,
    Answer,
    done,
    form,
    sees,
)
from tests.wall.markers import token

_TEXT = {"body": "ここに書いた文"}
_REASON = {"reason": "ここに書いた理由"}
_MAILBOX = "@example.jp"


def _address_of(name: str) -> str:
    return token(f"mail-{name}") + _MAILBOX


def _offered(viewer: str) -> Answer:
    """Answered questions, of which the newest are shown; among the members' is one that was moved there."""
    answered = [f"topic-{audience}" for audience in AUDIENCES if viewer in READERS[audience]]
    return sees(*answered[-4:], may=[*answered, *(["moved-topic"] if viewer in MEMBERS else [])])


#: On the page of a vote that was not taken.
MEETING_TITLE = ("place-meeting", "topic-meeting", "question-meeting", "choice-meeting")

# --- conversations ------------------------------------------------------------------------------------

CONVERSATIONS = [
    form("/preview", _TEXT, (OUT, SIGN_IN_TO_SEND), (IN, NOTHING)),
    # Answered questions on the theme that all planted topics have: each viewer is offered those they may read.
    *(
        form(
            f"/boards/for-{audience}/similar",
            {"title": "買い物に困っている人がいます", "body": ""},
            *((viewer, _offered(viewer)) for viewer in READERS[audience]),
            *([(OUT, SIGN_IN_TO_SEND)] if audience == "public" else []),
        )
        for audience in ("public", "members", "staff")
    ),
    form("/topics/{topic_public}/themes", {"theme": "ict"}, (OUT, SIGN_IN_TO_SEND), (IN, REFUSED), (STAFF, done())),
    form("/topics/{topic_members}/themes", {"theme": "ict"}, (MEMBERS, REFUSED), (STAFF, done())),
    form("/topics/{topic_masked}/themes", {"theme": "ict"}, (OUT, SIGN_IN_TO_SEND), (IN, REFUSED), (STAFF, done())),
    *(
        form(
            f"/boards/for-{audience}/new",
            {"title": "題名", **_TEXT},
            (READERS[audience], done()),
            *([(OUT, SIGN_IN_TO_SEND)] if audience == "public" else []),
            *([("industry", REFUSED)] if "industry" in READERS[audience] else []),
        )
        for audience in AUDIENCES
    ),
    form("/boards/archived/new", {"title": "題名", **_TEXT}, (OUT, SIGN_IN_TO_SEND), (IN, REFUSED)),
    form("/boards/nowhere/new", {"title": "題名", **_TEXT}),
    *(
        form(
            f"/topics/{{topic_{audience}}}/reply",
            {"parent": f"{{reply_{audience}}}", **_TEXT},
            (READERS[audience], done()),
            *([(OUT, SIGN_IN_TO_SEND)] if audience == "public" else []),
            *([("industry", REFUSED)] if "industry" in READERS[audience] else []),
        )
        for audience in AUDIENCES
    ),
    # Only the new post comes back, and the form for the next one; a held one leads to its topic.
    form(
        "/topics/{topic_members}/reply",
        _TEXT,
        (MEMBERS, sees(writes=True)),
        ("newcomer", done("/topics/{topic_members}")),
        partial=True,
    ),
    *(
        form(
            f"/topics/{{topic_{topic}}}/reply",
            {"parent": f"{{{parent}}}", **_TEXT},
            (OUT, SIGN_IN_TO_SEND),
            ("industry", REFUSED),
        )
        for topic, parent in (
            ("public", "reply_staff"),
            ("states", "reply_hidden"),
            ("states", "reply_held"),
            ("states", "reply_deleted"),
        )
    ),
    form("/topics/{topic_locked}/reply", _TEXT, (OUT, SIGN_IN_TO_SEND), (IN, REFUSED), (STAFF, done())),
    form("/topics/{topic_archived}/reply", _TEXT, (OUT, SIGN_IN_TO_SEND), (IN, REFUSED)),
    form("/topics/{topic_held}/reply", _TEXT, (STAFF, done())),
    form("/topics/{topic_hidden}/reply", _TEXT, (STAFF, done())),
    form("/topics/{topic_moved}/reply", _TEXT, (MEMBERS, done())),
    # Its writer took it back: nobody goes on with it.
    form("/topics/{topic_deleted}/reply", _TEXT, (STAFF, REFUSED)),
    form(
        "/topics/{topic_members}/mute",
        {"muted": "1"},
        (OUT, SIGN_IN_TO_SEND),
        (MEMBERS, done()),
        ("member", done(writes=False)),
    ),
    form(
        "/topics/{topic_moved}/mute",
        {"muted": "0"},
        (OUT, SIGN_IN_TO_SEND),
        (MEMBERS, done(writes=False)),
        ("member", done()),
    ),
    form(
        "/topics/{topic_meeting}/vote", {"choice": "{choice_meeting}"}, (MEMBERS, done("/topics/{topic_meeting}#poll"))
    ),
    form(
        "/topics/{topic_meeting}/vote",
        {"choice": "{choice_meeting}"},
        (MEMBERS, sees("question-meeting", "choice-meeting", "other-meeting", writes=True)),
        partial=True,
    ),
    form("/topics/{topic_meeting}/vote", {}, (MEMBERS, sees(*MEETING_TITLE, "other-meeting", status=422))),
    # After the end nobody votes, and the secretariat neither.
    form("/topics/{topic_meeting_over}/vote", {"choice": "{choice_meeting_over}"}, (MEMBERS, REFUSED)),
    form("/topics/{topic_public}/vote", {"choice": "{choice_meeting}"}),
    form("/topics/{topic_held}/mute", {"muted": "1"}, (OUT, SIGN_IN_TO_SEND), (STAFF, done())),
]

# --- one's own ----------------------------------------------------------------------------------------

OWN = [
    *(
        form(
            "/drafts/keep",
            {"place": f"{place}/{{{kind}_{audience}}}", **_TEXT},
            (READERS[audience], sees(writes=True)),
            (OUT, SIGN_IN_TO_SEND),
            *([("industry", REFUSED)] if "industry" in READERS[audience] else []),
        )
        for audience in AUDIENCES
        for place, kind in (("topic", "topic"), ("board", "board"))
    ),
    form(
        "/drafts/keep", {"place": "topic/{topic_hidden}", **_TEXT}, (OUT, SIGN_IN_TO_SEND), (STAFF, sees(writes=True))
    ),
    form("/drafts/keep", {"place": "topic/999999", **_TEXT}, (OUT, SIGN_IN_TO_SEND)),
    form(
        "/drafts/keep",
        {"place": "topic/{topic_public}/{reply_staff}", **_TEXT},
        (OUT, SIGN_IN_TO_SEND),
        ("industry", REFUSED),
    ),
    form("/drafts/{draft_members}/discard", {}, (OUT, SIGN_IN_TO_SEND), ("member", done("/drafts"))),
    form("/drafts/{draft_members}/keep", {}, (OUT, SIGN_IN_TO_SEND), ("member", done("/drafts", writes=False))),
    form(
        "/drafts/{draft_members}/discard",
        {"again": "1"},
        (OUT, SIGN_IN_TO_SEND),
        ("member", done("/topics/{topic_members}/reply?parent={reply_members}")),
    ),
    form("/drafts/{draft_hidden}/discard", {"again": "1"}, (OUT, SIGN_IN_TO_SEND), ("writer", done("/drafts"))),
    *(
        form(
            f"/posts/{{reply_{audience}}}/bookmark",
            {"note": "ここに書いた文"},
            (READERS[audience], done("/posts/")),
            (OUT, SIGN_IN_TO_SEND),
        )
        for audience in AUDIENCES
    ),
    form("/posts/{post_hidden}/bookmark", {}, (OUT, SIGN_IN_TO_SEND), (STAFF, done("/posts/"))),
    *(
        form(f"/posts/{{{name}}}/bookmark", {}, (OUT, SIGN_IN_TO_SEND))
        for name in ("reply_hidden", "reply_held", "reply_deleted", "post_held", "post_deleted")
    ),
    form("/bookmarks/{bookmark_members}/remove", {}, (OUT, SIGN_IN_TO_SEND), ("member", done("/bookmarks"))),
    form("/bookmarks/{bookmark_moved}/remove", {}, (OUT, SIGN_IN_TO_SEND), ("industry", done("/bookmarks"))),
    form(
        "/bookmarks/{bookmark_members}/keep", {}, (OUT, SIGN_IN_TO_SEND), ("member", done("/bookmarks", writes=False))
    ),
]

# --- one post -----------------------------------------------------------------------------------------

#: Who may read the post, and who of them wrote it.
_POSTS = {
    "reply_public": (EVERYONE, "writer"),
    "reply_network": (READERS["network"], "writer"),
    "reply_members": (MEMBERS, "writer"),
    "reply_experts": (READERS["experts"], "expert"),
    "reply_staff": (STAFF, "secretariat"),
    "reply_held": (("newcomer", *STAFF), "newcomer"),
    "post_held": (("newcomer", *STAFF), "newcomer"),
    "post_moved": (MEMBERS, "writer"),
    "reply_masked": (EVERYONE, "nobody who looks"),
}
#: There for their writer and the desk, but nobody edits, deletes or reacts to them.
_GONE = ("reply_hidden", "reply_deleted")
_PUBLISHED = [name for name in _POSTS if not name.endswith("_held")]

POSTS = [
    *(
        form(
            f"/posts/{{{name}}}/edit",
            {"body": "直した文"},
            (readers, REFUSED),
            *([(OUT, SIGN_IN_TO_SEND)] if readers == EVERYONE else []),
            (writer, done()),
        )
        for name, (readers, writer) in _POSTS.items()
    ),
    *(form(f"/posts/{{{name}}}/edit", {"body": "直した文"}, (["writer", *STAFF], REFUSED)) for name in _GONE),
    form("/posts/{post_hidden}/edit", {"body": "直した文"}, (["writer", *STAFF], REFUSED)),
    *(
        form(f"/posts/{{{name}}}/delete", {}, (readers, REFUSED), (OUT, SIGN_IN_TO_SEND), (writer, done()))
        for name, (readers, writer) in _POSTS.items()
    ),
    *(
        form(f"/posts/{{{name}}}/delete", {}, (["writer", *STAFF], REFUSED), (OUT, SIGN_IN_TO_SEND))
        for name in (*_GONE, "post_hidden")
    ),
    *(
        form(f"/posts/{{{name}}}/undelete", {}, (OUT, SIGN_IN_TO_SEND), ("writer", done("/posts/")))
        for name in ("reply_deleted", "post_deleted")
    ),
    *(
        form(f"/posts/{{{name}}}/undelete", {}, (OUT, SIGN_IN_TO_SEND))
        for name in ("reply_public", "reply_hidden", "reply_held", "post_hidden")
    ),
    *(
        form(
            f"/posts/{{{name}}}/react",
            {"kind": "cheer"},
            (_POSTS[name][0], done(f"/posts/{{{name}}}")),
            (OUT, SIGN_IN_TO_SEND),
            (_POSTS[name][1], REFUSED),
        )
        for name in _PUBLISHED
    ),
    form(
        "/posts/{reply_members}/react",
        {"kind": "cheer"},
        (MEMBERS, sees(may=["reply-members"], writes=True)),
        (OUT, SIGN_IN_TO_SEND),
        ("writer", REFUSED),
        partial=True,
    ),
    *(
        form(f"/posts/{{{name}}}/react", {"kind": "cheer"}, (OUT, SIGN_IN_TO_SEND))
        for name in (*_GONE, "reply_held", "post_held")
    ),
    form("/posts/{post_hidden}/react", {"kind": "cheer"}, (OUT, SIGN_IN_TO_SEND), (STAFF, done())),
    # Whoever asked and the secretariat accept an answer; all these questions were asked by the secretariat.
    *(
        form(
            f"/posts/{{reply_{audience}}}/accept",
            {},
            (READERS[audience], REFUSED),
            (OUT, SIGN_IN_TO_SEND),
            (STAFF, done(f"/posts/{{reply_{audience}}}")),
        )
        for audience in AUDIENCES
    ),
    form("/posts/{reply_hidden}/accept", {}, (OUT, SIGN_IN_TO_SEND)),
    form("/posts/{reply_moved}/accept", {}, (MEMBERS, REFUSED), (OUT, SIGN_IN_TO_SEND), (["writer", *STAFF], done())),
    *(
        form(
            f"/posts/{{{name}}}/report",
            {"reason": "other", "note": "ここに書いた知らせ"},
            (_POSTS[name][0], done(f"/posts/{{{name}}}")),
            (OUT, SIGN_IN_TO_SEND),
            (_POSTS[name][1], REFUSED),
            # What is reported already is not reported twice by the same person.
            *([("member", done(writes=False))] if name == "reply_public" else []),
            *([("admin", done(writes=False))] if name == "reply_experts" else []),
        )
        for name in _PUBLISHED
    ),
    form(
        "/posts/{reply_members}/report",
        {"reason": "other"},
        (MEMBERS, sees(writes=True)),
        (OUT, SIGN_IN_TO_SEND),
        ("writer", REFUSED),
        partial=True,
    ),
    *(
        form(f"/posts/{{{name}}}/report", {"reason": "other"}, (OUT, SIGN_IN_TO_SEND))
        for name in (*_GONE, "reply_held", "post_held", "post_deleted")
    ),
]

# --- people -------------------------------------------------------------------------------------------

_SIGN_UP = {"email": "new@example.jp", "password": "ひろばのあさ2026", "handle": "つばさ", "agree": "y"}


def _sign_in(name: str, password: str = PASSWORD) -> dict[str, str]:
    return {"email": _address_of(name), "password": password}


ENTERING = [
    form("/sign-up", _SIGN_UP, (OUT, done("/sign-up/confirm")), (IN, done(writes=False))),
    # Whether an address or a sign-up is known shows in no answer.
    form(
        "/sign-up",
        _SIGN_UP | {"email": _address_of("member")},
        (OUT, done("/sign-up/confirm", may=["mail-member"])),
        (IN, done(writes=False)),
    ),
    form(
        "/sign-up/send-again",
        {"email": _address_of("unconfirmed")},
        (EVERYONE, done("/sign-up/confirm", may=["mail-unconfirmed"])),
    ),
    form(
        "/sign-up/send-again",
        {"email": _address_of("member")},
        (EVERYONE, done("/sign-up/confirm", writes=False, may=["mail-member"])),
    ),
    form(
        "/sign-up/confirm",
        {"email": _address_of("unconfirmed"), "code": "0000 0000"},
        (EVERYONE, sees("mail-unconfirmed", status=422, writes=True)),
    ),
    form(
        "/sign-up/confirm",
        {"email": _address_of("member"), "code": "0000 0000"},
        (EVERYONE, sees("mail-member", status=422, writes=True)),
    ),
    form("/sign-up/confirm/{token_sign_up}", {}, (EVERYONE, done("/sign-in", may=["mail-unconfirmed"]))),
    form("/sign-up/confirm/wrong", {}, (EVERYONE, sees(status=410))),
    form("/sign-in", _sign_in("member"), (OUT, done("/")), (IN, done("/", writes=False))),
    form(
        "/sign-in",
        _sign_in("member", "wrong"),
        (OUT, sees("mail-member", status=422, writes=True)),
        (IN, done(writes=False)),
    ),
    # To whoever knows the password it is said why they are not let in.
    *(
        form(
            "/sign-in",
            _sign_in(name),
            (OUT, sees(f"mail-{name}", *why, status=403)),
            (IN, done(writes=False)),
        )
        for name, why in (
            ("suspended", ["why-suspended"]),
            ("refused", ["why-refused"]),
            ("awaiting", []),
            ("unconfirmed", []),
        )
    ),
    form(
        "/sign-in",
        _sign_in("suspended", "wrong"),
        (OUT, sees("mail-suspended", status=422, writes=True)),
        (IN, done(writes=False)),
    ),
    form("/sign-out", {}, (OUT, done(writes=False)), (IN, done())),
    form("/forgotten-password", {"email": _address_of("member")}, (EVERYONE, sees("mail-member", writes=True))),
    form("/forgotten-password", {"email": _address_of("suspended")}, (EVERYONE, sees("mail-suspended", writes=True))),
    form(
        "/reset-password/{token_password}",
        {"password": "あたらしいあさ2026"},
        (EVERYONE, done("/sign-in", may=["mail-member"])),
    ),
    form("/reset-password/wrong", {"password": "あたらしいあさ2026"}, (EVERYONE, sees(status=410))),
    form("/language", {"locale": "en"}, (OUT, done(writes=False)), (IN, done())),
]

_PROFILE = {"handle": "はなこ", "real_name": "", "about": "", "locale": "ja"}

SETTINGS = [
    form("/settings", _PROFILE, (OUT, SIGN_IN_TO_SEND), (IN, done("/settings"))),
    form(
        "/settings/email",
        {"email": "other@example.jp", "password": PASSWORD},
        (OUT, SIGN_IN_TO_SEND),
        (IN, done("/settings/email")),
    ),
    form(
        "/settings/email",
        {"email": "other@example.jp", "password": "wrong"},
        (OUT, SIGN_IN_TO_SEND),
        (IN, sees("mail-{viewer}", status=422, writes=True)),
        ("member", sees("mail-member", "mail-new", status=422, writes=True)),
    ),
    form(
        "/settings/email/confirm",
        {"code": "0000 0000"},
        (OUT, SIGN_IN_TO_SEND),
        (IN, sees("mail-{viewer}", status=422, writes=True)),
        ("member", sees("mail-member", "mail-new", status=422, writes=True)),
    ),
    form("/settings/email/confirm/{token_email}", {}, (OUT, done("/sign-in")), (IN, done("/settings/email"))),
    form("/settings/email/confirm/wrong", {}, (EVERYONE, sees(status=410))),
    form(
        "/settings/password",
        {"password": PASSWORD, "new_password": "あたらしいあさ2026"},
        (OUT, SIGN_IN_TO_SEND),
        (IN, done("/settings/password")),
    ),
    form(
        "/settings/password",
        {"password": "wrong", "new_password": "あたらしいあさ2026"},
        (OUT, SIGN_IN_TO_SEND),
        (IN, sees("mail-{viewer}", status=422, writes=True)),
    ),
    # Somebody else's session is not ended.
    form(
        "/settings/sessions/{session_member}/end",
        {},
        (OUT, SIGN_IN_TO_SEND),
        (IN, done(writes=False)),
        ("member", done()),
    ),
    form("/settings/sessions/end-others", {}, (OUT, SIGN_IN_TO_SEND), (IN, done(writes=False))),
    form("/settings/notifications", {"reply_site": "y"}, (OUT, SIGN_IN_TO_SEND), (IN, done())),
    *(
        form(
            f"/notifications/mute/{{token_mute_{name}}}",
            {"muted": "1"},
            (EVERYONE, done("/notifications/mute/", writes=writes)),
        )
        for name, writes in (("public", True), ("writer", True), ("industry", False), ("suspended", True))
    ),
    form("/notifications/mute/wrong", {"muted": "1"}),
]

# --- for the secretariat ------------------------------------------------------------------------------

DESK = [
    form("/topics/{topic_public}/manage", {"measure": "pinned", **_REASON}, (STAFF, done())),
    form("/topics/{topic_staff}/manage", {"measure": "moved", "board": "{board_public}", **_REASON}, (STAFF, done())),
    form("/topics/{topic_hidden}/manage", {"measure": "restored", **_REASON}, (STAFF, done())),
    form("/boards/meetings/new", {"title": "題名", **_TEXT}, (MEMBERS, REFUSED), (STAFF, done())),
    form(
        "/topics/{topic_meeting}/meeting", {"poll_question": "ここに書いた文"}, (STAFF, done("/topics/{topic_meeting}"))
    ),
    form(
        "/topics/{topic_meeting}/meeting",
        {"opens_on": "2026-12-02", "closes_on": "2026-12-01", "poll_question": "ここに書いた文"},
        (STAFF, sees("place-meeting", "topic-meeting", "choice-meeting", "other-meeting", status=422)),
    ),
    form("/topics/{topic_meeting_over}/outcome", _TEXT, (STAFF, done("/topics/{topic_meeting_over}"))),
    form(
        "/topics/{topic_meeting}/outcome",
        {"body": ""},
        (STAFF, sees("place-meeting", "topic-meeting", status=422)),
    ),
    *(form(f"/topics/{{topic_public}}/{name}", _TEXT) for name in ("meeting", "outcome")),
    form("/posts/{reply_public}/hide", _REASON, (STAFF, done("/posts/"))),
    form("/posts/{reply_held}/hide", _REASON, (STAFF, done("/moderation"))),
    form("/posts/{reply_hidden}/restore", _REASON, (STAFF, done("/posts/"))),
    form("/posts/{reply_held}/approve", {}, (STAFF, done("/moderation"))),
    form("/posts/{post_held}/approve", {}, (STAFF, done("/moderation"))),
    form("/posts/{reply_public}/erase", {"certain": "y", **_REASON}, (STAFF, done("/posts/"))),
    form("/posts/{post_masked}/identity", _REASON, ("admin", done("/moderation/identity/"))),
    # What is asked already is not asked twice.
    form("/posts/{reply_masked}/identity", _REASON, ("admin", done("/moderation/identity/", writes=False))),
    form("/posts/{reply_public}/identity", _REASON),
    form(
        "/moderation/identity/{release_open}",
        {"do": "release"},
        ("secretariat", done("/moderation/identity/")),
        ("admin", REFUSED),
    ),
    form("/moderation/identity/{release_open}/name", {}),
    # Of the two who agreed on it only the one who asked is among those who look.
    form("/moderation/identity/{release_done}/name", {}, ("admin", sees("handle-shadow", "name-shadow", writes=True))),
    form("/moderation/reports/{report_open}/assign", {"assignee": "{user_gardener}"}, (STAFF, done())),
    form(
        "/moderation/reports/{report_open}/assign",
        {"assignee": "{user_member}"},
        (STAFF, sees("place-public", "topic-public", "reply-public", "note-open", "file-public", status=422)),
    ),
    form("/moderation/reports/{report_open}/dismiss", {"decision": "そのまま"}, (STAFF, done("/moderation"))),
    form("/moderation/erase", {"words": "しるし hidden-post"}, (STAFF, sees("topic-states"))),
    form(
        "/moderation/erase/confirm",
        {"words": "しるし hidden-post", "certain": "y", **_REASON},
        (STAFF, done("/moderation/erase")),
    ),
]

_UNTIL = {"until": (clock.now() + timedelta(days=5)).date().isoformat()}
_DEAD = (EVERYONE, sees(status=410))
_SPOKEN = {"name": "Yamada", **_TEXT}

PROMPTS = [
    form("/prompts/new", {"title": "題名", "board": "{board_public}", **_UNTIL, **_TEXT}, (STAFF, done("/prompts/"))),
    form("/prompts/{prompt}/send", {"roles": "expert"}, (STAFF, done("/prompts/{prompt}"))),
    # Whoever has it already is passed over.
    form("/prompts/{prompt}/send", {"roles": "member"}, ("newcomer", NOT_FOUND), (STAFF, done(writes=False))),
    form("/prompts/{prompt}/deadline", _UNTIL, (STAFF, done("/prompts/{prompt}"))),
    form("/prompts/999999/send", {"roles": "member"}),
    form("/prompts/999999/deadline", _UNTIL),
    *(
        form(f"/answer/{{token_answer_{name}}}", {"shown": shown, **_TEXT}, (EVERYONE, done("/answer/")))
        for name in ("member", "shadow", "asked", "stranger")
        for shown in ("anonymous", "private")
    ),
    form("/answer/{token_answer_suspended}", {"shown": "anonymous", **_TEXT}, _DEAD),
    form("/answer/wrong", {"shown": "anonymous", **_TEXT}, _DEAD),
    form("/answer/{token_answer_member}/opened", {}, (EVERYONE, sees(status=204, writes=True))),
    form("/answer/{token_answer_shadow}/opened", {}, (EVERYONE, sees(status=204))),
    form("/answer/wrong/opened", {}, _DEAD),
    form("/answer/{token_answer_asked}/stop", {}, (EVERYONE, done("/answer/"))),
    form("/answer/{token_answer_member}/stop", {}, _DEAD),
    form("/answer/wrong/stop", {}, _DEAD),
    form("/written/{token_written}", {"do": "confirm"}, (EVERYONE, done("/written/"))),
    form("/written/{token_written}", {"do": "withdraw"}, (EVERYONE, done("/"))),
    form("/written/wrong", {"do": "withdraw"}, _DEAD),
    *(form(f"/topics/{{topic_{each}}}/for-someone", _SPOKEN, (STAFF, done("/posts/"))) for each in AUDIENCES),
    form(
        "/topics/{topic_staff}/for-someone",
        {"handle": "みどり", **_TEXT},
        (STAFF, sees("place-staff", "topic-staff", status=422)),
    ),
    form(
        "/topics/{topic_archived}/for-someone", _SPOKEN, (STAFF, sees("place-archived", "topic-archived", status=422))
    ),
    form("/topics/999999/for-someone", _SPOKEN),
    *(form(f"/boards/for-{each}/for-someone", _SPOKEN, (STAFF, done("/posts/"))) for each in AUDIENCES),
    form("/boards/nowhere/for-someone", _SPOKEN),
]

_BOARD = {
    "title": "新しい板",
    "slug": "new-board",
    "kind": "exchange",
    "audience": "public",
    "start": "",
    "position": "5",
    "description": "",
}

ADMIN = [
    form("/admin/approvals/{user_awaiting}/approve", {"role": "member"}, (STAFF, done("/admin/approvals"))),
    form("/admin/approvals/{user_awaiting}/approve", {"role": "admin"}, ("secretariat", REFUSED), ("admin", done())),
    form("/admin/approvals/{user_member}/approve", {"role": "member"}),
    form("/admin/approvals/{user_awaiting}/refuse", _REASON, (STAFF, done("/admin/approvals"))),
    form(
        "/admin/people/{user_member}/role",
        {"role": "expert"},
        ("secretariat", REFUSED),
        ("admin", done("/admin/people/")),
    ),
    form(
        "/admin/people/{user_secretariat}/role",
        {"role": "admin"},
        ("secretariat", REFUSED),
        ("admin", done("/admin/people/")),
    ),
    form("/admin/people/{user_member}/suspend", _REASON, (STAFF, done("/admin/people/"))),
    form("/admin/people/{user_gardener}/suspend", _REASON, ("secretariat", REFUSED), ("admin", done("/admin/people/"))),
    form("/admin/people/{user_suspended}/restore", _REASON, (STAFF, done("/admin/people/"))),
    form(
        "/admin/people/{user_gardener}/counseling-desk",
        {"counseling_desk": "y"},
        ("secretariat", REFUSED),
        ("admin", done("/admin/people/")),
    ),
    *(
        form(f"/admin/people/999999/{measure}", _REASON, (STAFF, NOT_FOUND))
        for measure in ("role", "suspend", "restore", "counseling-desk")
    ),
    form("/admin/invitations", {"role": "member", "note": "新しい方"}, (STAFF, done("/admin/invitations"))),
    form(
        "/admin/invitations",
        {"role": "admin", "note": "新しい方"},
        ("secretariat", sees("note-invited", "mail-invited", "note-withdrawn", status=422)),
        ("admin", done("/admin/invitations")),
    ),
    form("/admin/invitations/{invitation_open}/withdraw", {}, (STAFF, done("/admin/invitations"))),
    form(
        "/admin/experts/new",
        {"handle": "みどり", "fields": "law", "capacity": "3", "active": "y"},
        (STAFF, done("/admin/experts")),
    ),
    form(
        "/admin/experts/{user_expert}",
        {"fields": "law", "capacity": "3", "active": "y"},
        (STAFF, done("/admin/experts")),
    ),
    form("/admin/boards/new", _BOARD, (STAFF, done("/admin/boards"))),
    form("/admin/boards/{board_staff}", _BOARD, (STAFF, done("/admin/boards"))),
    form("/admin/boards/{board_public}", {"title": ""}, (STAFF, sees(status=422, may=["board-public"]))),
    form("/admin/settings", {"registration_mode": "invitation"}, (STAFF, done("/admin/settings"))),
    form("/admin/pages/about/ja", _TEXT, (STAFF, done("/about"))),
]

ROWS = [*CONVERSATIONS, *OWN, *POSTS, *ENTERING, *SETTINGS, *DESK, *PROMPTS, *ADMIN, *expectations_of_library.FORMS]
ROWS += [*expectations_of_counseling.FORMS, *expectations_of_spellings.FORMS]
