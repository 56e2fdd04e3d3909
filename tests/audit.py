"""Look the locked dependencies up in the database of known vulnerabilities (`make audit`).

Where the database cannot be reached, it says so in one line and succeeds: a machine without access
to it can still run `make check`.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

LOCKS = ("requirements.lock", "requirements-dev.lock")
OPTIONS = ("--require-hashes", "--disable-pip", "--format", "json", "--progress-spinner", "off")


def main() -> int:
    """0 if nothing is known against what is locked, or if nobody can be asked."""
    root = Path(__file__).parents[1]
    found: list[dict[str, Any]] = []
    for lock in LOCKS:
        command = [sys.executable, "-m", "pip_audit", *OPTIONS, "-r", str(root / lock)]
        audit = subprocess.run(command, capture_output=True, text=True, check=False)
        try:
            found += json.loads(audit.stdout)["dependencies"]
        except (ValueError, KeyError):
            return _cannot_ask(audit.stderr.strip().splitlines()[-1:])
    return _report(found)


def _report(found: list[dict[str, Any]]) -> int:
    asked = [each for each in found if "vulns" in each]
    if not asked:
        return _cannot_ask([])
    known = {(each["name"], flaw["id"]) for each in asked for flaw in each["vulns"]}
    for name, flaw in sorted(known):
        print(f"{name}: {flaw}")
    print(f"audit: {len(known)} known vulnerabilities in {len(asked)} of {len(found)} packages")
    return 1 if known else 0


def _cannot_ask(why: list[str]) -> int:
    reason = f" ({why[0]})" if why else ""
    print(f"audit: skipped, the database of known vulnerabilities cannot be reached{reason}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
