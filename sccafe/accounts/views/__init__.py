"""The pages of people, on one blueprint."""

from sccafe.accounts.views import admin_experts as admin_experts
from sccafe.accounts.views import admin_invitations as admin_invitations
from sccafe.accounts.views import admin_people as admin_people
from sccafe.accounts.views import entering as entering
from sccafe.accounts.views import joining as joining
from sccafe.accounts.views import profile as profile
from sccafe.accounts.views import settings as settings
from sccafe.accounts.views import settings_email as settings_email
from sccafe.accounts.views.blueprint import pages

__all__ = ["pages"]
