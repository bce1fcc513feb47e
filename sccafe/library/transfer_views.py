"""The secretariat takes bundles in and writes them out: pages that can be left and come back to."""

from types import SimpleNamespace
from typing import Any, BinaryIO, cast

from flask import current_app, flash, render_template, send_file
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import Row
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, FileField

from sccafe.accounts.forms.base import Form
from sccafe.accounts.guards import only_where
from sccafe.accounts.sessions import viewer
from sccafe.core import clock, files, web
from sccafe.core.database import end_reading
from sccafe.core.formats import moment
from sccafe.core.language import gettext as _
from sccafe.core.language import locale
from sccafe.library import fault_words, policy, transfer_queries, transfers
from sccafe.library.blueprint import WRITES, pages
from sccafe.library.errors import NotThere
from sccafe.library.faults import Fault


class BundleForm(Form):
    bundle = FileField(_l("ZIPファイル"))


class ExportForm(Form):
    everything = BooleanField(_l("下書きと、公開をやめたものも入れる"))


def _state(row: Row[Any]) -> str:
    found: dict[str, str] = {
        "checking": _("確かめています"),
        "faulty": _("直すところがあります"),
        "ready": _("取り込めます"),
        "writing": _("取り込んでいます") if row.kind == "import" else _("書き出しています"),
        "done": _("取り込みました") if row.kind == "import" else _("できました"),
        "failed": _("終わりませんでした"),
    }
    return found[row.state]


def _shown(row: Row[Any]) -> SimpleNamespace:
    is_kept = bool(row.stored) and row.created_at > clock.now() - transfers.KEPT
    is_late = row.state == "ready" and not is_kept
    address = f"/library/desk/{row.kind}s/{row.id}"
    return SimpleNamespace(
        href=address,
        title=row.name or (_("すべて") if row.everything else _("公開しているもの")),
        state=row.state,
        state_text=_("期限が切れました") if is_late else _state(row),
        is_late=is_late,
        is_running=row.state in ("checking", "writing"),
        may_go_on=row.state == "ready" and is_kept,
        file_href=f"{address}/file" if row.kind == "export" and row.state == "done" and is_kept else "",
        progress=row.progress,
        total=row.total,
        counts=row.counts,
        faults=[Fault.from_json(each) for each in row.faults],
        notes=[Fault.from_json(each) for each in row.notes],
        at=moment(row.created_at, locale(), clock.now()),
        by=row.handle or "",
    )


def _listed(kind: str) -> list[SimpleNamespace]:
    return [_shown(row) for row in transfer_queries.transfers(viewer(), kind)]


def _found(transfer_id: int, kind: str) -> SimpleNamespace:
    row = transfer_queries.transfer(viewer(), transfer_id, kind)
    if row is None:
        raise NotThere
    return _shown(row)


def _one(template: str, transfer: SimpleNamespace) -> str:
    """The page of a bundle, or for htmx what changes on it."""
    return render_template(
        "library/_transfer.html" if web.is_partial() else template,
        transfer=transfer,
        where=fault_words.where,
        what=fault_words.what,
    )


@pages.route("/library/desk/import", methods=["GET", "POST"])
@WRITES
@only_where(policy.may_curate)
@web.takes_files
def import_bundle() -> ResponseReturnValue:
    form = BundleForm()
    if form.validate_on_submit():
        end_reading()
        sent = form.bundle.data
        if not isinstance(sent, FileStorage) or not sent.filename:
            form.refuse(form.bundle, _("ZIPファイルを選んでください。"))
        else:
            try:
                made = transfers.receive(viewer(), cast(BinaryIO, sent.stream), sent.filename)
                return web.see_other(f"/library/desk/imports/{made}")
            except transfers.NoBundle:
                form.refuse(
                    form.bundle,
                    _("ZIPではありません。索引とファイルを一つのフォルダーに入れ、ZIPにして送ってください。"),
                )
    most = current_app.config["SETTINGS"].max_body_with_files_mb - 1
    page = render_template("library/import.html", form=form, most=most, transfers=_listed("import"))
    return page, 422 if form.errors else 200


@pages.get("/library/desk/imports/<int:transfer_id>")
@only_where(policy.may_curate)
def imported(transfer_id: int) -> ResponseReturnValue:
    return _one("library/imported.html", _found(transfer_id, "import"))


@pages.post("/library/desk/imports/<int:transfer_id>/take")
@WRITES
@only_where(policy.may_curate)
def take_in(transfer_id: int) -> ResponseReturnValue:
    who = viewer()
    end_reading()
    transfers.go_on(who, transfer_id)
    return web.see_other(f"/library/desk/imports/{transfer_id}")


@pages.route("/library/desk/export", methods=["GET", "POST"])
@WRITES
@only_where(policy.may_curate)
def export_bundle() -> ResponseReturnValue:
    form = ExportForm()
    if form.validate_on_submit():
        end_reading()
        made = transfers.begin_export(viewer(), bool(form.everything.data))
        flash(_("書き出しを始めました。"))
        return web.see_other(f"/library/desk/exports/{made}")
    page = render_template("library/export.html", form=form, transfers=_listed("export"))
    return page, 422 if form.errors else 200


@pages.get("/library/desk/exports/<int:transfer_id>")
@only_where(policy.may_curate)
def exported(transfer_id: int) -> ResponseReturnValue:
    return _one("library/exported.html", _found(transfer_id, "export"))


@pages.get("/library/desk/exports/<int:transfer_id>/file")
@only_where(policy.may_curate)
def exported_file(transfer_id: int) -> ResponseReturnValue:
    row = transfer_queries.transfer(viewer(), transfer_id, "export")
    if row is None or not _shown(row).file_href:
        raise NotThere
    end_reading()  # bytes may be long on their way
    try:
        content = files.store().open(row.stored)
    except FileNotFoundError:
        raise NotThere from None
    name = f"library-{row.created_at.astimezone(clock.TOKYO):%Y%m%d}-{row.id}.zip"
    answer = send_file(content, "application/zip", as_attachment=True, download_name=name, etag=False)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
