"""Deleting a request for good."""

from flask import flash, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, ValidationError

from sccafe.accounts.guards import signed_in_only
from sccafe.core import web
from sccafe.core.language import gettext as _
from sccafe.counseling import policy, words
from sccafe.counseling.blueprint import WRITES, actor, leave, page, pages
from sccafe.counseling.service import deleting


class DeleteForm(FlaskForm):  # type: ignore[misc]
    certain = BooleanField(_l("元に戻せないことを確かめました"))

    def __init__(self) -> None:
        super().__init__()
        self.certain.flags.required = True

    def validate_certain(self, field: Field) -> None:
        if not field.data:
            raise ValidationError(_l("元に戻せないことを確かめ、印を付けてください。"))


def _deleting(ref: str, capacity: str, template: str, back: str) -> ResponseReturnValue | None:
    """The page that asks once more; None once the request is gone. Raises NotThere, MayNot."""
    who, form = actor(), DeleteForm()
    state = deleting.state_before(who, ref, capacity)
    if form.validate_on_submit():
        deleting.delete(who, ref)
        return None
    status = 422 if request.method == "POST" else 200
    return page(
        template,
        status,
        form=form,
        ref=ref,
        state=words.state_label(state),
        may_withdraw=policy.may("withdraw", state, {"asker"}),
        back=back,
    )


@pages.route("/counseling/requests/<ref>/delete", methods=["GET", "POST"])
@WRITES
def delete_own(ref: str) -> ResponseReturnValue:
    """For the asker, at any time."""
    asking = _deleting(ref, "asker", "delete", f"/counseling/requests/{ref}")
    if asking is not None:
        return asking
    leave(ref)
    flash(_("相談を消しました。もう、だれにも開けません。"))
    return web.see_other("/counseling")


@pages.route("/counseling/desk/<ref>/delete", methods=["GET", "POST"])
@WRITES
@signed_in_only
def delete_at_desk(ref: str) -> ResponseReturnValue:
    """For the desk, once a request is over."""
    asking = _deleting(ref, "desk", "desk/delete", f"/counseling/desk/{ref}")
    if asking is not None:
        return asking
    flash(_("相談を消しました。"))
    return web.see_other("/counseling/desk")
