"""Say how much the tests have run, and fail below the floor (`make check`).

Branches count. Measured is what runs in the test's own process: real servers are tested, too, but
not measured.
"""

import sys
from io import StringIO

from coverage import Coverage

FLOORS = {
    "domain and application": (95, ["domain/*", "application/*"]),
    "everything": (90, None),
}


def main() -> int:
    """0 if every floor holds."""
    coverage = Coverage()
    coverage.load()
    below = 0
    for what, (floor, files) in FLOORS.items():
        percent = coverage.report(include=files, show_missing=False, file=StringIO())
        print(f"coverage of {what}: {percent:.1f} %, at least {floor} %")
        below += percent < floor
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
