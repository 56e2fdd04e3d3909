"""What `StrictProtocol` relies on in a class that uvicorn does not promise to keep (ADR 6).

`pyproject.toml` holds uvicorn below its next minor version; whoever raises that looks here first.
"""

import inspect
import re
from pathlib import Path

import pytest
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from adapters.http.pipeline.protocol import StrictProtocol

pytestmark = pytest.mark.sqlite

OVERRIDDEN = {
    "connection_made",
    "connection_lost",
    "data_received",
    "eof_received",
    "on_header",
    "on_headers_complete",
    "on_body",
    "on_message_complete",
    "on_response_complete",
    "pause_writing",
    "resume_writing",
    "timeout_keep_alive_handler",
    "send_400_response",
    "_start_asgi_task",
}
ATTRIBUTES = {
    "client",
    "cycle",
    "flow",
    "headers",
    "loop",
    "parser",
    "pipeline",
    "timeout_keep_alive",
    "transport",
    "url",
}
CYCLE = {"disconnected", "keep_alive", "message_event", "response_complete"}


def test_what_is_overridden_is_there_and_named_here() -> None:
    ours = {
        name
        for name, each in vars(StrictProtocol).items()
        if inspect.isfunction(each) and not name.startswith("__") and name in dir(HttpToolsProtocol)
    }
    assert ours == OVERRIDDEN
    assert hasattr(HttpToolsProtocol, "_unset_keepalive_if_required")


def test_the_attributes_that_are_used_are_set_by_uvicorn() -> None:
    source = "".join(map(inspect.getsource, (HttpToolsProtocol, RequestResponseCycle)))
    assigned = set(re.findall(r"self\.(\w+)(?:: [^=\n]+)? = ", source))
    assert assigned >= ATTRIBUTES | CYCLE
    assert {"read_paused", "write_paused"} <= set(
        re.findall(r"self\.(\w+) = ", inspect.getsource(FlowControl))
    )
    assert {"pause_reading", "resume_reading"} <= set(dir(FlowControl))


def test_it_is_held_below_its_next_minor_version() -> None:
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text()
    assert re.search(r'"uvicorn>=0\.(\d+),<0\.\d+"', text)
