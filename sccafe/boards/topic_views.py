"""A topic and the replies to it."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from sqlalchemy import Row

from sccafe.accounts.sessions import viewer
from sccafe.boards import drafts, files_shown, kept, meeting_shown, policy, queries, reading, service, shown
from sccafe.boards.blueprint import (
    TOUCHES,
    WRITES,
    after_writing,
    head_of,
    look_of,
    pages,
    place_of,
    preview_of,
    why_not_reply,
)
from sccafe.boards.draft_views import keep_draft
from sccafe.boards.forms import ReplyForm
from sccafe.boards.suggesting import themes_for
from sccafe.boards.threads import MayNot, NotThere
from sccafe.core import taxonomy, web
from sccafe.core.audience import Viewer
from sccafe.core.database import end_reading
from sccafe.core.language import gettext as _
from sccafe.core.language import locale
from sccafe.core.markup import plain


@pages.post("/preview")
@TOUCHES
def preview() -> ResponseReturnValue:
    """How a text will look; nothing is stored."""
    if not viewer().signed_in:
        return web.sign_in_first()
    return render_template("boards/_preview.html", html=preview_of(request.form.get("body", "")))


@pages.get("/topics/<int:topic_id>")
def topic(topic_id: int) -> ResponseReturnValue:
    who, language = viewer(), locale()
    found = queries.topic(who, topic_id)
    if found is None:
        return _held_topic(who, topic_id)
    order: queries.Order = "time" if request.args.get("order") == "time" else "thread"
    page, pages_in_all = web.page_number(), max(1, -(-found.last_number // queries.PER_PAGE))
    path = f"/topics/{topic_id}"
    if page > pages_in_all:
        return redirect(path + "?" + urlencode({"page": pages_in_all} | ({"order": order} if order == "time" else {})))
    rows = list(queries.posts_of_page(who, topic_id, page, order))
    mark = found.last_read_number
    last = page == pages_in_all
    if found.visibility == "held":
        rows += queries.held_posts(who, topic_id)
    elif last and who.signed_in and not who.has_posted:
        rows += queries.own_held_posts(who, topic_id)
    look = look_of(who, found, mark, language)
    accepted, accepted_row = None, None
    if found.accepted_post_id and page == 1 and order == "thread" and not _follows(rows, found.accepted_post_id):
        row = next((row for row in rows if row.id == found.accepted_post_id), None)
        row = row or queries.post_of_topic(who, topic_id, found.accepted_post_id)
        accepted = shown.posts([row], look)[0] if row else None
        accepted_row = row
    counts = queries.reactions_of(who, [row.id for row in rows if row.state == "published"])
    files = queries.files_of_rows([*rows, accepted_row] if accepted_row else rows)
    if accepted:
        files_shown.add(accepted, files, language)
    poll = meeting_shown.poll(who, found) if page == 1 else None
    token = generate_csrf() if who.signed_in else ""
    if who.signed_in:
        end_reading()
        numbers = [row.number for row in rows if row.number is not None]
        reading.mark_read(who, topic_id, mark, reading.advanced(mark or 0, found.last_number, numbers))
    why = why_not_reply(who, found)
    reply_form = ReplyForm(found.kind, found.anonymous_allowed) if not why else None
    if reply_form is not None:
        reply_form.restore(found)
    other = {} if order == "time" else {"order": "time"}
    return render_template(
        "boards/topic.html",
        topic=head_of(found, language, counts[rows[0].id].get("me_too", (0, False))[0] if rows else 0),
        posts=kept.posts_html(rows, counts, files, look, found.kind, token),
        words=kept.words(look, topic_id, token),
        accepted=accepted,
        poll=poll,
        standing=meeting_shown.standing(found, language),
        may_arrange=found.kind == "meeting" and policy.may_arrange_meetings(who),
        pager=web.pager(path, page, pages_in_all, order="time" if order == "time" else ""),
        order=order,
        other_order_href=path + ("?" + urlencode(other) if other else ""),
        may_reply=not why,
        why_not=shown.why_not(why) if why not in ("sign_in", "before", "closed") else "",
        may_moderate=look.may_moderate,
        reply_form=reply_form,
        who_reads=shown.who_reads(found.board_audience),
        suggested=_suggested(found, rows, page, language),
        # For whoever asked, and not in the kept HTML of posts: it says who that is.
        counsel_href=f"/counseling/new?from={topic_id}" if found.asked and found.kind == "questions" else "",
        next_unread_href=f"/unread?after={topic_id}" if who.signed_in else "",
        place=place_of(found.slug, found.kind),
    )


def _suggested(found: Row[Any], rows: Sequence[Row[Any]], page: int, language: str) -> list[tuple[str, str]]:
    """Themes offered to whoever opened a topic without any, from what they wrote: (key, name)."""
    if found.themes or not found.asked or found.archived or page > 1 or not rows:
        return []
    keys = themes_for(f"{found.title}\n{plain(rows[0].html, 2000)}")
    return [(key, taxonomy.label("theme", key, language)) for key in keys]


@pages.post("/topics/<int:topic_id>/themes")
@TOUCHES
def add_theme(topic_id: int) -> ResponseReturnValue:
    who = viewer()
    if queries.topic(who, topic_id) is None:
        raise NotThere
    if not who.signed_in:
        return web.sign_in_first()
    end_reading()
    service.add_theme(who, topic_id, request.form.get("theme", ""))
    flash(_("テーマを付けました。"))
    return web.see_other(f"/topics/{topic_id}")


def _follows(rows: Sequence[Row[Any]], accepted_id: int) -> bool:
    """Whether the accepted answer is the first one anyway: then it needs no copy above."""
    return len(rows) > 1 and rows[1].id == accepted_id


def _held_topic(who: Viewer, topic_id: int) -> ResponseReturnValue:
    """A topic that waits for approval, for the one who wrote it; there is nothing for anybody else."""
    held = queries.own_held_topic(who, topic_id)
    if held is None:
        raise NotThere
    look = shown.PageOfPosts(locale(), who.user_id, None, None, may_write=True)
    rows = queries.own_posts(who, topic_id)
    posts, files = shown.posts(rows, look), queries.files_of_rows(rows)
    for post in posts:
        files_shown.add(post, files, look.locale)
    return render_template("boards/held.html", topic=held, posts=posts)


@pages.get("/topics/<int:topic_id>/unread")
def first_unread(topic_id: int) -> ResponseReturnValue:
    """Lead to the first post that is new to the reader, or to the topic's beginning."""
    who = viewer()
    post_id = queries.first_unread(who, topic_id) if who.signed_in else None
    return redirect(f"/posts/{post_id}" if post_id else f"/topics/{topic_id}")


