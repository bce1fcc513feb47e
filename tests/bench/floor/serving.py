"""gunicorn's settings for the floor: those of the site, without its jobs."""

from sccafe.serving import (
    control_socket_disable,
    limit_request_line,
    pre_fork,
    preload_app,
    threads,
    worker_class,
    workers,
)

__all__ = [
    "control_socket_disable",
    "limit_request_line",
    "pre_fork",
    "preload_app",
    "threads",
    "worker_class",
    "workers",
]
loglevel = "warning"
