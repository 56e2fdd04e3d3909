"""Head and body of an answer leave together."""

import asyncio

from adapters.http.protocol import Gathering


class Wire:
    """As much of a transport as is written to."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        assert not self.closed
        self.sent.append(data)

    def close(self) -> None:
        self.closed = True


async def test_a_head_goes_with_what_follows_it() -> None:
    wire = Wire()
    transport = Gathering(wire, asyncio.get_running_loop())
    for part in (b"head", b"body", b"head", b"body"):
        transport.write(part)
    assert wire.sent == [b"headbody", b"headbody"]
    await asyncio.sleep(0)
    assert wire.sent == [b"headbody", b"headbody"]


async def test_a_head_alone_goes_in_the_same_turn_of_the_loop() -> None:
    wire = Wire()
    transport = Gathering(wire, asyncio.get_running_loop())
    transport.write(b"head")
    assert wire.sent == []
    await asyncio.sleep(0)
    assert wire.sent == [b"head"]


async def test_nothing_is_held_back_at_the_end() -> None:
    wire = Wire()
    transport = Gathering(wire, asyncio.get_running_loop())
    transport.write(b"farewell")
    transport.close()
    assert wire.sent == [b"farewell"]
    assert wire.closed
