"""`frontdesk users …`."""

import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from click import UsageError, argument, echo, group, option, prompt

from domain.user import Username
from entrypoints.commands.running import CONSOLE, with_services
from entrypoints.wiring import UseCases


@group()
def users() -> None:
    """Create, disable, enable and demote accounts, and set their roles and metadata."""


@users.command()
@argument("name")
@option("--operator", is_flag=True, help="Let this user operate the service.")
@option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def create(name: str, *, operator: bool, password_stdin: bool) -> None:
    """Create an account; asks for the password."""
    password = _password(from_stdin=password_stdin)
    _run(
        lambda use_cases: use_cases.create_user(
            username=name, password=password, origin=CONSOLE, is_operator=operator
        )
    )
    echo(f"{name} is {'an operator' if operator else 'a user'}.")


@users.command()
@argument("name")
def disable(name: str) -> None:
    """Refuse this user's logins and end all sessions, at once."""
    _run(lambda use_cases: use_cases.disable_user(user=Username(name), origin=CONSOLE))
    echo(f"{name} is disabled.")


@users.command()
@argument("name")
def enable(name: str) -> None:
    """Let this user in again."""
    _run(lambda use_cases: use_cases.enable_user(user=Username(name), origin=CONSOLE))
    echo(f"{name} is enabled.")


@users.command()
@argument("name")
def demote(name: str) -> None:
    """Make an operator an ordinary user; access keys and codes end, at once."""
    _run(lambda use_cases: use_cases.demote_operator(user=Username(name), origin=CONSOLE))
    echo(f"{name} is a user.")


@users.command()
@argument("name")
@argument("role", nargs=-1)
def roles(name: str, role: tuple[str, ...]) -> None:
    """Set this user's roles, for applications; none of them, if none are named."""
    _run(lambda use_cases: use_cases.set_labels(user=Username(name), roles=role, origin=CONSOLE))
    echo(f"{name} has {', '.join(sorted(set(role))) or 'no roles'}.")


@users.command()
@argument("name")
@argument("json_object", metavar="JSON")
def metadata(name: str, json_object: str) -> None:
    """Set this user's metadata, for applications: a JSON object, as '{"plan": "pro"}'."""
    value = _object(json_object)
    _run(
        lambda use_cases: use_cases.set_labels(user=Username(name), metadata=value, origin=CONSOLE)
    )
    echo(f"{name} has this metadata.")


def _object(text: str) -> dict[str, Any]:
    """What is meant; exits if it is no JSON object, or names something twice."""
    try:
        value = json.loads(text, object_pairs_hook=_without_twins)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise UsageError('Give a JSON object, as {"plan": "pro"}.')
    return value


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise UsageError("The JSON object has a name twice.")
    return found


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(prompt("Password", hide_input=True, confirmation_prompt=True))


def _run(act: Callable[[UseCases], Awaitable[object]]) -> None:
    with_services(lambda services: act(services.use_cases))
