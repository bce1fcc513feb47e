"""People who are there without having signed up: the first admin, and those of the demo."""

from sqlalchemy.exc import IntegrityError

from sccafe.accounts import addresses, handles, passwords, policy, queries, texts
from sccafe.accounts.errors import HandleTaken, HandleUnusable, NotUsable
from sccafe.accounts.events import ProfileChanged, RoleChanged
from sccafe.accounts.models import User
from sccafe.core import clock
from sccafe.core.audience import ROLES
from sccafe.core.database import end_reading, writing
from sccafe.core.events import emit

_PROFILE = {
    "real_name",
    "coordinator_layer",
    "affiliation",
    "experience_years",
    "prefecture",
    "municipality",
    "population",
    "about",
    "locale",
    "counseling_desk",
    "has_posted",
}


def register_person(
    email: str,
    handle: str,
    password_hash: str,
    role: str = "member",
    state: str = "active",
    demo: bool = False,
    **profile: str | bool,
) -> int:
    """Somebody who is there without a sign-up, since `clock.now()`; gives the id, and tells nobody.

    Raises HandleTaken, HandleUnusable; TypeError for a field that no profile has.
    """
    if unknown := profile.keys() - _PROFILE:
        raise TypeError(f"a profile has no {', '.join(sorted(unknown))}")
    assert role in ROLES
    try:
        with writing() as session:
            problem = handles.problem(handle, of_staff=policy.may_bear_staff_words(role))
            if problem:
                raise HandleUnusable(problem)
            if queries.handle_is_taken(handle):
                raise HandleTaken
            user = User(
                handle=handle,
                handle_key=handles.key(handle),
                email=email,
                email_key=addresses.key(email),
                password_hash=password_hash,
                role=role,
                state=state,
                demo=demo,
                created_at=clock.now(),
                **profile,
            )
            session.add(user)
            session.flush()
            emit(ProfileChanged(user.id))
            return user.id
    except IntegrityError:
        raise HandleTaken from None


def create_admin(email: str, handle: str, password: str) -> int:
    """Make an admin, for the command of that name; gives the id. Slow.

    No page calls this. Raises NotUsable, whose message says what to give instead.
    """
    try:
        address = addresses.check(email)
    except addresses.WrongAddress:
        raise NotUsable(f"{email} is not a mail address") from None
    handle = texts.line(handle)
    if not passwords.has_right_length(password):
        raise NotUsable(f"the password must have {passwords.LEAST} to {passwords.MOST} characters")
    if passwords.is_common(password) or passwords.is_like(password, address, handle):
        raise NotUsable("the password is too easy to guess")
    full = queries.people_at(address) >= addresses.SHARED_BY_AT_MOST
    end_reading()
    if full:
        raise NotUsable(f"{addresses.SHARED_BY_AT_MOST} people use {address} already")
    try:
        user_id = register_person(address, handle, passwords.hash_password(password), role="admin")
    except HandleTaken:
        raise NotUsable(f"the handle {handle} is taken") from None
    except HandleUnusable as unusable:
        raise NotUsable(f"the handle {handle} cannot be used ({unusable.problem.value})") from None
    with writing():
        emit(RoleChanged(user_id, None, "member", "admin"))
    return user_id
