"""The audit of the lock fails for what is known, and for nothing else."""

from typing import Any

import pytest

from tests.audit import _report

NOT_FOUND = {"name": "msgspec", "skip_reason": "not found"}
CLEAN = {"name": "bcrypt", "version": "5.0.0", "vulns": []}
FLAWED = {"name": "litestar", "version": "2.0.0", "vulns": [{"id": "PYSEC-1"}]}


@pytest.mark.parametrize(
    ("found", "status", "said"),
    [
        ([CLEAN, FLAWED], 1, "litestar: PYSEC-1"),
        ([CLEAN, NOT_FOUND], 0, "0 known vulnerabilities in 1 of 2 packages"),
        ([NOT_FOUND], 0, "audit: skipped"),
    ],
)
def test_what_is_known_is_named_and_fails(
    found: list[dict[str, Any]], status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _report(found) == status
    assert said in capsys.readouterr().out
