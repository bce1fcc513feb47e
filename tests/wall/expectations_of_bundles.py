"""What comes of the pages on which bundles come in and go out: their share of the expectation table."""

from tests.wall.answers import STAFF, Row, done, form, page, sees
from tests.wall.expectations_of_library_work import NAMES

#: On every page that shows the shelf, by who looks: see `shelf`.
ROWS: list[Row] = []
FORMS: list[Row] = []

# --- in and out: the secretariat alone ---------------------------------------------------------------------

_BUNDLES = sees("bundlename-ready", "bundlename-faulty")
_READY = sees("bundlename-ready", "bundle-ready", "bundle-owner")
_FAULTY = sees("bundlename-faulty", "bundle-said")

_FILES = [f"{part}-{name}" for name in NAMES for part in ("itemfile", "iteminside")]

ROWS += [
    page("/library/desk/import", (STAFF, _BUNDLES)),
    page("/library/desk/imports/{bundle_ready}", (STAFF, _READY)),
    page("/library/desk/imports/{bundle_faulty}", (STAFF, _FAULTY)),
    page("/library/desk/imports/{bundle_faulty}", (STAFF, sees("bundle-said")), partial=True),
    page("/library/desk/imports/{bundle_out}"),
    page("/library/desk/export", (STAFF, sees())),
    page("/library/desk/exports/{bundle_out}", (STAFF, sees())),
    # What items say is packed (test_intake.py unpacks it); small files of text stand in it as they are.
    page("/library/desk/exports/{bundle_out}/file", (STAFF, sees(*_FILES, "itempdf-members"))),
    page("/library/desk/exports/{bundle_ready}"),
    page("/library/desk/exports/{bundle_ready}/file"),
]
FORMS += [
    form("/library/desk/import", {}, (STAFF, sees(*_BUNDLES.must, status=422))),
    form("/library/desk/imports/{bundle_ready}/take", {}, (STAFF, done("/library/desk/imports/"))),
    form("/library/desk/imports/{bundle_faulty}/take", {}, (STAFF, done("/library/desk/imports/", writes=False))),
    form("/library/desk/imports/{bundle_out}/take", {}),
    form("/library/desk/export", {"everything": "y"}, (STAFF, done("/library/desk/exports/"))),
]
