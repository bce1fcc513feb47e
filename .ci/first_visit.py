"""Visits a site that is just starting: home, a topic, and a sign-in with an account of the demo.

Takes the site's address and the server's process number.
"""

import os
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

ADDRESS, SERVER = sys.argv[1], int(sys.argv[2])
PERSON = {"email": "coordinator@example.jp", "password": "sccafe-demo-2026"}
PATIENCE = 300

browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))


def page(path: str, form: dict[str, str] | None = None) -> str:
    data = urllib.parse.urlencode(form).encode() if form else None
    with browser.open(ADDRESS + path, data, timeout=30) as response:
        return response.read().decode()


def wait_for_home() -> str:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        os.kill(SERVER, 0)
        try:
            return page("/")
        except urllib.error.HTTPError:
            raise
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(f"no answer within {PATIENCE} seconds")


def main() -> None:
    begun = time.monotonic()
    home = wait_for_home()
    print(f"home answers after {time.monotonic() - begun:.1f} s")
    topic = re.search(r'href="(/topics/\d+)', home) or re.search(r'href="(/topics/\d+)', page("/boards/exchange"))
    assert topic, "no topic is linked from home or the first board"
    assert 'id="post-1"' in page(topic[1]), f"{topic[1]} shows no post"
    print(f"a topic answers: {topic[1]}")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page("/sign-in"))
    assert token, "the sign-in has no form"
    signed_in = page("/sign-in", {**PERSON, "csrf_token": token[1]})
    assert "/sign-out" in signed_in, "the sign-in did not succeed"
    assert "/sign-out" not in home, "home offers a visitor to sign out"
    print(f"signed in as {PERSON['email']}")


if __name__ == "__main__":
    main()
