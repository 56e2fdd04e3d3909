"""Where the files of the pages are; their paths change with their content."""

import re

import httpx


def console_file(url: str, name: str) -> str:
    """The path of one of the console's files, at the service with this address."""
    found = re.search(r'"(/ops/assets/\w+/)main\.js"', httpx.get(f"{url}/ops").text)
    assert found
    return found[1] + name
