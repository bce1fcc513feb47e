"""gunicorn for the site and for the floor: started on a free port of this machine, ended by the one who started it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.load import Address, BadAnswer, page

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS, STOP_SECONDS = 60, 20


class ServerFailed(Exception):
    """gunicorn did not start; the message holds the end of its log."""


@dataclass(frozen=True)
class Server:
    address: Address
    pid: int

    def cpu_seconds(self) -> float:
        """What all its processes have computed so far; other work on the machine hardly changes it."""
        return sum(_cpu_seconds(pid) for pid in (self.pid, *_children(self.pid)))

    def memory(self) -> dict[int, float]:
        """Megabytes of each process of this server: its share of what is shared, and all of its own (PSS)."""
        return {pid: _pss(pid) for pid in (self.pid, *_children(self.pid))}


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            found += [child, *_children(child)]
    return found


def _cpu_seconds(pid: int) -> float:
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")


def _pss(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise ServerFailed(f"/proc/{pid}/smaps_rollup names no PSS")


def clean_environment(more: Mapping[str, str]) -> dict[str, str]:
    """The environment without the caller's own settings of a site: a measurement knows only those given here."""
    others = ("SCCAFE_", "GUNICORN_", "FLASK_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(others)}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **more}


@contextmanager
def running(application: str, config: str, environment: Mapping[str, str], ready: str, log: Path) -> Iterator[Server]:
    """Serve `application` by gunicorn with `config` until the block ends; it answers on the path `ready` before."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        address: Address = listening.getsockname()
        command = [sys.executable, "-m", "gunicorn", "--config", config, "--bind", f"fd://{listening.fileno()}"]
        with log.open("ab") as output:
            process = subprocess.Popen(
                [*command, application],
                cwd=log.parent,
                env=clean_environment(environment),
                pass_fds=[listening.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
    try:
        _await(address, ready, process, log)
        yield Server(address, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            for pid in _children(process.pid):
                os.kill(pid, 9)
            process.kill()
            process.wait()


def _await(address: Address, ready: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            page(address, ready)
        except (OSError, BadAnswer):
            time.sleep(0.05)
        else:
            return
    end = log.read_text(errors="replace")[-3000:]
    raise ServerFailed(f"gunicorn did not start; the end of {log.name}:\n{end}")


def site(data: Path, **more: str) -> AbstractContextManager[Server]:
    """The site as scripts/serve runs it, with its own default settings, on the data folder given."""
    environment = {"SCCAFE_DATA": str(data), "SCCAFE_LOG_LEVEL": "warning"}
    environment |= {f"SCCAFE_{name.upper()}": value for name, value in more.items()}
    return running("wsgi:app", "python:sccafe.serving", environment, "/healthz", data.parent / "site.log")


def floor(database: Path) -> AbstractContextManager[Server]:
    """The floor on its database, by the settings of the site's server."""
    environment = {"FLOOR_DB": str(database)}
    return running(
        "tests.bench.floor.app:app",
        "python:tests.bench.floor.serving",
        environment,
        "/constant",
        database.parent / "floor.log",
    )
