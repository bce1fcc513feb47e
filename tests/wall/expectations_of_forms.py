"""What comes of every form, for everyone who sends it: the second half of the expectation table.

All are sent with the token that a form needs. `done` changes the database, every other answer leaves it as it was.
"""

from sccafe.core.audience import AUDIENCES
from tests.factories import PASSWORD
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


# --- conversations ------------------------------------------------------------------------------------

CONVERSATIONS = [
    form("/preview", _TEXT, (OUT, SIGN_IN_TO_SEND), (IN, NOTHING)),
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
    form("/topics/{topic_held}/mute", {"muted": "1"}, (OUT, SIGN_IN_TO_SEND), (STAFF, done())),
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
    form("/posts/{reply_public}/hide", _REASON, (STAFF, done("/posts/"))),
    form("/posts/{reply_held}/hide", _REASON, (STAFF, done("/moderation"))),
    form("/posts/{reply_hidden}/restore", _REASON, (STAFF, done("/posts/"))),
    form("/posts/{reply_held}/approve", {}, (STAFF, done("/moderation"))),
    form("/posts/{post_held}/approve", {}, (STAFF, done("/moderation"))),
    form("/posts/{reply_public}/erase", {"certain": "y", **_REASON}, (STAFF, done("/posts/"))),
    form("/moderation/reports/{report_open}/assign", {"assignee": "{user_gardener}"}, (STAFF, done())),
    form(
        "/moderation/reports/{report_open}/assign",
        {"assignee": "{user_member}"},
        (STAFF, sees("place-public", "topic-public", "reply-public", "note-open", status=422)),
    ),
    form("/moderation/reports/{report_open}/dismiss", {"decision": "そのまま"}, (STAFF, done("/moderation"))),
    form("/moderation/erase", {"words": "しるし hidden-post"}, (STAFF, sees("topic-states"))),
    form(
        "/moderation/erase/confirm",
        {"words": "しるし hidden-post", "certain": "y", **_REASON},
        (STAFF, done("/moderation/erase")),
    ),
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

ROWS = [*CONVERSATIONS, *POSTS, *ENTERING, *SETTINGS, *DESK, *ADMIN]
