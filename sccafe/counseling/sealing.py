"""A request's own key, and what is sealed with it.

The key is wrapped by the site's keys, so that rotating those re-wraps keys and no texts; without it, or once it is
deleted, what it sealed cannot be read by anybody.
"""

import json
from dataclasses import asdict, dataclass
from typing import Self

from cryptography.fernet import Fernet

from sccafe.core import keys


@dataclass(frozen=True)
class Person:
    """Who asks, as far as they said: shown to the desk, and the name to the expert where the asker chose so."""

    name: str = ""
    email: str = ""
    telephone: str = ""
    #: Six digits of 全国地方公共団体コード, and the employer's name: for conflicts of interest alone.
    municipality: str = ""
    employer: str = ""


@dataclass(frozen=True)
class Matter:
    """What it is about, beside the text: a subject, and keys of the option list worry."""

    subject: str = ""
    worries: tuple[str, ...] = ()


@dataclass(frozen=True)
class PublishedText:
    """A question and its answer as the library is to show them: a title, and two texts in Markdown."""

    title: str = ""
    question: str = ""
    answer: str = ""


class Seal:
    """Seals and opens what belongs to one request."""

    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(key)
        self._key = key

    @classmethod
    def new(cls) -> Self:
        return cls(Fernet.generate_key())

    @classmethod
    def of(cls, data_key: str) -> Self:
        """The seal of a stored request; raises cryptography's InvalidToken where no key of the site fits."""
        return cls(keys.decrypt(data_key).encode())

    @property
    def wrapped(self) -> str:
        """Its key as the request's row keeps it."""
        return keys.encrypt(self._key.decode())

    def close(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, token: str | None) -> str:
        """The sealed text; empty where retention has taken it."""
        return "" if token is None else self._fernet.decrypt(token.encode()).decode()

    def close_bytes(self, content: bytes) -> bytes:
        return self._fernet.encrypt(content)

    def open_bytes(self, token: bytes) -> bytes:
        return self._fernet.decrypt(token)

    def close_person(self, person: Person) -> str:
        return self.close(json.dumps(asdict(person)))

    def open_person(self, token: str | None) -> Person:
        return Person(**json.loads(self.open(token) or "{}"))

    def close_matter(self, matter: Matter) -> str:
        return self.close(json.dumps(asdict(matter)))

    def open_matter(self, token: str | None) -> Matter:
        said = json.loads(self.open(token) or "{}")
        return Matter(said.get("subject", ""), tuple(said.get("worries", ())))

    def close_published(self, text: PublishedText) -> str:
        return self.close(json.dumps(asdict(text)))

    def open_published(self, token: str | None) -> PublishedText:
        return PublishedText(**json.loads(self.open(token) or "{}"))
