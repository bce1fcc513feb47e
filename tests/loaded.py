"""The application, loaded: the process from which the servers of the tests are forked imports this, and only this.

One application is made and thrown away, for what is imported or compiled only then.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import gunicorn.app.wsgiapp
import gunicorn.workers.gthread  # noqa: F401

from sccafe import create_app
from sccafe.settings import read
from tests import compiled

with TemporaryDirectory() as folder:
    compiled.share(Path(folder))
    create_app(read({"SCCAFE_DATA": folder}))
