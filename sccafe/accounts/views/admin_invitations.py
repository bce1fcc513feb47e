"""For the secretariat: invitations."""

from flask import current_app, flash, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from sccafe.accounts import people_shown, policy, service
from sccafe.accounts.forms.admin import InvitationForm
from sccafe.accounts.guards import only_where
from sccafe.accounts.sessions import viewer
from sccafe.accounts.views.blueprint import NOT_A_FLOOD, locale, pages, private_page
from sccafe.core import web
from sccafe.core.database import end_reading


@pages.route("/admin/invitations", methods=["GET", "POST"])
@NOT_A_FLOOD
@only_where(policy.may_manage_people)
def invitations() -> ResponseReturnValue:
    who = viewer()
    form = InvitationForm(policy.roles_to_give(who), role="member")
    if form.validate_on_submit():
        end_reading()
        token = service.invite(who, form.role.data, form.note.data, form.email.data)
        if form.email.data:
            flash(_("%(email)s に、ご招待のメールを送りました。", email=form.email.data))
        else:
            # Shown on the next page and nowhere again: the database has its hash alone.
            session["invitation_link"] = f"{current_app.config['SETTINGS'].base_url}/sign-up?invitation={token}"
        return web.see_other("/admin/invitations")
    return private_page(
        "admin/invitations",
        form=form,
        invitations=people_shown.invitations(locale()),
        link=session.pop("invitation_link", ""),
    )


@pages.post("/admin/invitations/<int:invitation_id>/withdraw")
@only_where(policy.may_manage_people)
def withdraw_invitation(invitation_id: int) -> ResponseReturnValue:
    who = viewer()
    end_reading()
    service.withdraw_invitation(who, invitation_id)
    flash(_("招待を取り消しました。"))
    return web.see_other("/admin/invitations")
