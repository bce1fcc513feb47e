"""The upkeep of accounts."""

from datetime import timedelta

from sqlalchemy import and_, delete, select, update

from sccafe.accounts import experts_pictures as experts_pictures  # its job
from sccafe.accounts.models import Confirmation, FormerHandle, Invitation, User, UserSession
from sccafe.core import clock
from sccafe.core.database import writing
from sccafe.core.jobs import daily_at, scheduled

#: A sign-up whose address nobody confirms is forgotten, and its handle is free again.
UNCONFIRMED = timedelta(days=3)


@scheduled("accounts.clean_up", daily_at(3, 20))
def clean_up() -> None:
    """Forget sign-ups never confirmed, and sessions, proofs and former handles whose time is over."""
    now = clock.now()
    with writing() as session:
        # Whoever asked for the mail again has as long as that mail says.
        has_time = select(Confirmation.user_id).where(Confirmation.expires_at > now)
        is_gone = and_(User.state == "unconfirmed", User.created_at < now - UNCONFIRMED, User.id.not_in(has_time))
        # An invitation that somebody began to accept can be accepted after all, by them or another.
        session.execute(
            update(Invitation)
            .where(Invitation.used_by.in_(select(User.id).where(is_gone)))
            .values(used_by=None, used_at=None)
            .execution_options(synchronize_session=False)
        )
        session.execute(delete(User).where(is_gone).execution_options(synchronize_session=False))
        session.execute(delete(UserSession).where(UserSession.expires_at < now))
        session.execute(delete(Confirmation).where(Confirmation.expires_at < now))
        session.execute(delete(FormerHandle).where(FormerHandle.until < now))
