"""The real server as a subprocess, for tests that need processes, sockets or a kill."""

import os
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sccafe.settings import Settings

ROOT = Path(__file__).parent.parent


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@dataclass
class Server:
    """A running server; `kill` ends every process of it at once, as a power cut would."""

    process: subprocess.Popen[bytes]
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


def start(settings: Settings, port: int | None = None, **more: str) -> Server:
    """Start the server and wait until it answers; raises RuntimeError with its log where it does not."""
    port = port or free_port()
    log = settings.data / f"server-{port}.log"
    command = [sys.executable, "-m", "gunicorn", "-c", "python:sccafe.serving", "-b", f"127.0.0.1:{port}", "wsgi:app"]
    environ = environ_of(settings, SCCAFE_BASE_URL=f"http://127.0.0.1:{port}", **more)
    with log.open("ab") as file:
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=file, stderr=file, start_new_session=True)
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
def running(settings: Settings, **more: str) -> Iterator[Server]:
    server = start(settings, **more)
    try:
        yield server
    finally:
        server.stop()
