"""The last lines of scripts/test: what was skipped and why, and the counts of all runs of pytest together.

Takes the folder with their reports and, in `said`, what became of each check: one that is none of pytest's counts as
one test. Exits 1 where something has failed, or was skipped although TEST_NOTHING_SKIPPED=1.
"""

import os
import sys
from pathlib import Path
from xml.etree import ElementTree


def main() -> int:
    passed, failed, skipped = 0, 0, []
    for report in sorted(Path(sys.argv[1]).glob("*.xml")):
        for case in ElementTree.parse(report).getroot().iter("testcase"):
            name = f"{case.get('classname', '')}.{case.get('name', '')}"
            reason = case.find("skipped")
            if case.find("failure") is not None or case.find("error") is not None:
                failed += 1
            elif reason is not None:
                skipped.append(f"  skipped: {name} ({report.stem}): {reason.get('message', '')}")
            else:
                passed += 1
    for line in (Path(sys.argv[1]) / "said").read_text(encoding="utf-8").splitlines():
        if not line.split(maxsplit=1)[-1].startswith("pytest"):
            passed, failed = passed + line.startswith("  ok "), failed + line.startswith("  FAILED ")
    for line in skipped:
        print(line)
    print(f"{passed} passed, {failed} failed" + (f", {len(skipped)} skipped" if skipped else ""))
    return 1 if failed or (skipped and os.environ.get("TEST_NOTHING_SKIPPED") == "1") else 0


if __name__ == "__main__":
    sys.exit(main())
