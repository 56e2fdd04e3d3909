"""Whether there is such a user cannot be told by the time a refusal takes."""

import statistics
import time
from pathlib import Path

import pytest

from adapters.passwords.equal_work import EqualWork
from domain.errors import InvalidCredentials
from domain.user import Username
from entrypoints.services import Services, build_services
from tests.conftest import settings_in
from tests.examples import LAPTOP, PASSWORD
from tests.reliability.conftest import Tell

pytestmark = pytest.mark.alone

PAIRS = 15
KINDS = {
    "wrong password": ("ada", "wrong"),
    "unknown name": ("nobody", PASSWORD),
    "disabled account": ("shut", PASSWORD),
    "over-long password": ("ada", "x" * 15_000),
}


async def _medians(services: Services) -> dict[str, float]:
    took: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for name in ("ada", "shut"):
        await services.use_cases.sign_up(
            username=name, password=PASSWORD, caller=LAPTOP, presented=None
        )
    await services.use_cases.disable_user(user=Username("shut"), caller=LAPTOP)
    for _ in range(PAIRS):
        for kind, (name, password) in KINDS.items():
            started = time.perf_counter()
            with pytest.raises(InvalidCredentials):
                await services.use_cases.log_in(
                    username=name, password=password, caller=LAPTOP, presented=None
                )
            took[kind].append(time.perf_counter() - started)
    return {kind: statistics.median(times) for kind, times in took.items()}


async def _ratio(tmp_path: Path) -> float:
    services = build_services(settings_in(tmp_path, bcrypt_cost=10))
    async with services.running():
        medians = await _medians(services)
    return max(medians.values()) / min(medians.values())


async def test_all_refusals_take_equally_long(tmp_path: Path, tell: Tell) -> None:
    ratio = await _ratio(tmp_path)
    tell(f"medians of {PAIRS} interleaved rounds of {len(KINDS)} kinds differ by {ratio:.3f}")
    assert ratio < 1.25


async def test_without_the_equalising_hash_they_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tell: Tell
) -> None:
    """The test above can fail: here a mismatch does no further work."""
    monkeypatch.setattr(EqualWork, "finish", lambda *_: None)
    ratio = await _ratio(tmp_path)
    tell(f"{ratio:.1f} without it")
    assert ratio > 1.25
