"""One post: its place, its history, and what can be done with it."""

from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import Row

from sccafe.accounts.sessions import viewer
from sccafe.boards import policy, queries, service, shown
from sccafe.boards.blueprint import TOUCHES, WRITES, head_of, look_of, pages, preview_of, why_not_reply
from sccafe.boards.forms import EditForm, EditTopicForm
from sccafe.boards.threads import MayNot, NotThere
from sccafe.core import clock, taxonomy, web
from sccafe.core.audience import Viewer
from sccafe.core.database import end_reading
from sccafe.core.formats import moment
from sccafe.core.language import gettext as _
from sccafe.core.language import locale


def _post(who: Viewer, post_id: int) -> Row[Any]:
    found = queries.post(who, post_id)
    if found is None:
        raise NotThere
    return found


def _text(who: Viewer, post_id: int) -> Row[Any]:
    """A post whose text this viewer may read: one not published is there for its writer and the secretariat."""
    found = _post(who, post_id)
    if found.state != "published" and not found.mine and not policy.may_moderate(who):
        raise NotThere
    return found


@pages.get("/posts/<int:post_id>")
def post(post_id: int) -> ResponseReturnValue:
    """Lead to the post's place in its topic."""
    found = _post(viewer(), post_id)
    if found.number is None:
        return redirect(f"/topics/{found.topic_id}")
    order: queries.Order = "time" if request.args.get("order") == "time" else "thread"
    page = queries.page_of(found, order)
    wanted = ({"order": "time"} if order == "time" else {}) | ({"page": str(page)} if page > 1 else {})
    query = "?" + urlencode(wanted) if wanted else ""
    return redirect(f"/topics/{found.topic_id}{query}#post-{found.number}")


@pages.route("/posts/<int:post_id>/edit", methods=["GET", "POST"])
@WRITES
def edit(post_id: int) -> ResponseReturnValue:
    who, language = viewer(), locale()
    found = _text(who, post_id)
    if not who.signed_in:
        return web.sign_in_first()
    if found.visibility == "hidden" or not policy.may_edit(who, bool(found.mine), found.state, found.locked):
        raise MayNot("edit")
    end_reading()
    opens = found.parent_id is None and found.number in (1, None)
    form: Any = (EditTopicForm if opens else EditForm)()
    preview = ""
    if request.method == "GET":
        form.body.data = found.source
        if opens:
            form.title.data = found.title
    elif request.form.get("do") == "preview":
        preview = preview_of(form.body.data or "")
    else:
        if opens and not (form.title.data or "").strip():
            form.title.data = found.title  # a program that sends the text alone leaves the title as it is
        if form.validate():
            service.edit_post(who, post_id, form.text, form.title.data if opens else "")
            flash(_("書き込みを直しました。"))
            return web.see_other(f"/posts/{post_id}")
    return render_template(
        "boards/edit.html",
        form=form,
        p=found,
        topic=_crumb(found, language),
        who_reads=shown.who_reads(found.audience),
        preview_html=preview,
    ), (422 if form.errors else 200)


def _crumb(found: Row[Any], language: str) -> SimpleNamespace:
    return SimpleNamespace(
        id=found.topic_id,
        title=found.title,
        board_title=shown.board_title(found, language),
        board_href=f"/boards/{found.slug}",
    )


@pages.get("/posts/<int:post_id>/history")
def history(post_id: int) -> ResponseReturnValue:
    who, language = viewer(), locale()
    found = _text(who, post_id)
    row = queries.post_of_topic(who, found.topic_id, post_id)
    look = shown.PageOfPosts(language, who.user_id, None, None, may_moderate=policy.may_moderate(who))
    now = clock.now()
    texts = [(found.html, found.edited_at or found.created_at)]
    texts += [(version.html, version.written_at) for version in queries.versions(post_id)]
    return render_template(
        "boards/history.html",
        p=shown.posts([row], look)[0] if row else None,
        topic=_crumb(found, language),
        versions=[
            SimpleNamespace(html=Markup(html), at=moment(at, language, now))  # noqa: S704
            for html, at in texts
        ],
    )


