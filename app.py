"""Where `litestar` and `uvicorn app:app` look first."""

from entrypoints.http import create_app
from entrypoints.logs import configure_logs
from entrypoints.settings import read_settings

configure_logs()
app = create_app(read_settings())
