"""The steps of a version, each a small form of its own; pressing a button twice takes its step once."""

from flask import flash
from flask.typing import ResponseReturnValue

from sccafe.accounts.guards import signed_in_only
from sccafe.accounts.sessions import viewer
from sccafe.core import web
from sccafe.core.audience import Viewer
from sccafe.core.database import end_reading
from sccafe.core.language import gettext as _
from sccafe.library import comments, policy, service, words
from sccafe.library.blueprint import TOUCHES, WRITES, pages
from sccafe.library.desk_views import review_page
from sccafe.library.edit_views import Base, base_of, is_own
from sccafe.library.errors import Clash, Incomplete, MayNot, Talked
from sccafe.library.forms import ArchiveForm, AudienceForm, CommentForm, PublishForm, SendBackForm, number_in


def _begun(item_id: int) -> tuple[Viewer, Base]:
    """Who acts on which item. Raises NotThere for whoever does not work on it."""
    who = viewer()
    base = base_of(who, item_id)
    end_reading()
    return who, base


def _curating(item_id: int) -> tuple[Viewer, Base]:
    """The same for what only the secretariat does. Raises NotThere or MayNot."""
    who, base = _begun(item_id)
    if not policy.may_curate(who):
        raise MayNot("role")
    return who, base


def _open_id(base: Base) -> int:
    if base.item.open_id is None:
        raise MayNot("published")
    return int(base.item.open_id)


def _back(who: Viewer, base: Base, place: str = "") -> ResponseReturnValue:
    """To the page where this person works on the item."""
    at_desk = policy.may_curate(who) and not is_own(who, base.item)
    address = f"/library/desk/{base.item.id}" if at_desk else f"/library/{base.item.id}/edit"
    return web.see_other(address + place)


@pages.post("/library/<int:item_id>/submit")
@WRITES
@signed_in_only
def submit(item_id: int) -> ResponseReturnValue:
    who, base = _begun(item_id)
    if base.item.open_state not in ("submitted", "review"):
        service.submit(who, _open_id(base))
    flash(_("事務局に送りました。確認が終わるまで、ほかの人には見えません。"))
    return _back(who, base)


@pages.post("/library/<int:item_id>/take-back")
@WRITES
@signed_in_only
def take_back(item_id: int) -> ResponseReturnValue:
    who, base = _begun(item_id)
    if base.item.open_state != "draft":
        service.take_back(who, _open_id(base))
    flash(_("下書きに戻しました。直したら、もう一度送ってください。"))
    return _back(who, base)


@pages.post("/library/<int:item_id>/take")
@WRITES
@signed_in_only
def take(item_id: int) -> ResponseReturnValue:
    who, base = _curating(item_id)
    if base.item.open_state != "review" or base.version.reviewer_id != who.user_id:
        service.take(who, _open_id(base))
    flash(_("あなたが確認の担当になりました。"))
    return web.see_other(f"/library/desk/{item_id}")


@pages.post("/library/<int:item_id>/send-back")
@WRITES
@signed_in_only
def send_back(item_id: int) -> ResponseReturnValue:
    who, base = _curating(item_id)
    form = SendBackForm()
    if not form.validate():
        return review_page(who, base, 422, send_back=form)
    if base.item.open_state != "returned" or base.version.note != form.note.data:
        service.send_back(who, _open_id(base), form.note.data)
    flash(_("直しをお願いしました。書いた人に伝えます。"))
    return web.see_other(f"/library/desk/{item_id}")


@pages.post("/library/<int:item_id>/publish")
@WRITES
@signed_in_only
def publish(item_id: int) -> ResponseReturnValue:
    who, base = _curating(item_id)
    form = PublishForm()
    if not form.validate():
        return review_page(who, base, 422, publish=form)
    version_id = number_in(form.version.data)
    is_done = base.item.open_id is None and base.version.id == version_id and base.item.archived_at is None
    if not is_done:
        try:
            service.publish(who, version_id or _open_id(base), form.audience.data, form.seen_count)
        except Incomplete as incomplete:
            named = _("、").join(words.part(key) for key in incomplete.parts)
            form.refuse(form.audience, _("まだ公開できません。足りない欄：%(parts)s", parts=named))
            return review_page(who, base_of(who, item_id), 422, publish=form)
        except Talked as refused:
            form.refuse(form.audience, words.why_not(refused.why))
            return review_page(who, base_of(who, item_id), 422, publish=form)
        except Clash:
            form.refuse(
                form.audience, _("開いているあいだに内容が変わりました。確かめてから、もう一度押してください。")
            )
            return review_page(who, base_of(who, item_id), 409, publish=form)
    flash(_("公開しました。"))
    return web.see_other(f"/library/desk/{item_id}")


@pages.post("/library/<int:item_id>/audience")
@WRITES
@signed_in_only
def audience(item_id: int) -> ResponseReturnValue:
    who, base = _curating(item_id)
    form = AudienceForm()
    if not form.validate():
        return review_page(who, base, 422, audience=form)
    try:
        service.change_audience(who, item_id, form.audience.data)
    except Talked as refused:
        form.refuse(form.audience, words.why_not(refused.why))
        return review_page(who, base_of(who, item_id), 422, audience=form)
    flash(_("公開範囲を変えました。"))
    return web.see_other(f"/library/desk/{item_id}")


@pages.post("/library/<int:item_id>/archive")
@WRITES
@signed_in_only
def archive(item_id: int) -> ResponseReturnValue:
    who, base = _curating(item_id)
    form = ArchiveForm()
    if not form.validate():
        return review_page(who, base, 422, archive=form)
    if base.item.archived_at is None:
        service.archive(who, item_id, form.reason.data)
    flash(_("公開をやめました。もう一度公開することもできます。"))
    return web.see_other(f"/library/desk/{item_id}")


@pages.post("/library/<int:item_id>/put-back")
@WRITES
@signed_in_only
def put_back(item_id: int) -> ResponseReturnValue:
    who, base = _curating(item_id)
    if base.item.published_id is None or base.item.archived_at is not None:
        service.put_back(who, item_id)
    flash(_("もう一度公開しました。"))
    return web.see_other(f"/library/desk/{item_id}")


# --- words beside the parts --------------------------------------------------------------------------------


@pages.post("/library/<int:item_id>/comment")
@WRITES
@signed_in_only
def comment(item_id: int) -> ResponseReturnValue:
    who, base = _begun(item_id)
    form = CommentForm()
    if not form.validate():
        if policy.may_curate(who):
            return review_page(who, base, 422, comment=form)
        flash(form.text.errors[0] if form.text.errors else _("一覧にあるものから選んでください。"), "bad")
        return _back(who, base)
    comments.comment(who, item_id, form.part.data, form.text.data)
    flash(_("コメントを書きました。"))
    return _back(who, base, f"#part-{form.part.data}")


@pages.post("/library/<int:item_id>/comments/<int:comment_id>/done")
@TOUCHES
@signed_in_only
def comment_done(item_id: int, comment_id: int) -> ResponseReturnValue:
    who, base = _begun(item_id)
    done = comments.comment_done(who, item_id, comment_id)
    flash(_("済みにしました。"))
    return _back(who, base, f"#part-{done.part}")