@pages.get("/unread")
def next_unread() -> ResponseReturnValue:
    """Lead to the next topic with something new for the reader; home where there is none."""
    who = viewer()
    if not who.signed_in:
        return web.sign_in_first()
    after = request.args.get("after", "")
    rows = queries.unread_topics(who, 1, int(after) if after.isascii() and after.isdigit() and len(after) < 12 else 0)
    if rows:
        return redirect(f"/topics/{rows[0].id}/unread")
    flash(_("新着はすべて読みました。"))
    return redirect("/")


@pages.route("/topics/<int:topic_id>/reply", methods=["GET", "POST"])
@WRITES
@web.takes_files
def reply(topic_id: int) -> ResponseReturnValue:
    who, language = viewer(), locale()
    found = queries.topic(who, topic_id)
    if found is None:
        raise NotThere
    if not who.signed_in:
        return web.sign_in_first()
    why = why_not_reply(who, found)
    if why:
        raise MayNot(why)
    form = ReplyForm(found.kind, found.anonymous_allowed)
    written_parent = (request.args.get("parent") if request.method == "GET" else form.parent.data) or ""
    parent = _parent(found, written_parent, who, language) if written_parent else None
    place = drafts.Place(topic_id=topic_id, parent_id=parent.id if parent else None)
    kept_draft = (queries.draft_for(who, str(place)) if parent else found) if request.method == "GET" else None
    end_reading()
    form.parent.data = str(parent.id) if parent else ""
    preview = ""
    if kept_draft is not None:
        form.restore(kept_draft)
    if request.method == "POST" and request.form.get("do") == "preview":
        preview = preview_of(form.body.data or "")
    elif request.method == "POST" and request.form.get("do") == "draft":
        return keep_draft(who, place, form, f"/posts/{parent.id}" if parent else f"/topics/{topic_id}")
    elif request.method == "POST" and form.validate():
        answered = parent.id if parent else None
        written = service.reply(who, topic_id, answered, form.text, form.once.data or "", form.naming, form.uploads)
        if web.is_partial() and written.number is not None:
            return _new_post_partial(who, found, written, language)
        return after_writing(written)
    template = "boards/_reply_form.html" if web.is_partial() else "boards/reply.html"
    return render_template(
        template,
        topic=head_of(found, language),
        reply_form=form,
        form=form,
        parent=parent,
        preview_html=preview,
        who_reads=shown.who_reads(found.board_audience),
    ), (422 if form.errors else 200)


def _parent(found: Row[Any], written: str, who: Viewer, language: str) -> shown.PostShown:
    """The post that is answered; it must stand in the same topic and be readable."""
    row = None
    if written.isascii() and written.isdigit() and len(written) < 18:
        row = queries.post_of_topic(who, found.id, int(written))
    if row is None or row.state != "published":
        raise NotThere
    return shown.posts([row], look_of(who, found, None, language))[0]


def _new_post_partial(who: Viewer, found: Row[Any], written: service.Written, language: str) -> ResponseReturnValue:
    """What takes the place of the form: the new post, a fresh form, and a word for those who listen."""
    row = queries.post_of_topic(who, found.id, written.post_id)
    assert row is not None
    post = shown.posts([row], look_of(who, found, None, language))[0]
    shown.add_reactions([post], {}, found.kind, language, True)
    files_shown.add(post, queries.files_of_rows([row]), language)
    form = ReplyForm(found.kind, found.anonymous_allowed, formdata=None)
    return render_template(
        "boards/_post.html",
        p=post,
        topic=head_of(found, language),
        reply_form=form,
        may_reply=True,
        may_react=policy.may_react(who, found.kind),
        may_report=policy.may_report(who),
        may_moderate=policy.may_moderate(who),
        who_reads=shown.who_reads(found.board_audience),
    )
