"""What the desk sets: text blocks, the rules of categories, and the words before the form."""

from typing import Any

from flask import flash, request
from flask.typing import ResponseReturnValue

from sccafe.accounts.guards import signed_in_only
from sccafe.boards.blueprint import preview_of
from sccafe.core import site_settings, taxonomy, web
from sccafe.core.database import end_reading
from sccafe.core.language import gettext as _
from sccafe.core.language import locale
from sccafe.counseling import desk_queries, settings
from sccafe.counseling.blueprint import WRITES, actor, page, pages
from sccafe.counseling.desk_forms import BlockForm, GuidanceForm, rules_form
from sccafe.counseling.service import Actor, blocks, rules


def _at_desk() -> Actor:
    """Who acts; to everybody else there is nothing here."""
    who = actor()
    desk_queries.at_desk(who)
    return who


# --- text blocks -------------------------------------------------------------------------------------------


@pages.get("/counseling/desk/blocks")
def text_blocks() -> ResponseReturnValue:
    _at_desk()
    return _blocks_page(BlockForm(formdata=None))


@pages.post("/counseling/desk/blocks")
@WRITES
@signed_in_only
def add_block() -> ResponseReturnValue:
    who = _at_desk()
    form = BlockForm()
    if not form.validate():
        return _blocks_page(form, 422)
    end_reading()
    try:
        blocks.add(who, form.title.data, form.text.source)
    except ValueError:
        form.refuse(form.title, _("定型文は%(most)s個までです。使わないものを消してください。", most=blocks.MOST))
        return _blocks_page(form, 422)
    flash(_("定型文を加えました。"))
    return web.see_other("/counseling/desk/blocks")


def _blocks_page(form: BlockForm, status: int = 200) -> ResponseReturnValue:
    return page("desk/blocks", status, blocks=desk_queries.blocks(), form=form)


@pages.get("/counseling/desk/blocks/<int:block_id>")
def text_block(block_id: int) -> ResponseReturnValue:
    _at_desk()
    found = desk_queries.block(block_id)
    form = BlockForm(formdata=None, data={"title": found.title, "body": found.source})
    return page("desk/block", form=form, block_id=block_id)


@pages.post("/counseling/desk/blocks/<int:block_id>")
@WRITES
@signed_in_only
def change_block(block_id: int) -> ResponseReturnValue:
    who = _at_desk()
    form = BlockForm()
    if request.form.get("do") == "delete":
        end_reading()
        blocks.delete(who, block_id)
        flash(_("定型文を消しました。送った答えには残っています。"))
        return web.see_other("/counseling/desk/blocks")
    desk_queries.block(block_id)
    end_reading()
    if not form.validate():
        return page("desk/block", 422, form=form, block_id=block_id)
    blocks.change(who, block_id, form.title.data, form.text.source)
    flash(_("定型文を直しました。"))
    return web.see_other("/counseling/desk/blocks")


# --- rules and guidance --------------------------------------------------------------------------------------


def _rules_now() -> dict[str, Any]:
    held = desk_queries.rules()
    values: dict[str, Any] = {
        "contact_days": site_settings.get(settings.CONTACT_KEPT_DAYS),
        "text_days": site_settings.get(settings.TEXT_KEPT_DAYS),
        "closed_days": site_settings.get(settings.CLOSED_AFTER_DAYS),
    }
    for option in taxonomy.options("counseling_category"):
        rule: Any = held.get(option.key, rules.Rule())
        for part in ("by_itself", "second_look", "first_days", "answer_days"):
            values[f"{part}_{option.key}"] = getattr(rule, part)
    return values


def _rules_page(form: Any, status: int = 200) -> ResponseReturnValue:
    categories = [(option.key, option.label(locale())) for option in taxonomy.options("counseling_category")]
    return page("desk/rules", status, form=form, categories=categories)


@pages.get("/counseling/desk/rules")
def category_rules() -> ResponseReturnValue:
    _at_desk()
    return _rules_page(rules_form(formdata=None, data=_rules_now()))


@pages.post("/counseling/desk/rules")
@WRITES
@signed_in_only
def save_rules() -> ResponseReturnValue:
    who = _at_desk()
    end_reading()
    form = rules_form()
    if not form.validate():
        return _rules_page(form, 422)
    rules.save(who, form.rules, form.days)
    flash(_("決まりを保存しました。進んでいる相談の期限も、新しい日数で数え直しました。"))
    return web.see_other("/counseling/desk/rules")


@pages.get("/counseling/desk/guidance")
def guidance() -> ResponseReturnValue:
    _at_desk()
    return page("desk/guidance", form=GuidanceForm(formdata=None, data={"body": site_settings.get(settings.URGENT)}))


@pages.post("/counseling/desk/guidance")
@WRITES
@signed_in_only
def save_guidance() -> ResponseReturnValue:
    who = _at_desk()
    end_reading()
    form = GuidanceForm()
    if request.form.get("do") == "preview":
        return page("desk/guidance", form=form, preview=preview_of(form.body.data or ""))
    if not form.validate():
        return page("desk/guidance", 422, form=form)
    rules.guide(who, form.source)
    flash(_("案内の文を保存しました。"))
    return web.see_other("/counseling/desk/guidance")
