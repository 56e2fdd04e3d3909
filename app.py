"""Where `litestar` and `uvicorn app:app` look first."""

import logging
import sys

from adapters.monitoring.stdout_log import configure_logs
from entrypoints.settings import InvalidSettings, read_settings
from entrypoints.web_app import create_app


def _say_what_is_missing() -> None:
    """`frontdesk serve` and `litestar run` serve another application, with the limits."""
    logging.getLogger("frontdesk").warning(
        "This server has no limit on connections, no deadline for slow clients and no strict "
        "parsing, and it may believe X-Forwarded-For; `frontdesk serve` has them."
    )


try:
    app = create_app(read_settings())
except InvalidSettings as error:
    sys.exit(str(error))
# Servers set up logging of their own after they have imported this.
app.on_startup += [configure_logs, _say_what_is_missing]
