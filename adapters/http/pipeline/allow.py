"""The `Allow` header, told whole."""

from litestar.types import HTTPScope


def all_methods(allow: bytes, scope: HTTPScope) -> bytes:
    """The methods in `allow`, and those it lacks.

    Litestar's answer to OPTIONS names only the first handler of a path, and it does not know that
    the pipeline answers HEAD wherever there is a GET.
    """
    methods = set(allow.decode().split(", "))
    template = scope.get("path_template")
    if template:
        methods |= set(scope["litestar_app"].route_handler_method_map[template])
    if "GET" in methods:
        methods.add("HEAD")
    return ", ".join(sorted(methods)).encode()
