"""`frontdesk demo`: a month of invented life, to look at."""

from pathlib import Path

from click import ClickException, IntRange, command, option
from click import Path as PathType

from domain.errors import FrontdeskError
from entrypoints.demo.lives import SEED
from entrypoints.preparation import CannotStart
from entrypoints.settings import InvalidSettings


@command(short_help="Serve a month of invented life, to look at the console.")
@option(
    "--data-dir",
    default="demo-data",
    show_default=True,
    type=PathType(path_type=Path),
    help="The folder of the demo: an empty or new one, or one that it has made.",
)
@option("-H", "--host", default="127.0.0.1", show_default=True, help="Address of this machine.")
@option(
    "-p",
    "--port",
    default=8000,
    show_default=True,
    type=IntRange(0, 65_535),
    help="Port to listen on.",
)
@option("--seed", default=SEED, show_default=True, type=int, help="Which lives are invented.")
@option("--fresh", is_flag=True, help="Make the demo anew that is in the folder.")
@option("--no-browser", is_flag=True, help="Only print the link.")
def demo(data_dir: Path, host: str, port: int, seed: int, *, fresh: bool, no_browser: bool) -> None:
    """Fill a folder with invented users, sessions, events, requests and metrics of the last 30
    days, serve it on this machine, and open the console, logged in as an operator.

    The link that logs in is printed; whoever has it is an operator, until the command ends. A demo
    that is there already is served as it is. The folder must have nothing else in it; nothing that
    a demo did not make is ever changed or removed.

    Settings from the environment and .env have no effect, so that a demo is the same everywhere;
    but a wrong one, FRONTDESK_PROFILE=hardened and FRONTDESK_DATABASE_URL are refused.
    """
    from entrypoints.demo.folder import CannotDemonstrate
    from entrypoints.demo.serving import demonstrate
    from entrypoints.server import Listening

    listening = Listening(host=host, port=port)
    try:
        demonstrate(data_dir, listening, seed=seed, fresh=fresh, in_browser=not no_browser)
    except (CannotDemonstrate, CannotStart, FrontdeskError, InvalidSettings) as error:
        raise ClickException(str(error)) from error
