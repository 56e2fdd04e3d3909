"""What is asked of the service, how often, and how it answers."""

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Call:
    """A kind of request with one kind of answer. `share` is how often it comes among those of its
    list; it takes about `ms` milliseconds and that many `statements`. `path` is the route with
    something in place of names; `body` is sent.
    """

    method: str
    route: str
    status: int = 200
    problem: str = ""
    share: float = 1
    ms: float = 1
    size: int = 120
    statements: int = 1
    path: str = ""
    body: bytes = b""

    def takes(self, random: Random) -> float:
        """How many milliseconds, this time."""
        return round(self.ms * random.lognormvariate(0, 0.38), 2)


_CREDENTIALS = b'{"username": "somebody", "password": "something"}'
SIGN_UP = Call("POST", "/api/user/signup", ms=74, statements=9, body=_CREDENTIALS)
LOG_IN = Call("POST", "/api/user/login", ms=71, statements=12, body=_CREDENTIALS)
LOG_IN_REFUSED = Call(
    *("POST", "/api/user/login", 403, "invalid_credentials"),
    ms=73,
    size=171,
    statements=9,
    body=_CREDENTIALS,
)
LOG_IN_THROTTLED = Call(
    *("POST", "/api/user/login", 429, "too_many_attempts"),
    ms=1.4,
    size=165,
    statements=2,
    body=_CREDENTIALS,
)
LOG_OUT = Call("POST", "/api/user/logout", ms=2.3, size=0, statements=3)
CHANGE_PASSWORD = Call(
    "PUT", "/api/user", ms=150, statements=14, body=b'{"password": "", "current_password": ""}'
)
RENAME = Call(
    *("PATCH", "/api/ops/users/{user_id}"),
    ms=3.6,
    statements=6,
    body=b'{"version": 1, "username": ""}',
)
DISABLE = Call("POST", "/api/ops/users/{user_id}/disable", ms=3.9, statements=8)
MAKE_KEY = Call("POST", "/api/ops/tokens", ms=3.1, statements=5, body=b'{"name": "", "days": 90}')

SIGNED_IN = (
    Call("GET", "/api/user", share=780, ms=0.9, size=92),
    Call("GET", "/api/user/sessions", share=82, ms=1.9, size=1_460, statements=2),
    Call("GET", "/api/user/events", share=64, ms=2.2, size=3_310, statements=2),
    Call("GET", "/api/user/export", share=5, ms=38, size=41_000, statements=7),
    Call(
        *("PUT", "/api/user", 400, "username_taken", 4),
        ms=3.2,
        size=176,
        statements=5,
        body=b'{"username": "sam"}',
    ),
    Call(
        *("PUT", "/api/user", 403, "fresh_login_required", 3),
        ms=1.6,
        size=205,
        statements=2,
        body=b'{"password": "something"}',
    ),
    Call(
        *("DELETE", "/api/user/sessions/{session_id}", 404, "no_such_session", 1),
        ms=1.8,
        size=158,
        statements=3,
        path="/api/user/sessions/17",
    ),
)
"""By who has a session."""

ANONYMOUS = (
    Call("GET", "/api/user", 401, "not_signed_in", 46, ms=0.4, size=142, statements=0),
    Call("GET", "/", 302, share=9, ms=0.5, size=0, statements=0),
    Call("GET", "/schema", share=6, ms=0.7, size=1_020, statements=0),
    Call("GET", "/schema/openapi.json", share=3, ms=1.1, size=68_400, statements=0),
    Call(
        *("POST", "/api/user/signup", 400, "username_taken", 10),
        ms=73,
        size=176,
        statements=6,
        body=_CREDENTIALS,
    ),
    Call(
        *("POST", "/api/user/signup", 400, "invalid_password", 6),
        ms=0.6,
        size=247,
        statements=0,
        body=_CREDENTIALS,
    ),
    Call(
        *("POST", "/api/user/signup", 400, "invalid_username", 3),
        ms=0.6,
        size=243,
        statements=0,
        body=_CREDENTIALS,
    ),
    Call("GET", "/api/user/export", 401, "not_signed_in", 2, ms=0.4, size=142, statements=0),
)
"""By who has none, or none any more."""

OPERATORS = (
    Call("GET", "/api/ops/metrics", share=30, ms=4.1, size=1_300, statements=2),
    Call("GET", "/api/ops/metrics/history", share=30, ms=17, size=48_000, statements=2),
    Call("GET", "/api/ops/nodes", share=20, ms=3.3, size=420, statements=2),
    Call("GET", "/api/ops/logs", share=14, ms=11, size=32_000, statements=2),
    Call("GET", "/api/ops/events", share=8, ms=6.4, size=21_000, statements=2),
    Call(
        *("GET", "/api/ops/tables/{table}/rows"),
        share=14,
        ms=6.9,
        size=18_000,
        statements=2,
        path="/api/ops/tables/users/rows",
    ),
    Call("GET", "/api/ops/me", share=4, ms=1.2, size=310, statements=2),
)
"""By operators, with the console."""

SCANNED = tuple(
    Call("GET", "", 404, "not_found", ms=0.3, size=120, statements=0, path=path)
    for path in ("/wp-login.php", "/.env", "/.git/config", "/phpmyadmin/", "/robots.txt", "/admin")
)
"""By programs that look for files of others."""


def pick(random: Random, calls: tuple[Call, ...]) -> Call:
    """One of them."""
    return random.choices(calls, [call.share for call in calls])[0]
