"""Work that one process does for all."""

from datetime import timedelta

import pytest

from domain.errors import StorageUnavailable
from entrypoints.lease_holder import LEASE, RENEWED_EVERY, LeaseHolder, Work
from tests.examples import MINUTE
from tests.fakes.system import FakeClock, FakeLeases

EVERYTHING = [Work.METRICS, Work.REQUEST_LOG]


class Machine:
    """Nodes with one clock."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.leases = FakeLeases(self.clock)
        self._passed = timedelta()

    def node(self, name: str) -> LeaseHolder:
        return LeaseHolder(self.leases, name, monotonic=self.passed)

    def passed(self) -> float:
        return self._passed.total_seconds()

    def wait(self, time: timedelta) -> None:
        self.clock.advance(time)
        self._passed += time


@pytest.fixture
def machine() -> Machine:
    return Machine()


async def test_the_first_does_everything_and_the_others_nothing(machine: Machine) -> None:
    first, second = machine.node("first"), machine.node("second")
    assert first.held == []
    for _ in range(10):
        await first.renew()
        await second.renew()
        assert (first.held, second.held) == (EVERYTHING, [])
        machine.wait(RENEWED_EVERY)


async def test_within_a_minute_another_takes_over_from_a_dead_one(machine: Machine) -> None:
    dead, heir = machine.node("dead"), machine.node("heir")
    await dead.renew()
    waited = timedelta()
    while not heir.held:
        assert waited <= MINUTE
        assert not (dead.held and heir.held)
        machine.wait(RENEWED_EVERY)
        waited += RENEWED_EVERY
        await heir.renew()
    assert dead.held == []


async def test_who_cannot_renew_stops_when_it_ends(machine: Machine) -> None:
    cut_off = machine.node("cut off")
    await cut_off.renew()
    machine.leases.failure = StorageUnavailable()
    with pytest.raises(StorageUnavailable):
        await cut_off.renew()
    assert cut_off.held == EVERYTHING, "it still has it"
    machine.wait(LEASE)
    assert cut_off.held == []


async def test_who_ends_leaves_it_to_others_at_once(machine: Machine) -> None:
    first, second = machine.node("first"), machine.node("second")
    await first.renew()
    await first.give_back()
    await second.renew()
    assert (first.held, second.held) == ([], EVERYTHING)
