"""One person posting replies over HTTP, as a process of its own: prints every text that was acknowledged.

python -m tests.boards.writer ADDRESS TOPIC COOKIE NAME COUNT
"""

import http.cookiejar
import re
import sys
import urllib.error
import urllib.parse
import urllib.request


def main() -> None:
    address, topic, cookie, name, count = sys.argv[1:]
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    browser.addheaders = [("Cookie", cookie)]
    page = browser.open(f"{address}/topics/{topic}", timeout=30).read().decode()
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    browser.addheaders = []  # from here on the jar has the cookie, with the token's secret in it
    for number in range(int(count)):
        text = f"{name} の {number} 番目"
        fields = {"csrf_token": token[1], "body": text, "once": f"{name}-{number}"}
        request = urllib.request.Request(
            f"{address}/topics/{topic}/reply", urllib.parse.urlencode(fields).encode(), {"HX-Request": "true"}
        )
        try:
            with browser.open(request, timeout=60) as response:
                ok = response.status == 200 and text in response.read().decode()
        except urllib.error.HTTPError as error:
            print(f"failed {error.code}", flush=True)
            continue
        except OSError:
            break  # the server is gone: what was not acknowledged is not counted
        print(f"ok {text}" if ok else "failed other", flush=True)


if __name__ == "__main__":
    main()
