"""Settings about accounts: who may sign up, passwords, rate limits, sessions and events."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from entrypoints.settings import values as read
from entrypoints.settings.declaring import Group
from entrypoints.settings.values import RESERVED_NAMES, Rate, Secret

_SIGN_UP = Group("Sign-up")
_PASSWORDS = Group("Passwords and keys")
_LIMITS = Group("Rate limits")
_SESSIONS = Group("Sessions and events")

_Limit = Annotated[Rate, read.RATE]
_Wait = Annotated[float, Meta(gt=0, le=86_400)]


class AccountSettings(Struct, frozen=True, kw_only=True):
    """What an operator can set about accounts."""

    sign_up: Annotated[
        Literal["open", "invited", "closed"],
        _SIGN_UP(
            "Who may sign up: everybody (open), people with an invitation of an operator (invited),"
            " or nobody (closed: operators create the accounts)."
        ),
    ] = "open"
    reserved_names: Annotated[
        tuple[str, ...],
        read.NAMES,
        _SIGN_UP(
            "Names that only operators can give. Names that look like one of them are reserved,"
            " too. `none` reserves nothing.",
            unset="none",
        ),
    ] = RESERVED_NAMES
    bcrypt_cost: Annotated[
        int,
        Meta(ge=10, le=31),
        _PASSWORDS("Cost of a bcrypt hash. Each step doubles the time: 12 takes about 0.25 s."),
    ] = 12
    hash_threads: Annotated[
        Annotated[int, Meta(ge=1, le=1_024)] | None,
        _PASSWORDS("Threads of a worker that hash passwords.", unset="one for each core"),
    ] = None
    hash_max_wait_seconds: Annotated[
        float,
        Meta(gt=0, le=60),
        _PASSWORDS("Longest wait in the hash queue. Who would wait longer gets 503 at once."),
    ] = 2
    pepper: Annotated[
        Secret | None,
        read.PEPPER,
        _PASSWORDS(
            "Secret key of password hashes, the same on every node. If it is lost, no password"
            " can be verified any more.",
            unset="hashes are made without one",
        ),
    ] = None
    old_peppers: Annotated[
        tuple[Secret, ...],
        read.PEPPERS,
        _PASSWORDS(
            "Former peppers. Hashes made with them are accepted, and replaced at the next login.",
            unset="none",
        ),
    ] = ()
    secret_key: Annotated[
        Secret | None,
        read.KEY,
        _PASSWORDS(
            "Key for the pseudonyms of unknown names and for device cookies, the same on every"
            " node.",
            unset="`secret.key` in the data folder, made at the first start",
        ),
    ] = None
    throttle: Annotated[
        Literal["on", "off"],
        _LIMITS("`off` switches off all rate limits but one: a user has one export at a time."),
    ] = "on"
    limit_account_network: Annotated[
        _Limit, _LIMITS("Wrong passwords for one account from one network.")
    ] = Rate(10, 300)
    limit_network: Annotated[
        _Limit,
        _LIMITS(
            "Wrong passwords from one network: an IPv4 address or an IPv6 /64. A /56 may have four"
            " and a /48 sixteen times as much."
        ),
    ] = Rate(100, 300)
    limit_network_day: Annotated[
        _Limit, _LIMITS("Wrong passwords from one network in the long run; then one an hour.")
    ] = Rate(1_000, 86_400)
    limit_account: Annotated[
        _Limit, _LIMITS("Wrong passwords for one account from anywhere; known devices are exempt.")
    ] = Rate(50, 3600)
    limit_device: Annotated[
        _Limit, _LIMITS("Wrong passwords from one known device: a browser that has logged in.")
    ] = Rate(10, 300)
    limit_sign_ups: Annotated[_Limit, _LIMITS("Sign-ups from one network.")] = Rate(100, 60)
    limit_confirmations: Annotated[
        _Limit, _LIMITS("Wrong values of `current_password` from one user.")
    ] = Rate(10, 300)
    limit_failures: Annotated[
        _Limit,
        _LIMITS(
            "Wrong passwords of strangers for one account since its last right one; then one in"
            " that many seconds, and with the profile hardened none until the password is reset or"
            " the owner logs in from a known device."
        ),
    ] = Rate(100, 3600)
    limit_renames: Annotated[_Limit, _LIMITS("Changes of the name by its user.")] = Rate(10, 3600)
    limit_logins: Annotated[_Limit, _LIMITS("Successful logins and new passwords of one user.")] = (
        Rate(60, 3600)
    )
    first_wait_seconds: Annotated[
        _Wait, _LIMITS("First wait after a rate limit was exceeded. It doubles each time.")
    ] = 60
    longest_wait_seconds: Annotated[
        _Wait, _LIMITS("Longest wait after a rate limit was exceeded.")
    ] = 900
    session_days: Annotated[
        float, Meta(gt=0, le=365), _SESSIONS("A session ends this many days after its login.")
    ] = 7
    session_idle_minutes: Annotated[
        Annotated[float, Meta(ge=10, le=525_600)] | None,
        _SESSIONS(
            "A session ends after this many minutes without use, which is noted every 5 minutes.",
            unset="never",
        ),
    ] = None
    sessions_per_user: Annotated[
        int, Meta(ge=1, le=1_000), _SESSIONS("Sessions of one user. A new one ends the oldest.")
    ] = 20
    operator_session_hours: Annotated[
        float,
        Meta(gt=0, le=8_760),
        _SESSIONS(
            "An operator's session ends this many hours after its login, at the latest when"
            " everybody's does."
        ),
    ] = 12
    operator_idle_minutes: Annotated[
        float,
        Meta(ge=10, le=525_600),
        _SESSIONS(
            "An operator's session ends after this many minutes without use, at the latest when"
            " everybody's does."
        ),
    ] = 60
    fresh_login_minutes: Annotated[
        float,
        Meta(gt=0, le=1_440),
        _SESSIONS(
            "For this many minutes after a login, changing the password or deleting the account"
            " needs no `current_password`."
        ),
    ] = 10
    event_days: Annotated[
        float, Meta(gt=0, le=36_500), _SESSIONS("Retention of events about accounts, in days.")
    ] = 365
