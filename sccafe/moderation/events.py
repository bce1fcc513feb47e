"""What moderation tells the floors above."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ReportMade:
    """Somebody reported a post."""

    report_id: int
    post_id: int


@dataclass(frozen=True)
class ReportAssigned:
    """A report has a staff member who looks after it; who had it before, if anyone, has it no longer."""

    report_id: int
    assignee_id: int
    #: Who handed it on; NULL where the site chose the assignee.
    actor_id: int | None


@dataclass(frozen=True)
class IdentityReleased:
    """Two staff members may learn who wrote an anonymous post. Whose it is, is not said here."""

    post_id: int
    topic_id: int
    reason: str
    actor_id: int | None


@dataclass(frozen=True)
class ReportClosed:
    """A report was upheld or dismissed."""

    report_id: int
    post_id: int
    #: upheld or dismissed.
    outcome: str
    decision: str
    actor_id: int | None
