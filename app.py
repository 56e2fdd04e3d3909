"""Where `litestar` and `uvicorn app:app` look first."""

from entrypoints.http import create_app
from entrypoints.logs import configure_logs
from entrypoints.settings import read_settings

app = create_app(read_settings())
# Servers set up logging of their own after they have imported this.
app.on_startup.append(configure_logs)
