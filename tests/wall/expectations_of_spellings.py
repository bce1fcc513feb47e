"""What comes out of the secretariat's page of spellings and its forms: its share of the expectation table."""

from tests.wall.answers import STAFF, done, form, page, sees

_SPELLINGS = sees("spellings")
_TYPED = {"spellings": "よりそい人、寄り添い人"}

ROWS = [
    page("/admin/spellings", (STAFF, _SPELLINGS)),
    page("/admin/spellings/{spellings}", (STAFF, _SPELLINGS)),
    page("/admin/spellings/{spellings}/remove", (STAFF, _SPELLINGS)),
    *(page(f"/admin/spellings/999999{what}") for what in ("", "/remove")),
]

FORMS = [
    form("/admin/spellings", _TYPED, (STAFF, done("/admin/spellings"))),
    form("/admin/spellings", {"spellings": "よりそい人"}, (STAFF, sees("spellings", status=422))),
    form("/admin/spellings/preview", _TYPED, (STAFF, sees())),
    form("/admin/spellings/{spellings}", _TYPED, (STAFF, done("/admin/spellings"))),
    form("/admin/spellings/{spellings}/preview", _TYPED, (STAFF, sees())),
    form("/admin/spellings/{spellings}/remove", {}, (STAFF, done("/admin/spellings"))),
    *(form(f"/admin/spellings/999999{what}", _TYPED) for what in ("", "/preview", "/remove")),
]
