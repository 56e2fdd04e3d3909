"""How a call is said once, for clients with and without `await`."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Generic, ParamSpec, Protocol, TypeVar, overload

from msgspec import Struct, field

_Inputs = ParamSpec("_Inputs")
_Result = TypeVar("_Result")
_Result_co = TypeVar("_Result_co", covariant=True)


class Call(Struct, Generic[_Result], frozen=True):
    """What is sent, and what comes back if it is not refused."""

    method: str
    path: str
    result: type[_Result]
    body: Mapping[str, Any] | None = None
    query: Mapping[str, Any] = field(default_factory=dict)


def given(**values: Any) -> dict[str, Any]:
    """Those that are not `None`."""
    return {name: value for name, value in values.items() if value is not None}


class Sends(Protocol):
    """A client that answers when called."""

    def send(self, call: Call[_Result], /) -> _Result: ...


class SendsLater(Protocol):
    """A client that answers when awaited."""

    def send_later(self, call: Call[_Result], /) -> Awaitable[_Result]: ...


class Method(Generic[_Inputs, _Result]):
    """Makes a call a method of both clients."""

    def __init__(self, call: Callable[_Inputs, Call[_Result]]) -> None:
        self._call = call
        self.__doc__ = call.__doc__

    @overload
    def __get__(self, client: Sends, owner: Any) -> Callable[_Inputs, _Result]: ...

    @overload
    def __get__(self, client: SendsLater, owner: Any) -> Callable[_Inputs, Awaitable[_Result]]: ...

    @overload
    def __get__(self, client: None, owner: Any) -> Callable[_Inputs, Call[_Result]]: ...

    def __get__(self, client: Any, owner: Any) -> Any:
        call = self._call
        if client is None:
            return call
        send = client.send if hasattr(client, "send") else client.send_later

        def method(*args: _Inputs.args, **kwargs: _Inputs.kwargs) -> Any:
            return send(call(*args, **kwargs))

        method.__name__, method.__doc__ = call.__name__, call.__doc__
        return method
