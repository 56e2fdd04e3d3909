"""What is kept of answers, and when it goes."""

from datetime import UTC, datetime, timedelta

from frontdesk_client.credentials import Credentials
from frontdesk_client.memory import Memory
from frontdesk_client.models import Session, SignedIn, User

ONE, OTHER = Credentials("cookie", "sessionid=1"), Credentials("cookie", "sessionid=2")


def somebody(user_id: int = 1, *, lasts: timedelta = timedelta(days=1)) -> SignedIn:
    now = datetime.now(UTC)
    return SignedIn(User(user_id, "ada"), Session(1, now, now + lasts, now))


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_nothing_is_kept_by_default() -> None:
    memory = Memory(0)
    memory.keep(ONE, somebody(), asked_at=memory.now())
    assert memory.get(ONE) is None


def test_it_is_kept_so_many_seconds_from_the_question_on() -> None:
    clock = Clock()
    memory = Memory(5, clock=clock)
    clock.now += 1
    memory.keep(ONE, found := somebody(), asked_at=100.0)
    clock.now = 104.9
    assert memory.get(ONE) == found
    assert memory.get(OTHER) is None
    clock.now = 105.0
    assert memory.get(ONE) is None


def test_no_longer_than_the_session() -> None:
    memory = Memory(5)
    memory.keep(ONE, somebody(lasts=timedelta(0)), asked_at=memory.now())
    assert memory.get(ONE) is None


def test_an_event_takes_all_that_is_known_of_a_user() -> None:
    memory = Memory(5)
    memory.keep(ONE, somebody(1), asked_at=memory.now())
    memory.keep(OTHER, somebody(2), asked_at=memory.now())
    memory.forget([1])
    assert memory.get(ONE) is None
    assert memory.get(OTHER)


def test_an_answer_from_before_an_event_is_not_kept() -> None:
    clock = Clock()
    memory = Memory(5, clock=clock)
    asked_at = memory.now()
    clock.now += 1
    memory.forget([1])
    memory.keep(ONE, somebody(1), asked_at=asked_at)
    assert memory.get(ONE) is None
    clock.now += 1
    memory.keep(ONE, somebody(1), asked_at=memory.now())
    assert memory.get(ONE)


def test_with_events_nothing_is_given_unless_they_are_followed() -> None:
    clock = Clock()
    memory = Memory(5, follows_events=True, clock=clock)
    memory.keep(ONE, somebody(), asked_at=memory.now())
    assert memory.get(ONE) is None
    memory.trust_until(101.0)
    memory.keep(ONE, somebody(), asked_at=memory.now())
    assert memory.get(ONE)
    clock.now = 101.0
    assert memory.get(ONE) is None, "the events have not been asked for since"
    memory.trust_until(102.0)
    assert memory.get(ONE)
    memory.forget_all()
    memory.trust_until(103.0)
    assert memory.get(ONE) is None


def test_it_does_not_grow_without_end() -> None:
    memory = Memory(60)
    for number in range(10_001):
        credentials = Credentials("cookie", f"sessionid={number}")
        memory.keep(credentials, somebody(), asked_at=memory.now())
    assert memory.get(Credentials("cookie", "sessionid=0")) is None
    assert memory.get(Credentials("cookie", "sessionid=10000"))
