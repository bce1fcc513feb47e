"""gunicorn's settings: `gunicorn -c python:sccafe.serving wsgi:app`. GUNICORN_CMD_ARGS changes any of them."""

import gc
import os
from typing import Any

from sccafe.core import ending, logs, warming
from sccafe.core.database import db
from sccafe.core.jobs import Worker

worker_class = "gthread"
workers = 2
threads = 4
# The application is loaded once and shared by the workers: half of the memory.
preload_app = True
# The search page cuts long queries itself and says so; gunicorn would close the connection without a word.
limit_request_line = 0
# It would make a folder in the home directory, which need not exist.
control_socket_disable = True
loglevel = os.environ.get("SCCAFE_LOG_LEVEL", "").strip().lower() or "info"

logs.configure(loglevel)

_job_threads: dict[int, Worker] = {}


def leave_alone_what_is_loaded() -> None:
    """It stays to the end; the collector need not look through it."""
    gc.collect()
    gc.freeze()


def collect_seldom() -> None:
    """A page makes some thousand short-lived objects: collected at every 700th, it would pay several times over."""
    gc.set_threshold(30_000, 10, 10)


def when_ready(server: Any) -> None:
    """Before the first worker."""
    warming.warm(server.app.wsgi())


def pre_fork(server: Any, worker: Any) -> None:
    """What is loaded by now stays shared: the collector of the children need not touch it."""
    leave_alone_what_is_loaded()


def post_worker_init(worker: Any) -> None:
    """Begin this worker's own life: connections of its own, and the thread that does the jobs."""
    collect_seldom()
    app = worker.app.wsgi()
    with app.app_context():
        db.engine.dispose(close=False)
    if app.config["SETTINGS"].job_thread:
        _job_threads[os.getpid()] = Worker(app)
        _job_threads[os.getpid()].start()


def worker_exit(server: Any, worker: Any) -> None:
    """Let the present job end; one that takes longer than the graceful time is done again later."""
    thread = _job_threads.pop(os.getpid(), None)
    if thread is not None:
        thread.stop()
    if os.getpid() == worker.pid:  # gunicorn also calls this in the master, for a worker that was killed
        ending.end(worker.app.wsgi())
