"""What the library does by itself."""

from sccafe.library import asking as asking  # its jobs
