"""Every write of accounts, on one page."""

from sccafe.accounts.service.founding import create_admin, register_person
from sccafe.accounts.service.joining import (
    Confirmed,
    confirm_address,
    confirm_address_by_code,
    mail_confirmation_again,
    sign_up,
)
from sccafe.accounts.service.letting_in import approve_account, invite, refuse_account, withdraw_invitation
from sccafe.accounts.service.own_account import (
    Details,
    ask_for_new_email,
    change_password,
    change_profile,
    choose_language,
    confirm_new_email,
    confirm_new_email_by_code,
)
from sccafe.accounts.service.people import (
    change_role,
    restore_account,
    save_expert_profile,
    set_counseling_desk,
    suspend_account,
)
from sccafe.accounts.service.signing_in import (
    ask_for_new_password,
    end_other_sessions,
    end_session,
    set_new_password,
    sign_in,
    sign_in_as,
    sign_out,
)

__all__ = [
    "Confirmed",
    "Details",
    "approve_account",
    "ask_for_new_email",
    "ask_for_new_password",
    "change_password",
    "change_profile",
    "change_role",
    "choose_language",
    "confirm_address",
    "confirm_address_by_code",
    "confirm_new_email",
    "confirm_new_email_by_code",
    "create_admin",
    "end_other_sessions",
    "end_session",
    "invite",
    "mail_confirmation_again",
    "refuse_account",
    "register_person",
    "restore_account",
    "save_expert_profile",
    "set_counseling_desk",
    "set_new_password",
    "sign_in",
    "sign_in_as",
    "sign_out",
    "sign_up",
    "suspend_account",
    "withdraw_invitation",
]
