"""`frontdesk users …`: what operators do to accounts, from the machine that runs the service."""

import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from click import UsageError, argument, confirm, echo, group, option, prompt

from application.operations.queries import Comparison, Condition
from domain.throttle import Waits
from domain.user import Username
from entrypoints.commands.output import json_option, show_facts, show_rows, shown
from entrypoints.commands.rows import all_rows, equal, parsed_filters, user_named
from entrypoints.commands.running import COMMAND_LINE, with_services
from entrypoints.commands.transfer import export_users, import_users
from entrypoints.services import Services
from entrypoints.wiring import UseCases

_WORKING_OPERATORS = (
    equal("is_operator", "true"),
    Condition("disabled_at", Comparison.NULL, "true"),
)
_COLUMNS = ("id", "username", "is_operator", "disabled_at", "signup_time", "last_used_at")


@group()
def users() -> None:
    """Create, find, change and remove accounts."""


users.add_command(export_users)
users.add_command(import_users)


@users.command("list")
@option("--filter", "filters", multiple=True, metavar="COLUMN:COMPARISON:VALUE", help="As the API.")
@option("--limit", type=int, default=100, show_default=True, help="At most so many.")
@json_option
def list_users(filters: tuple[str, ...], *, limit: int, as_json: bool) -> None:
    """Show accounts, the oldest first."""
    conditions = parsed_filters(filters)

    async def find(services: Services) -> list[Any]:
        return [row async for row in all_rows(services.tables, "users", conditions, limit=limit)]

    show_rows(with_services(find, is_reading=True), _COLUMNS, as_json=as_json)


@users.command()
@argument("name")
@json_option
def show(name: str, *, as_json: bool) -> None:
    """Show one account, how many sessions it has, and whether it has to wait."""

    async def find(services: Services) -> dict[str, object]:
        row = await user_named(services.tables, name)
        sessions = await services.tables.count("sessions", [equal("user_id", row["id"])])
        waits = await services.use_cases.show_throttle(user_id=int(str(row["id"])))
        return {**row, "sessions": sessions.number, "waits_until": waits.until}

    show_facts(with_services(find, is_reading=True), as_json=as_json)


@users.command()
@argument("name")
@json_option
def throttle(name: str, *, as_json: bool) -> None:
    """Show what counts against this user's logins and changes, and until when they have to wait.

    Limits of whole networks are not shown.
    """
    rows = [asdict(each) for each in _waits_of(name).waits]
    show_rows(rows, ("limit", "network", "attempts", "until"), as_json=as_json)


@users.command("reset-throttle")
@argument("name")
def reset_throttle(name: str) -> None:
    """Forget what was counted against this user. Limits of whole networks stay."""
    forgotten = with_services(
        lambda services: services.use_cases.reset_throttle(user=Username(name), caller=COMMAND_LINE)
    )
    echo(
        f"{forgotten} counts were forgotten: nothing of its own makes {name} wait. If the answer is"
        " still 429, the network has to wait: for up to 15 minutes, or an hour a try after 1,000"
        " wrong passwords in a day."
    )


def _waits_of(name: str) -> Waits:
    async def find(services: Services) -> Waits:
        row = await user_named(services.tables, name)
        return await services.use_cases.show_throttle(user_id=int(str(row["id"])))

    return with_services(find, is_reading=True)


def _say_if_waiting(name: str) -> None:
    if until := _waits_of(name).until:
        echo(
            f"Logins still have to wait, at the longest until {shown(until)}:"
            f" `frontdesk users reset-throttle {name}` lets {name} try at once."
        )


@users.command()
@argument("name")
@option("--operator", is_flag=True, help="Let this user operate the service.")
@option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def create(name: str, *, operator: bool, password_stdin: bool) -> None:
    """Create an account; asks for the password."""
    password = _password(from_stdin=password_stdin)
    _run(
        lambda use_cases: use_cases.create_user(
            username=name, password=password, caller=COMMAND_LINE, is_operator=operator
        )
    )
    echo(f"{name} is {'an operator' if operator else 'a user'}.")


