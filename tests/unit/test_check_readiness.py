"""The service is ready as long as accounts can be written."""

import pytest

from domain.errors import StorageFull, StorageUnavailable, Unavailable
from tests.unit.conftest import Desk


async def test_it_is_ready_while_storage_takes_writes(desk: Desk) -> None:
    await desk.use_cases.check_readiness()


@pytest.mark.parametrize("failure", [StorageFull(), StorageUnavailable()], ids=repr)
async def test_it_says_what_is_wrong_with_storage(desk: Desk, failure: Unavailable) -> None:
    desk.storage.failure = failure
    with pytest.raises(Unavailable) as refusal:
        await desk.use_cases.check_readiness()
    assert refusal.value is failure


async def test_it_is_ready_again_when_storage_is(desk: Desk) -> None:
    desk.storage.failure = StorageFull()
    with pytest.raises(StorageFull):
        await desk.use_cases.check_readiness()
    desk.storage.failure = None
    await desk.use_cases.check_readiness()
