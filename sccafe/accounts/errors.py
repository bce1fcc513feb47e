"""What can stand in the way of a write of accounts; views turn each into words."""

from sccafe.accounts.handles import Problem


class Refused(ValueError):
    """The common kind of all these errors."""


class NotUsable(Refused):
    """What a command was given cannot be used; the message says why, for whoever runs it."""


class HandleTaken(Refused):
    """Somebody has this handle, or had it within the last year."""


class HandleUnusable(Refused):
    """The handle cannot be taken by anyone in this role."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value)
        self.problem = problem


class TooManyHandles(Refused):
    """The handle was changed too often this year."""


class TooManyTries(Refused):
    """The tries are used up; `minutes` from now there are new ones at the latest."""

    def __init__(self, minutes: int) -> None:
        super().__init__(str(minutes))
        self.minutes = minutes


class InvitationNeeded(Refused):
    """Sign-up is by invitation, and there is none that is good."""


class ProofInvalid(Refused):
    """A mailed link or a typed code that is wrong, used or too old."""


class WrongPassword(Refused):
    """The present password is another."""


class WrongCredentials(Refused):
    """No account here has this address and password."""


class HandleNeeded(Refused):
    """Several people share this address; `proof` spares typing the password again."""

    def __init__(self, proof: str) -> None:
        super().__init__()
        self.proof = proof


class NotLetIn(Refused):
    """The password is right, but the account is not active: `state` and `reason` say why."""

    def __init__(self, state: str, reason: str) -> None:
        super().__init__(state)
        self.state = state
        self.reason = reason


class MailboxFull(Refused):
    """As many people share this address as can."""


class NoSuchPerson(Refused):
    """Nobody is there, or not in the state that this step needs."""


class MayNot(Refused):
    """The policy says no."""


class LastAdmin(Refused):
    """The site would be left without an admin."""
