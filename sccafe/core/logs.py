"""What the log says and how: one line per event on standard error, as the server's own lines look."""

import logging
import sys


def configure(level: str) -> None:
    """Send everything of `level` (a name, as in the settings) and above to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        logging.Formatter(
            "[%(asctime)s] [%(process)d] [%(levelname)s] %(name)s: %(message)s", datefmt="%Y-%m-%d %H:%M:%S %z"
        )
    )
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # Libraries speak of every connection and every statement below this.
    for name in ("sqlalchemy", "urllib3", "botocore", "boto3", "s3transfer"):
        logging.getLogger(name).setLevel(logging.WARNING)
