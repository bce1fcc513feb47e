"""From an answered request to a question and answer in the library: editing, agreeing, taking it back."""

from types import SimpleNamespace
from typing import Any

from flask import flash, request
from flask.typing import ResponseReturnValue

from sccafe.accounts.guards import signed_in_only
from sccafe.core import web
from sccafe.core.audience import VISITOR
from sccafe.core.database import end_reading
from sccafe.core.language import gettext as _
from sccafe.counseling import asker_queries, desk_queries, policy, publishing, reading, service, words
from sccafe.counseling.blueprint import WRITES, actor, page, pages
from sccafe.counseling.errors import Clash, MayNot, NotThere
from sccafe.counseling.publication_forms import DecisionForm, PublicationForm
from sccafe.counseling.publishing import Way
from sccafe.counseling.reading import Conversation
from sccafe.counseling.sealing import PublishedText
from sccafe.counseling.service import Actor

# --- desk and expert ---------------------------------------------------------------------------------------


@pages.route("/counseling/desk/<ref>/publication", methods=["GET", "POST"])
@WRITES
@signed_in_only
def desk_publication(ref: str) -> ResponseReturnValue:
    """The desk prepares the text and asks; the expert who answered reads it and agrees."""
    who = actor()
    if not {"desk", "expert"} & desk_queries.held_by(who, ref):
        raise NotThere
    conversation = reading.open_request(who, ref)
    way = publishing.way(conversation)
    if request.method != "POST":
        if not way.state and not conversation.may("propose"):
            raise MayNot("state")
        return _desk_page(conversation, way, _filled(conversation, way))
    do = request.form.get("do", "")
    if do in ("agree", "unpublish"):
        return _desk_decides(who, ref, do)
    form = PublicationForm()
    if not form.validate_on_submit():
        return _desk_page(conversation, way, form, 422)
    end_reading()
    try:
        write = service.ask if do == "ask" else service.save_text
        write(who, ref, form.said, form.version, bool(form.asked.data))
    except Clash as clash:
        form.seen.data = str(clash.saved)
        return _desk_page(conversation, publishing.way(conversation), form, 422, is_clash=True)
    except MayNot as refused:
        if refused.why not in ("ask_first", "expert_gone"):
            raise
        form.refuse(form.asked if refused.why == "ask_first" else form.answer, words.why_not(refused.why))
        return _desk_page(conversation, way, form, 422)
    flash(
        _("相談した方と専門家に、おたずねしました。")
        if do == "ask"
        else _("保存しました。まだ、だれにもたずねていません。")
    )
    return web.see_other(f"/counseling/desk/{ref}/publication")


def _desk_decides(who: Actor, ref: str, do: str) -> ResponseReturnValue:
    form = DecisionForm()
    if not form.validate_on_submit():
        raise MayNot("other_text")
    end_reading()
    if do == "unpublish":
        service.unpublish(who, ref)
        flash(_("資料室から取り除きました。"))
    else:
        is_published = service.agree(who, ref, form.version)
        flash(_("資料室に載りました。") if is_published else _("同意を記録しました。相談した方のお返事を待ちます。"))
    return web.see_other(f"/counseling/desk/{ref}/publication")


def _filled(conversation: Conversation, way: Way) -> PublicationForm:
    """The form with what stands there, or with what was asked and answered where nobody has begun."""
    is_begun = way.state in ("editing", "asked")
    if "desk" not in conversation.capacities or way.state == "published":
        text = way.text
    else:
        text = way.text if is_begun else publishing.prefilled(conversation)
    return PublicationForm(
        data={"title": text.title, "question": text.question, "answer": text.answer, "seen": str(way.version)}
    )


def _desk_page(
    conversation: Conversation, way: Way, form: PublicationForm, status: int = 200, *, is_clash: bool = False
) -> ResponseReturnValue:
    is_desk = "desk" in conversation.capacities
    may_edit = is_desk and conversation.may("propose") and way.state != "published"
    marked = _marked(form.typed) if may_edit else []
    return page(
        "desk/publication",
        status,
        ref=conversation.ref,
        way=way,
        label=words.publication_label(way.state),
        form=form,
        marked=marked,
        found=[line for part in marked for line in part.found],
        may_edit=may_edit,
        # Whoever said no is asked again only where they want to be.
        needs_word=way.state in ("declined", "withdrawn") or (not way.state and not conversation.publish_consent),
        may_agree=way.state == "asked" and conversation.may("agree") and not way.expert_agreed,
        may_unpublish=is_desk and way.state == "published" and conversation.may("unpublish"),
        is_desk=is_desk,
        is_clash=is_clash,
    )


def _marked(text: PublishedText) -> list[Any]:
    return [
        SimpleNamespace(
            label=words.published_part(part.part),
            html=part.html,
            found=[
                SimpleNamespace(
                    part=words.published_part(part.part), kind=words.detail_label(found.kind), text=found.text
                )
                for found in part.found
            ],
        )
        for part in publishing.marked(text)
    ]


# --- the asker ---------------------------------------------------------------------------------------------


@pages.route("/counseling/requests/<ref>/publication", methods=["GET", "POST"])
@WRITES
def publication(ref: str) -> ResponseReturnValue:
    """The asker reads the very text, and says yes or no; later, takes it back."""
    who = actor()
    asker_queries.require_asker(who, ref)
    conversation = reading.open_request(who, ref)
    way = publishing.way(conversation)
    if not way.state:
        raise NotThere
    here = f"/counseling/requests/{ref}/publication"
    if request.method == "POST":
        flash(_decided(who, ref))
        return web.see_other(here)
    return _asker_page(conversation.state, way, here, back=f"/counseling/requests/{ref}")


@pages.route("/counseling/consent/<token>", methods=["GET", "POST"])
@WRITES
def consent_by_link(token: str) -> ResponseReturnValue:
    """The same by the mailed link. It opens this one text and never the conversation; opening it decides nothing."""
    linked = publishing.by_link(token)
    if linked is None:
        return page_of_dead_link()
    here = f"/counseling/consent/{token}"
    if request.method == "POST":
        said = _decided(Actor(VISITOR, by_link=linked.ref), linked.ref)
        if publishing.by_link(token) is None:
            # Nothing stands behind the link any more: this is all that there is to say.
            return page("publication_answered", said=said)
        flash(said)
        return web.see_other(here)
    return _asker_page(linked.state, linked.way, here, back="")


def page_of_dead_link() -> ResponseReturnValue:
    """In the same words for links that are wrong, used, or replaced."""
    return web.private("prompts/dead_link.html", 410)


def _decided(who: Actor, ref: str) -> str:
    """Do what the pressed button says; what to tell of it."""
    form = DecisionForm()
    do = request.form.get("do", "")
    if not form.validate_on_submit() or do not in ("approve", "decline", "unpublish"):
        raise MayNot("other_text")
    end_reading()
    if do == "unpublish":
        service.unpublish(who, ref)
        return _("資料室から取り除きました。")
    if do == "decline":
        service.decline(who, ref, form.version)
        return _("載せないことにしました。用意した文は消しました。")
    if service.approve(who, ref, form.version):
        return _("ありがとうございます。資料室に載りました。")
    return _("ありがとうございます。専門家の同意がそろったら、資料室に載ります。")


def _asker_page(state: str, way: Way, here: str, back: str) -> ResponseReturnValue:
    return page(
        "publication",
        way=way,
        action=here,
        back=back,
        may_decide=way.state == "asked" and policy.may("consent", state, ("asker",)),
        may_unpublish=way.state == "published" and policy.may("unpublish", state, ("asker",)),
    )