@pages.post("/posts/<int:post_id>/delete")
@TOUCHES
def delete(post_id: int) -> ResponseReturnValue:
    who = viewer()
    if not who.signed_in:
        return web.sign_in_first()
    end_reading()
    gone = service.delete_post(who, post_id)
    flash(  # a message with a button, which templates/macros/flash.html knows
        {"text": _("書き込みを削除しました。"), "action": f"/posts/{post_id}/undelete", "label": _("元に戻す")},  # type: ignore[arg-type]
        "undo",
    )
    found = queries.topic(who, gone.topic_id)
    return web.see_other(f"/topics/{gone.topic_id}#post-{gone.number}" if found else "/lounge")


@pages.post("/posts/<int:post_id>/undelete")
@TOUCHES
def undelete(post_id: int) -> ResponseReturnValue:
    who = viewer()
    if not who.signed_in:
        return web.sign_in_first()
    end_reading()
    service.undo_delete(who, post_id)
    return web.see_other(f"/posts/{post_id}")


@pages.post("/posts/<int:post_id>/react")
@TOUCHES
def react(post_id: int) -> ResponseReturnValue:
    who, language = viewer(), locale()
    if not who.signed_in:
        return web.sign_in_first()
    end_reading()
    changed, stands = service.react(who, post_id, request.form.get("kind", ""))
    if not web.is_partial():
        return web.see_other(f"/posts/{post_id}")
    found = queries.topic(who, changed.topic_id)
    row = queries.post_of_topic(who, changed.topic_id, post_id)
    if found is None or row is None:
        raise NotThere
    post = shown.posts([row], look_of(who, found, None, language))[0]
    shown.add_reactions([post], queries.reactions_of(who, [post_id]), found.kind, language, True)
    return render_template(
        "boards/_reactions.html",
        p=post,
        topic=head_of(found, language),
        may_react=True,
        may_reply=not why_not_reply(who, found),
        said=_("気持ちを伝えました。") if stands else _("取り消しました。"),
    )


@pages.get("/posts/<int:post_id>/reactions")
def reactions(post_id: int) -> ResponseReturnValue:
    """Who said so: by name for a post under a name; of an anonymous one the counts alone, as its writer is not among
    those who can react."""
    who, language = viewer(), locale()
    found = _text(who, post_id)
    if not who.signed_in:
        return web.sign_in_first()
    row = queries.post_of_topic(who, found.topic_id, post_id)
    if row is None or row.state != "published":
        raise NotThere
    counts = queries.reactions_of(who, [post_id])[post_id]
    named = [] if row.alias else queries.who_reacted(post_id)
    return render_template(
        "boards/reactions.html",
        topic=_crumb(found, language),
        href=f"/posts/{post_id}",
        is_anonymous=bool(row.alias),
        kinds=[
            (option.label(language), counts[option.key][0], [each.handle for each in named if each.kind == option.key])
            for option in taxonomy.options("reaction")
            if option.key in counts
        ],
    )


@pages.post("/posts/<int:post_id>/accept")
@TOUCHES
def accept(post_id: int) -> ResponseReturnValue:
    who = viewer()
    if not who.signed_in:
        return web.sign_in_first()
    end_reading()
    accepted, stands = service.accept_answer(who, post_id)
    flash(_("「解決」にしました。答えてくれた方に知らせます。") if stands else _("「解決」を取り消しました。"))
    return web.see_other(f"/posts/{accepted.id}")


@pages.get("/members/<handle>/posts")
def posts_of_member(handle: str) -> ResponseReturnValue:
    """What somebody wrote under their name, as far as the reader may read it."""
    who, language = viewer(), locale()
    found = queries.person(who, handle)
    if found is None:
        raise NotThere
    return render_template(
        "boards/posts_of_member.html",
        handle=found.handle,
        posts=shown.excerpts(queries.posts_of_person(who, found.id, 20), language),
    )
