"""The real server as a subprocess, for tests that need processes, sockets or a kill."""

import multiprocessing
import os
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Protocol

from sccafe.settings import Settings
from tests import compiled

ROOT = Path(__file__).parent.parent
#: Starting new processes from one that has loaded the application already takes a fifth of the time.
_loaded = multiprocessing.get_context("forkserver")
_loaded.set_forkserver_preload(["tests.loaded"])


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


class Process(Protocol):
    """What is asked of the server's first process, as of a Popen."""

    pid: int

    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def terminate(self) -> None: ...


class Forked:
    """A process that was forked from the one that has loaded the application."""

    def __init__(self, process: BaseProcess) -> None:
        assert process.pid
        self._process, self.pid = process, process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("gunicorn", timeout or 0)
        return self._process.exitcode

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()


def forked(act: Callable[..., None], *arguments: Any, environ: dict[str, str]) -> Forked:
    """A process that does this function of a module, from one that has loaded the application already."""
    process = _loaded.Process(target=_act, args=(act, arguments, environ), daemon=True)
    process.start()
    return Forked(process)


def _act(act: Callable[..., None], arguments: tuple[Any, ...], environ: dict[str, str]) -> None:
    os.setsid()
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environ)
    act(*arguments)


@dataclass
class Server:
    """A running server; `kill` ends every process of it at once, as a power cut would."""

    process: Process
    address: str
    log: Path

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()


def environ_of(settings: Settings, **more: str) -> dict[str, str]:
    mine = {name: value for name, value in os.environ.items() if not name.startswith("SCCAFE_")}
    mine |= {
        "SCCAFE_DATA": str(settings.data),
        "SCCAFE_DATABASE_URL": settings.database_url,
        "SCCAFE_RATE_LIMITS": "on" if settings.rate_limits else "off",
        "SCCAFE_JOB_THREAD": "on" if settings.job_thread else "off",
        "PYTHONPATH": str(ROOT),
    }
    return mine | more


def _begin(arguments: list[str], environ: dict[str, str], log: Path) -> Process:
    command = [sys.executable, "-m", "gunicorn", *arguments]
    with log.open("ab") as file:
        return subprocess.Popen(command, cwd=ROOT, env=environ, stdout=file, stderr=file, start_new_session=True)


def _become(arguments: list[str], log: Path, templates: Path) -> None:
    """Be in this process what `_begin` makes a new one of."""
    from gunicorn.app.wsgiapp import run

    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.argv = ["gunicorn", *arguments]
    compiled.share(templates)
    run()


def start(settings: Settings, port: int | None = None, templates: Path | None = None, **more: str) -> Server:
    """Start the server and wait until it answers; raises RuntimeError with its log where it does not.

    With the folder of compiled `templates` it is forked from a process that has loaded the application already.
    """
    port = port or free_port()
    log = settings.data / f"server-{port}.log"
    arguments = ["-c", "python:sccafe.serving", "-b", f"127.0.0.1:{port}", "wsgi:app"]
    environ = environ_of(settings, SCCAFE_BASE_URL=f"http://127.0.0.1:{port}", **more)
    process = (
        forked(_become, arguments, log, templates, environ=environ) if templates else _begin(arguments, environ, log)
    )
    server = Server(process, f"http://127.0.0.1:{port}", log)
    waiting_until = time.monotonic() + 30
    while time.monotonic() < waiting_until and process.poll() is None:
        try:
            with urllib.request.urlopen(server.address + "/healthz", timeout=5):
                return server
        except (urllib.error.URLError, OSError):
            select_pause()
    server.stop()
    raise RuntimeError(f"the server did not start:\n{log.read_text()}")


def select_pause() -> None:
    """A short wait between two looks at something outside the process."""
    select.select([], [], [], 0.05)


@contextmanager
def running(settings: Settings, templates: Path | None = None, **more: str) -> Iterator[Server]:
    server = start(settings, templates=templates, **more)
    try:
        yield server
    finally:
        server.stop()
