"""A throwaway PostgreSQL cluster on a socket of its own; run as another user where the tests run as root."""

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg


def binaries() -> Path | None:
    """Where initdb and postgres are, or None where PostgreSQL is not installed."""
    # Debian keeps the server's own programs out of PATH; the newest version is taken.
    of_debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parts[-2]), reverse=True)
    in_path = [Path(found).parent] if (found := shutil.which("initdb")) else []
    for folder in [*of_debian, *in_path]:
        if all((folder / name).exists() for name in ("initdb", "pg_ctl", "postgres", "psql")):
            return folder
    return None


@dataclass
class Cluster:
    bin: Path
    socket: Path
    user: str

    @cached_property
    def _server(self) -> psycopg.Connection[Any]:
        """One connection for all databases made and dropped: a psql for each cost more than the test itself."""
        return psycopg.connect(f"host={self.socket} user={self.user} dbname=postgres", autocommit=True)

    def _run(self, statement: str) -> None:
        self._server.execute(statement.encode())

    def address(self, name: str) -> str:
        return f"postgresql://{self.user}@/{name}?host={self.socket}"

    def create(self, name: str) -> str:
        self._run(f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8'")
        return self.address(name)

    def create_copy(self, template: str, name: str = "") -> str:
        name = name or f"t_{secrets.token_hex(6)}"
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.address(name)

    def drop(self, address: str) -> None:
        name = address.split("@/", 1)[1].split("?")[0]
        self._run(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def cluster(parent: Path | None = None, buffers: str = "128MB") -> Iterator[Cluster]:
    """A running cluster without durability, taken away at the end; in `parent`, with more `buffers`, for much data."""
    bin_ = binaries()
    if bin_ is None:
        raise RuntimeError("PostgreSQL is not installed (Debian: postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="sccafe-pg-", dir=parent))
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    demote = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    if demote:
        shutil.chown(folder, user)
    data = folder / "data"
    run = {"check": True, "capture_output": True, "cwd": folder, **demote}
    subprocess.run(
        [str(bin_ / "initdb"), "-D", str(data), "-U", user, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"], **run
    )
    quick = "".join(f" -c {name}=off" for name in ("fsync", "synchronous_commit", "full_page_writes"))
    quick += " -c max_wal_size=256MB"  # it lies in memory
    quick += f" -c shared_buffers={buffers}"
    options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c max_connections=100{quick}"
    subprocess.run(
        [str(bin_ / "pg_ctl"), "-D", str(data), "-w", "-o", options, "-l", str(folder / "log"), "start"],
        **{**run, "capture_output": False, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL},
    )
    try:
        yield Cluster(bin_, folder, user)
    finally:
        subprocess.run([str(bin_ / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop"], **run)
        shutil.rmtree(folder, ignore_errors=True)
