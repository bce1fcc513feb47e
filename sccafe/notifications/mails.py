"""The mail about a notice: made when it is sent, from what its reader may read at that moment."""

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import Row

from sccafe.accounts.sessions import viewer_of
from sccafe.boards.outcomes import is_due
from sccafe.core.audience import Viewer
from sccafe.core.mail import Letter, renders
from sccafe.core.markup import plain
from sccafe.library import check_queries
from sccafe.library.checking import LINK
from sccafe.notifications import policy, queries, words
from sccafe.notifications.service import RENDERER

EXCERPT = 200


def _signer() -> URLSafeSerializer:
    # Without an end: the address in an old mail still mutes its topic.
    return URLSafeSerializer(current_app.secret_key or "", "notifications mute")


def mute_token(user_id: int, topic_id: int) -> str:
    """What stands in the address by which a mail's reader mutes its topic, signed in or not."""
    return str(_signer().dumps([user_id, topic_id]))


def read_mute_token(token: str) -> tuple[int, int] | None:
    """User and topic of a token that was made here; None for any other."""
    try:
        user_id, topic_id = _signer().loads(token)
    except BadSignature:
        return None
    return int(user_id), int(topic_id)


def _address(path: str) -> str:
    return str(current_app.config["SETTINGS"].base_url) + path


def _is_still_so(viewer: Viewer, row: Row) -> bool:  # type: ignore[type-arg]
    """What `queries.for_mail` cannot know: switched off, muted, taken back or done meanwhile."""
    assert viewer.user_id is not None
    if row.kind in policy.SWITCHABLE and not queries.wants_mail(viewer.user_id, row.kind):
        return False
    if row.kind in policy.OF_CONVERSATION and queries.is_muted(viewer.user_id, row.topic_id):
        return False
    if row.kind == "accepted":
        return bool(row.accepted_post_id == row.post_id)
    if row.kind == "waiting":
        return bool(row.topic_state == "unanswered")
    if row.kind == "reminder":
        return row.bookmark_note is not None
    if row.kind == "review":
        return is_due(row.outcome_review_on)
    if row.kind == "returned":
        return bool(row.version_state == "returned")
    if row.kind == "published":
        return row.item_published_id is not None and row.item_archived_at is None
    if row.kind == "check":
        return bool(check_queries.link_to(viewer.user_id, row.item_id))
    if row.kind == "report":
        return bool(row.report_state == "open" and row.assignee_id == viewer.user_id)
    return True


@renders(RENDERER)
def letter(notice_id: int) -> Letter | None:
    """The mail of a notice, or None where its person is not to be told of it any more."""
    user_id = queries.recipient_of(notice_id)
    viewer = viewer_of(user_id) if user_id is not None else None
    row = queries.for_mail(viewer, notice_id) if viewer else None
    if viewer is None or row is None or not _is_still_so(viewer, row):
        return None
    with force_locale(viewer.locale or "ja"):
        return _written(viewer, row)


def _written(viewer: Viewer, row: Row) -> Letter:  # type: ignore[type-arg]
    said = words.sentence(row)
    paragraphs = [_("%(sentence)s。", sentence=said)]
    unsubscribe = ""
    if row.kind in policy.OF_CONVERSATION:
        unsubscribe = _address(f"/notifications/mute/{mute_token(viewer.user_id or 0, row.topic_id)}")
        paragraphs += [
            plain(row.html, EXCERPT) if row.kind != "accepted" else "",
            _("つづきを読む・返信する\n%(address)s", address=_address(f"/posts/{row.post_id}")),
        ]
        end = _("この話題のメールと知らせを止める\n%(address)s", address=unsubscribe)
    elif row.kind == "reminder":
        unsubscribe = _address("/settings/notifications")
        paragraphs += [
            _("ひとこと：%(note)s", note=row.bookmark_note) if row.bookmark_note else "",
            plain(row.html, EXCERPT),
            _("書き込みを読む\n%(address)s", address=_address(f"/posts/{row.post_id}")),
        ]
        end = _("しおりを直す・外す\n%(address)s", address=_address(f"/posts/{row.post_id}/bookmark"))
    elif row.kind in policy.OF_ITEMS:
        unsubscribe = _address("/settings/notifications")
        paragraphs += _of_item(viewer, row)
        end = ""
    elif row.kind == "report":
        unsubscribe = _address("/settings/notifications")
        paragraphs.append(_address(f"/moderation/reports/{row.report_id}"))
        end = ""
    else:
        paragraphs += [
            _("理由：%(reason)s", reason=row.reason) if row.reason else "",
            _("くわしく見る\n%(address)s", address=_address(f"/notifications/{row.id}")),
            _("このメールには、ご相談の内容を書いていません。") if row.kind == policy.OF_REQUESTS else "",
            _("ご不明な点は、事務局へお問い合わせください。\n%(address)s", address=_address("/contact"))
            if row.kind == "measure"
            else "",
        ]
        end = ""
    settings = (
        _("どの知らせをメールで受け取るかを変える\n%(address)s", address=_address("/settings/notifications"))
        if row.kind in policy.SWITCHABLE
        else ""
    )
    site = "-- \n" + _("SCカフェ（生活支援コーディネーターのひろば）") + "\n" + _address("/")
    body = "\n\n".join(text for text in (*paragraphs, end, settings, site) if text) + "\n"
    return Letter(row.email, _("【SCカフェ】%(subject)s", subject=said), body, unsubscribe)


def _of_item(viewer: Viewer, row: Row) -> list[str]:  # type: ignore[type-arg]
    if row.kind == "check":
        link = check_queries.link_to(viewer.user_id or 0, row.item_id)
        return [
            row.item_summary,
            _(
                "次のページで「いまも正しい」か「直しが必要」を選んでください。サインインはいりません。\n%(address)s",
                address=_address(link),
            ),
            _(
                "このページはあなた専用で、最後のメールから%(days)s日のあいだ使えます。ほかの方に転送しないでください。",
                days=LINK.days,
            ),
        ]
    note = _("事務局から：%(note)s", note=row.version_note) if row.kind == "returned" and row.version_note else ""
    address = _address(words.item_href(row))
    return [note, _("くわしく見る\n%(address)s", address=address)]
