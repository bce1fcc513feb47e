"""A light HTTP client: prepared bytes over kept connections, so that it takes as little as possible from the server.

Standard library only; it measures the site and the floor with the same few lines.
"""

import re
import select
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from urllib.parse import quote, urlencode

Address = tuple[str, int]

#: No request takes so long; one that does is a failure of the server.
TIMEOUT = 60.0
BETWEEN_CONNECTIONS = 0.005
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class BadAnswer(Exception):
    """The server answered with another status, or not at all."""


def request_bytes(path: str, cookie: str = "", form: Mapping[str, str] | None = None) -> bytes:
    """A request as it goes over the wire: a GET, or a POST of a form."""
    body = urlencode(form).encode() if form is not None else b""
    lines = [
        f"{'GET' if form is None else 'POST'} {quote(path, safe='/?=&%')} HTTP/1.1",
        "Host: 127.0.0.1",
        "Accept: text/html",
    ]
    if cookie:
        lines.append(f"Cookie: {cookie}")
    if form is not None:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _awaited(first: bytes) -> tuple[int, int]:
    """Status and whole length of an answer, from its first bytes."""
    end = first.find(b"\r\n\r\n")
    length = _LENGTH.search(first, 0, end + 2)
    if end < 0 or length is None:
        raise BadAnswer(f"no head with a Content-Length in {first[:80]!r}")
    return int(first[9:12]), end + 4 + int(length[1])


@dataclass(frozen=True)
class Answer:
    status: int
    head: str
    body: bytes

    def header(self, name: str) -> str:
        """The first header of this name; empty where there is none."""
        found = re.search(rf"\r\n{name}: *([^\r]*)", self.head, re.IGNORECASE)
        return found[1] if found else ""


class Connection:
    """One kept connection; opened again where the server has closed it meanwhile."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._socket: socket.socket | None = None

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def ask(self, request: bytes) -> Answer:
        """Send a request and read the whole answer."""
        if self._socket is not None and select.select([self._socket], [], [], 0)[0]:
            self.close()  # nothing is due: what can be read is the end
        if self._socket is None:
            self._socket = socket.create_connection(self._address, TIMEOUT)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(request)
        got = b""
        while b"\r\n\r\n" not in got:
            got += self._more()
        status, length = _awaited(got)
        parts, have = [got], len(got)
        while have < length:
            parts.append(self._more())
            have += len(parts[-1])
        whole = b"".join(parts)
        head, _, body = whole.partition(b"\r\n\r\n")
        answer = Answer(status, head.decode("latin-1"), body)
        if answer.header("Connection").lower() == "close":
            self.close()
        return answer

    def _more(self) -> bytes:
        assert self._socket is not None
        data = self._socket.recv(1 << 18)
        if not data:
            raise BadAnswer("the server closed the connection")
        return data


def page(address: Address, path: str, cookie: str = "") -> Answer:
    """One page over a connection of its own; raises BadAnswer for anything but 200."""
    with Connection(address) as connection:
        answer = connection.ask(request_bytes(path, cookie))
    if answer.status != 200:
        raise BadAnswer(f"{path} answered {answer.status}")
    return answer


@dataclass(frozen=True)
class Driven:
    """What a server did under load: requests per second, and all that it was asked until the last answer."""

    rate: float
    asked: int


def drive(address: Address, requests: Sequence[bytes], seconds: float, connections: int = 16) -> Driven:
    """Ask for these pages in turn over so many connections at once; every answer has to be 200."""
    poller = select.epoll()
    sockets: dict[int, socket.socket] = {}
    missing: dict[int, int] = {}  # bytes still to come of the present answer; 0 before its head
    try:
        for _ in range(connections):
            opened = socket.create_connection(address, TIMEOUT)
            # One after the other: of a burst, one of the server's processes often takes all and the other stays idle.
            time.sleep(BETWEEN_CONNECTIONS)
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sockets[opened.fileno()] = opened
            missing[opened.fileno()] = 0
            poller.register(opened.fileno(), select.EPOLLIN)
        answered, waiting, request = 0, connections, cycle(requests)
        end = time.perf_counter() + seconds
        for opened in sockets.values():
            opened.sendall(next(request))
        # What was asked is waited for: left behind, it would be answered at the cost of whoever is measured next.
        while waiting:
            ready = poller.poll(TIMEOUT)
            if not ready:
                raise BadAnswer(f"nothing came for {TIMEOUT:.0f} seconds")
            for number, _event in ready:
                data = sockets[number].recv(1 << 18)
                if not data:
                    raise BadAnswer("the server closed a connection")
                left = missing[number]
                if not left:
                    status, left = _awaited(data)
                    if status != 200:
                        raise BadAnswer(f"the server answered {status}")
                left -= len(data)
                missing[number] = left
                if left <= 0:
                    if time.perf_counter() < end:
                        answered += 1
                        sockets[number].sendall(next(request))
                    else:
                        waiting -= 1
        return Driven(answered / seconds, answered + connections)
    finally:
        poller.close()
        for opened in sockets.values():
            opened.close()
