"""Items stay with somebody who answers for them: when people leave, in the transaction of the leaving itself."""

from sccafe.accounts.events import AccountSuspended, RoleChanged
from sccafe.core.database import db
from sccafe.core.events import on
from sccafe.library import checking, policy
from sccafe.library.events import ItemPublished


@on(AccountSuspended)
def account_suspended(event: AccountSuspended) -> None:
    checking.hand_on_all(db.session(), event.user_id, event.actor_id)


@on(RoleChanged)
def role_changed(event: RoleChanged) -> None:
    if not policy.may_own(event.after):
        checking.hand_on_all(db.session(), event.user_id, event.actor_id)


@on(ItemPublished)
def item_published(event: ItemPublished) -> None:
    """A new version was just looked at: what was asked of the old one is answered."""
    checking.close_links(db.session(), event.item_id)