@users.command()
@argument("name")
@argument("new_name")
def rename(name: str, new_name: str) -> None:
    """Give this user another name, which may be a reserved one."""
    _run(
        lambda use_cases: use_cases.update_user_as_operator(
            user=Username(name), username=new_name, caller=COMMAND_LINE
        )
    )
    echo(f"{name} is {new_name} now.")


@users.command()
@argument("name")
@option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def password(name: str, *, password_stdin: bool) -> None:
    """Set this user's password, which ends all sessions and access tokens; asks for it."""
    secret = _password(from_stdin=password_stdin)
    _run(
        lambda use_cases: use_cases.update_user_as_operator(
            user=Username(name), password=secret, caller=COMMAND_LINE
        )
    )
    echo(f"{name} has another password. All sessions and access tokens have ended.")
    _say_if_waiting(name)


@users.command("reset-code")
@argument("name")
@json_option
def reset_code(name: str, *, as_json: bool) -> None:
    """Make a code with which this user can choose a new password, once."""
    issued = with_services(
        lambda services: services.use_cases.set_reset_code(user=Username(name), caller=COMMAND_LINE)
    )
    facts = {"code": issued.code.value, "expires_at": issued.stored.expires_at}
    show_facts(facts, as_json=as_json)
    if not as_json:
        echo("Give it to the user in person. It is for one call, which your application makes:")
        echo('POST /api/user/reset {"code": "…", "password": "the new one"}')
        _say_if_waiting(name)


@users.command()
@argument("name")
@option("--reason", default="", help="For the record.")
def disable(name: str, *, reason: str) -> None:
    """Refuse this user's logins and end all sessions, access tokens and codes, at once."""

    async def act(services: Services) -> int:
        await services.use_cases.disable_user(
            user=Username(name), caller=COMMAND_LINE, reason=reason
        )
        return (await services.tables.count("users", _WORKING_OPERATORS, exact=True)).number

    operators = with_services(act)
    echo(f"{name} is disabled. All sessions, access tokens and codes have ended.")
    if not operators:
        echo("There is no operator now: `frontdesk users operator NAME` makes one.")


@users.command()
@argument("name")
def enable(name: str) -> None:
    """Let this user in again."""
    _run(lambda use_cases: use_cases.enable_user(user=Username(name), caller=COMMAND_LINE))
    echo(f"{name} is enabled.")


@users.command()
@argument("name")
@option("--yes", is_flag=True, help="Do not ask.")
def delete(name: str, *, yes: bool) -> None:
    """Delete an account, its sessions, and personal data in its events, for good."""
    if not yes:
        confirm(f"Delete {name} for good?", abort=True)
    _run(
        lambda use_cases: use_cases.delete_user_as_operator(
            user=Username(name), caller=COMMAND_LINE
        )
    )
    echo(f"{name} is deleted.")


@users.command()
@argument("name")
@option("--remove", is_flag=True, help="Make an operator an ordinary user, without keys and codes.")
def operator(name: str, *, remove: bool) -> None:
    """Make this user an operator."""
    user = Username(name)
    if remove:
        _run(lambda use_cases: use_cases.demote_operator(user=user, caller=COMMAND_LINE))
    else:
        _run(lambda use_cases: use_cases.promote_user(user=user, caller=COMMAND_LINE))
    echo(f"{name} is {'a user' if remove else 'an operator'}.")


@users.command()
@argument("name")
@argument("role", nargs=-1)
def roles(name: str, role: tuple[str, ...]) -> None:
    """Set this user's roles, for applications; none of them, if none are named."""
    _run(
        lambda use_cases: use_cases.set_labels(user=Username(name), roles=role, caller=COMMAND_LINE)
    )
    echo(f"{name} has {', '.join(sorted(set(role))) or 'no roles'}.")


@users.command()
@argument("name")
@argument("json_object", metavar="JSON")
def metadata(name: str, json_object: str) -> None:
    """Set this user's metadata, for applications: a JSON object, as '{"plan": "pro"}'."""
    value = _object(json_object)
    _run(
        lambda use_cases: use_cases.set_labels(
            user=Username(name), metadata=value, caller=COMMAND_LINE
        )
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
