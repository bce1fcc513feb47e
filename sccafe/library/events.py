"""What the library tells the floors above, inside the transaction of the write."""

from dataclasses import dataclass


@dataclass(frozen=True)
class VersionSubmitted:
    """A version waits for the secretariat."""

    item_id: int
    version_id: int
    actor_id: int | None


@dataclass(frozen=True)
class VersionTakenBack:
    """Who handed it in goes on working on it: it waits for the secretariat no longer."""

    item_id: int
    version_id: int


@dataclass(frozen=True)
class VersionReturned:
    """The secretariat sent a version back, with a note, to who works on it."""

    item_id: int
    version_id: int
    #: Who handed in, and who answers for the item; either may be nobody.
    author_id: int | None
    owner_id: int | None
    actor_id: int | None


@dataclass(frozen=True)
class ItemPublished:
    """A version is on the shelf; `is_new` where it is the item's first."""

    item_id: int
    version_id: int
    author_id: int | None
    owner_id: int | None
    actor_id: int | None
    is_new: bool


@dataclass(frozen=True)
class ItemChanged:
    """What an item says or who may read it has changed: also with each of the events above that do so."""

    item_id: int


@dataclass(frozen=True)
class ItemArchived:
    """The secretariat took an item off the shelf for a reason, or put it back (`reason` is empty)."""

    item_id: int
    owner_id: int | None
    actor_id: int | None
    reason: str


@dataclass(frozen=True)
class ItemRemoved:
    """An item is about to be taken away for good: what was told of it goes first."""

    item_id: int


@dataclass(frozen=True)
class OwnerAsked:
    """The day has come on which the owner is asked whether the item is still right."""

    item_id: int
    owner_id: int


@dataclass(frozen=True)
class OwnerAnswered:
    """The owner, or the secretariat in their place, said that it is still right, or that it needs work."""

    item_id: int
    owner_id: int | None
    needs_work: bool
    actor_id: int | None


@dataclass(frozen=True)
class ItemHandedOn:
    """Another person answers for the item now; `owner_id` is None where there is nobody but the secretariat."""

    item_id: int
    owner_id: int | None
    before_id: int | None
    actor_id: int | None


@dataclass(frozen=True)
class ReportWritten:
    """Somebody has told how it went with them."""

    item_id: int
    report_id: int
    author_id: int
    owner_id: int | None


@dataclass(frozen=True)
class ReportHidden:
    """The secretariat took somebody's report off the page for a reason, or put it back (`reason` is empty)."""

    item_id: int
    report_id: int
    author_id: int
    actor_id: int | None
    reason: str
