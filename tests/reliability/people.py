"""People who use the service until it dies under them, and remember what they were answered."""

import contextlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Self

from frontdesk_client import Unavailable

from tests.client import Client, Response, connect

RENAMES = 10


@dataclass
class Person:
    """An account as its owner remembers it."""

    user_id: int
    name: str
    password: str
    new_password: str | None = None
    """Asked for, and not answered yet."""
    has_changed: bool = False
    """The password, and that was answered."""
    session: str | None = None
    """Answered, and not asked to end."""
    ended: list[str] = field(default_factory=list)
    """Sessions whose end was answered."""


class People:
    """They sign up, rename themselves, change the password, log out and log in, until the service
    dies.
    """

    def __init__(self, url: str, name: str, number: int) -> None:
        self._url, self._name = url, name
        self.all: list[Person] = []
        self._threads = [
            threading.Thread(target=self._work, args=(each,)) for each in range(number)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for thread in self._threads:
            thread.join()

    def have_begun(self) -> bool:
        """Whether anything was answered."""
        return bool(self.all)

    def _work(self, number: int) -> None:
        with contextlib.suppress(Unavailable), connect(self._url) as client:
            for turn in count():
                self._live(client, f"{self._name}-{number}-{turn}")

    def _live(self, client: Client, name: str) -> None:
        client.cookies.clear()
        answer = _done(client.sign_up(name, f"password of {name}"))
        person = Person(answer.data["id"], name, f"password of {name}", session=_session(client))
        self.all.append(person)
        for turn in range(RENAMES):
            person.name = _done(client.update(username=f"{name}-{turn}")).data["username"]
        self._change_password(client, person)
        ending, person.session = _session(client), None
        _done(client.log_out())
        person.ended.append(ending)
        _done(client.log_in(person.name, person.password))
        person.session = _session(client)

    def _change_password(self, client: Client, person: Person) -> None:
        person.new_password, person.session = f"new {person.password}", None
        _done(client.update(password=person.new_password, current_password=person.password))
        person.password, person.new_password = person.new_password, None
        person.session, person.has_changed = _session(client), True


Names = Callable[[], Mapping[int, str]]


def find_as_they_remember(url: str, people: Sequence[Person], names: Names) -> None:
    """Whoever was let in is let in, whoever left is out, and the password is the one answered, or
    the one whose answer is missing. `names` tells which they have now.
    """
    with connect(url) as client:
        for person in people:
            for session in person.ended:
                assert _asked_with(client, session) == 401, "who logged out is out"
            if person.session:
                assert _asked_with(client, person.session) == 200, "who was let in is let in"
            client.cookies.clear()
            tries = [each for each in (person.password, person.new_password) if each]
            statuses = [client.log_in(names()[person.user_id], each).status for each in tries]
            assert statuses.count(200) == 1, "one password is right"


def _asked_with(client: Client, session: str) -> int:
    client.cookies.clear()
    return client.request("GET", "/api/user", headers={"Cookie": f"sessionid={session}"}).status


def _done(response: Response) -> Response:
    assert response.status == 200, response.text
    return response


def _session(client: Client) -> str:
    return client.cookies["sessionid"]
