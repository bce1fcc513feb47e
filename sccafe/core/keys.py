"""The site's keys: they stand in a folder of their own, beside the database and never in it."""

import os
import secrets
from pathlib import Path
from typing import cast

from cryptography.fernet import Fernet, MultiFernet
from flask import Flask, current_app


def _kept(path: Path, fresh: str) -> str:
    """What the file holds; written once with `fresh`, readable by its owner alone, also when two start at once."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(fresh + "\n")
        file.flush()
        os.fsync(file.fileno())
    return fresh


def init_app(app: Flask, folder: Path, secret_key: str, encryption_keys: str) -> None:
    """Load the keys given by the settings, or those of the folder, made at the first start."""
    app.config["SECRET_KEY"] = secret_key or _kept(folder / "secret_key", secrets.token_urlsafe(48))
    written = encryption_keys or _kept(folder / "encryption_keys", Fernet.generate_key().decode())
    fernets = [Fernet(key.strip()) for key in written.replace("\n", ",").split(",") if key.strip()]
    app.extensions["sccafe_keys"] = MultiFernet(fernets)


def _fernets() -> MultiFernet:
    return cast(MultiFernet, current_app.extensions["sccafe_keys"])


def encrypt(text: str) -> str:
    return _fernets().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """The text of `encrypt`; raises cryptography's InvalidToken where no key of the site fits."""
    return _fernets().decrypt(token.encode()).decode()
