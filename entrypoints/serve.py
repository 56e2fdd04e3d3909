"""`python -m entrypoints.serve`: the server with the limits it should have in production."""

import argparse
import gc


def main(arguments: list[str] | None = None) -> None:
    """Serve until a signal arrives; then answer what is in flight, for 10 seconds at most."""
    parser = argparse.ArgumentParser(prog="frontdesk", description="Serve Frontdesk.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", default=8000, type=int, help="port to listen on (%(default)s)")
    parser.add_argument("--workers", default=1, type=int, help="processes (%(default)s)")
    given = parser.parse_args(arguments)
    # What is imported and put together stays: looking through it for garbage is a tenth of the
    # start (docs/performance.md). The server begins with that when it has started.
    gc.disable()
    from entrypoints.server import serve

    serve(given.host, given.port, given.workers)


if __name__ == "__main__":
    main()
