"""scripts/serve and scripts/test: what they say before they begin. Their whole way is walked by .ci/run."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
#: dash where there is one: it knows nothing that POSIX does not.
SHELL = shutil.which("dash") or "sh"


def run(script: str, *arguments: str, folder: Path, **environ: str) -> "subprocess.CompletedProcess[str]":
    command = [SHELL, str(ROOT / "scripts" / script), *arguments]
    return subprocess.run(command, cwd=folder, env=environ or None, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("script", ["lib.sh", "serve", "test"])
def test_the_scripts_are_posix_shell(script: str) -> None:
    subprocess.run([SHELL, "-n", str(ROOT / "scripts" / script)], check=True)


@pytest.mark.parametrize("script", ["serve", "test"])
def test_help_is_given_from_any_folder_and_makes_nothing(script: str, tmp_path: Path) -> None:
    result = run(script, "--help", folder=tmp_path)
    assert result.returncode == 0
    assert f"scripts/{script}" in result.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (["--port", "http"], "a port is a number from 1 to 65535"),
        (["--port=0"], "a port is a number from 1 to 65535"),
        (["--port", "65536"], "a port is a number from 1 to 65535"),
        (["--port", "999999999999999999999"], "a port is a number from 1 to 65535"),
        (["--port", "-1"], "a port is a number from 1 to 65535"),
        (["--port"], "--port needs a value"),
        (["--host", ""], "--host needs a value"),
        (["--prot", "8000"], "--prot is not an option"),
        (["start"], "start is not an option"),
    ],
)
def test_what_cannot_be_is_told_with_what_can(arguments: list[str], advice: str, tmp_path: Path) -> None:
    result = run("serve", *arguments, folder=tmp_path)
    assert result.returncode == 2
    assert advice in result.stderr
    assert "--help" in result.stderr


def test_without_a_fitting_python_it_says_what_is_needed(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    (checkout / "scripts").mkdir(parents=True)
    for name in ("lib.sh", "serve"):
        shutil.copy(ROOT / "scripts" / name, checkout / "scripts" / name)
    shutil.copy(ROOT / "requirements.txt", checkout)
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("cat", "cksum", "dirname"):
        (tools / name).symlink_to(str(shutil.which(name)))
    command = [str(shutil.which(SHELL)), str(checkout / "scripts" / "serve")]
    result = subprocess.run(command, env={"PATH": str(tools)}, capture_output=True, text=True, timeout=60)
    assert result.returncode == 1
    assert "Python 3.11 or newer is needed" in result.stderr
    assert not (checkout / ".venv").exists()


def test_a_port_that_is_taken_is_told_before_anything_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run(
            "serve", "--port", str(port), folder=tmp_path, **os.environ | {"SCCAFE_DATA": str(tmp_path / "data")}
        )
    assert result.returncode == 1
    assert f"cannot listen on 127.0.0.1, port {port}" in result.stderr
    assert not (tmp_path / "data").exists()
