"""`python -m sccafe` is the `sccafe` command."""

from sccafe.cli import main

main()
