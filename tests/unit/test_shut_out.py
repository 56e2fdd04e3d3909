"""Who is shut out is out at once, and why is on record."""

from application.steps.shut_out import ShutOut
from domain.events import EventKind
from tests.examples import LAPTOP, NOON
from tests.unit.conftest import Desk


async def test_sessions_end_and_the_reason_goes_on_record(desk: Desk) -> None:
    ada = (await desk.signed_up()).user
    for reason in ("spam", ""):
        async with desk.store.begin() as work:
            disabled = await ShutOut(desk.clock)(
                work, ada, caller=LAPTOP, actor_id=None, reason=reason
            )
        assert disabled.disabled_at == NOON
    told = [each.details for each in desk.happened() if each.kind is EventKind.ACCOUNT_DISABLED]
    assert told == [{"reason": "spam"}, {}]
    assert desk.kinds().count("sessions_ended") == 1
    assert desk.store.state.sessions == {}
