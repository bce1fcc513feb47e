"""A program of its own: makes a PDF of a page.

    python pdf_program.py < PAGE

PAGE is JSON: `html` and `css`, whole texts that name nothing outside of them; whatever they name is refused. What it
says is the PDF, or one line of JSON: {"refused": "missing"} where this machine lacks what is needed to make one.
It imports nothing of the site; WeasyPrint and the libraries below it are loaded nowhere else.
"""

import json
import sys
from typing import Any


def main() -> None:
    try:
        from weasyprint import CSS, HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError):
        sys.stdout.write(json.dumps({"refused": "missing"}) + "\n")
        return

    class Nothing(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> Any:
            raise ValueError("nothing is fetched")

    given = json.load(sys.stdin.buffer)
    nothing = Nothing()
    page = HTML(string=given["html"], url_fetcher=nothing)
    made = page.write_pdf(stylesheets=[CSS(string=given["css"], url_fetcher=nothing)])
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
