"""How a setting is declared: `name: Annotated[type, bounds, GROUP("what it does")] = default`.

From that come how it is read, what the console shows, `.env.example` and docs/settings.md.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from msgspec import Meta, Struct, structs

PREFIX = "FRONTDESK_"


@dataclass(frozen=True, slots=True)
class About:
    """The group of a setting, what it does, and what holds if it is not set."""

    group: str
    text: str
    unset: str


@dataclass(frozen=True, slots=True)
class Group:
    """Settings that are shown together."""

    name: str

    def __call__(self, text: str, *, unset: str = "") -> About:
        return About(self.name, text, unset)


@dataclass(frozen=True, slots=True)
class ReadBy:
    """What makes a value of the text. It raises `ValueError` that says what to write."""

    parse: Callable[[str], Any]
    form: str
    """How the text looks, for the documents."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A setting as it is declared. `type` is that of the value, with its bounds."""

    name: str
    type: Any
    default: Any
    about: About
    read_by: ReadBy | None

    @property
    def variable(self) -> str:
        """The name in the environment."""
        return PREFIX + self.name.upper()


def declared_in(struct: type[Struct]) -> Iterator[Declared]:
    """The settings of a class, in its order."""
    hints = get_type_hints(struct, include_extras=True)
    for field in structs.fields(struct):
        hint = hints[field.name]
        notes = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
        (about,) = (each for each in notes if isinstance(each, About))
        read_by = next((each for each in notes if isinstance(each, ReadBy)), None)
        made = field.default_factory() if callable(field.default_factory) else field.default
        yield Declared(field.name, hint, made, about, read_by)


def bounds_of(hint: Any) -> Meta:
    """Those of a number; empty if it has none."""
    return next((each for each in get_args(hint)[1:] if isinstance(each, Meta)), Meta())
