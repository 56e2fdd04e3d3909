"""Who is let in again has the password there was, and no code of before."""

from application.steps.let_back_in import LetBackIn
from domain.events import Event, EventKind
from tests.examples import ADA, LAPTOP, NOON
from tests.unit.codes import code_for
from tests.unit.conftest import Desk
from tests.unit.operators import at_work, became_operator


async def test_logins_count_again_and_codes_do_not(desk: Desk) -> None:
    root = await at_work(desk, await became_operator(desk))
    await desk.signed_up()
    disabled = await desk.use_cases.disable_user(user=ADA, caller=LAPTOP)
    await code_for(desk, root, disabled)
    async with desk.store.begin() as work:
        enabled = await LetBackIn(desk.clock)(work, disabled, caller=LAPTOP, actor_id=root.user.id)
    assert not enabled.is_disabled
    assert desk.store.state.stored_codes == {}
    assert await desk.logged_in()
    (event,) = [each for each in desk.happened() if each.kind is EventKind.ACCOUNT_ENABLED]
    actor = root.user.id
    assert event == Event(EventKind.ACCOUNT_ENABLED, NOON, enabled.id, event.caller, {}, actor)
