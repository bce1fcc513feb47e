"""What is wrong in a bundle: where, and why. The words for it are in fault_words.py."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Fault:
    """`file` and `line` say where (line 0: the whole file), `key` which part, `why` is a reason of fault_words.py."""

    file: str
    line: int
    #: Key of the sheet's part or of the bundle's own; empty where it is about the file.
    key: str
    why: str
    #: What stood there, or a limit that was passed.
    said: str = ""
    #: The line inside the part, from 1; 0 for the whole.
    at: int = 0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Fault":
        return cls(**values)


class Unusable(Exception):
    """Something that cannot be read on; `faults` say why."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(f"{fault.file}:{fault.line} {fault.why}" for fault in faults[:5]))
        self.faults = list(faults)
