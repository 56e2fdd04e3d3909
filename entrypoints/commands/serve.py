"""`frontdesk serve`, which is also `litestar run`: the server with its limits."""

from typing import Any

from click import IntRange, Path, command, option


@command(short_help="Serve the API, its page and the console.")
@option("-H", "--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@option("-p", "--port", default=8000, show_default=True, type=int, help="Port to listen on.")
@option(
    "-W",
    "--workers",
    "--web-concurrency",
    "--wc",
    default=1,
    show_default=True,
    type=IntRange(min=1),
    help="Processes that serve.",
)
@option("-U", "--uds", "--unix-domain-socket", help="Listen on this Unix socket instead.")
@option("-F", "--fd", "--file-descriptor", type=int, help="Listen on this open socket instead.")
@option("-r", "--reload", is_flag=True, help="Start anew when the code changes.")
@option("--ssl-certfile", type=Path(exists=True), help="Certificate, to serve https.")
@option("--ssl-keyfile", type=Path(exists=True), help="Key of the certificate.")
def serve(host: str, port: int, workers: int, **more: Any) -> None:
    """Serve until a signal arrives; then answer what is in flight, for 8 seconds at most.

    The data folder and the database are made or upgraded first. Settings come from the environment
    and a .env in the working directory.
    """
    from entrypoints.server import Listening, serve

    serve(Listening(host=host, port=port, workers=workers, **more))
