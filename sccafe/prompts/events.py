"""What prompts tell the floors above."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PromptOpened:
    """A prompt opened its topic."""

    prompt_id: int
    topic_id: int
    actor_id: int | None


@dataclass(frozen=True)
class PromptSent:
    """A prompt goes out to so many recipients; who they are is told to nobody."""

    prompt_id: int
    topic_id: int
    actor_id: int | None
    recipients: int


@dataclass(frozen=True)
class PostEntered:
    """The secretariat entered a post for somebody."""

    post_id: int
    topic_id: int
    #: Whose it is, where it is a named post of a member.
    author_id: int | None
    actor_id: int | None
