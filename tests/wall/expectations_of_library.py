"""What comes out of the pages of the library, and what comes of its forms: its share of the expectation table."""

from tests.wall import (
    expectations_of_bundles,
    expectations_of_checks,
    expectations_of_finding,
    expectations_of_items,
    expectations_of_library_files,
    expectations_of_library_work,
)

_PARTS = (
    expectations_of_bundles,
    expectations_of_checks,
    expectations_of_finding,
    expectations_of_items,
    expectations_of_library_files,
    expectations_of_library_work,
)

ROWS = [row for part in _PARTS for row in part.ROWS]
FORMS = [row for part in _PARTS for row in part.FORMS]
