"""What a handler says about who may call it, as Litestar's `opt`."""

from typing import Any

PUBLIC: dict[str, Any] = {"public": True}
"""Handler options of what anybody may call."""

FORWARD_AUTH = "/api/authz"
"""Where reverse proxies ask whether to let a request through."""

PROBES = frozenset({"/healthz", "/readyz"})
"""Where supervisors and load balancers ask how a process is."""

SCOPE = "scope"
"""The handler option that names what an operator needs to call it: one of these scopes."""
