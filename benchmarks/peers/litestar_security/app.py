"""Accounts service on litestar-security: native session profile, SQLite storage."""

import os
import sys
from pathlib import Path
from secrets import token_bytes, token_hex

import uvicorn
from litestar import Litestar, get
from litestar.config.csrf import CSRFConfig
from litestar.di import NamedDependency
from litestar.middleware.session.client_side import CookieBackendConfig
from litestar_security import (
    Principal,
    SecurityConfig,
    SecurityHeadersConfig,
    SecurityPlugin,
    public,
    required,
)
from litestar_security.accounts import (
    LocalAuth,
    LocalAuthSecrets,
    RegistrationPolicy,
    SessionBindingConfig,
    UnlimitedRateLimiter,
)

from store import Store, User

store = Store(Path(os.environ.get("BENCH_DATA", ".")) / "litestar_security.db")
sessions = CookieBackendConfig(secret=token_bytes(32), secure=True)
local_auth = LocalAuth.session(
    accounts=store,
    session_resolver=store,
    secrets=LocalAuthSecrets.session(purpose_token_pepper=token_bytes(32)),
    binding=SessionBindingConfig(pepper=token_bytes(32)),
    registration=RegistrationPolicy.public(require_verification=False),
    rate_limiter=UnlimitedRateLimiter(),
)


@get("/csrf", auth=public(), csrf_required=True, sync_to_thread=False)
def csrf() -> None:
    """Set the CSRF cookie that log in needs."""


@get("/me", auth=required("session"), sync_to_thread=False)
def me(principal: NamedDependency[Principal[User]]) -> User | None:
    return principal.user


config = SecurityConfig[User](local_auth=local_auth, headers=SecurityHeadersConfig.hardened())
app = Litestar(
    route_handlers=[csrf, me],
    csrf_config=CSRFConfig(secret=token_hex(32), cookie_secure=True),
    middleware=[sessions.middleware],
    plugins=[SecurityPlugin(config)],
    on_startup=[store.open],
    on_shutdown=[store.close],
)

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=False)
