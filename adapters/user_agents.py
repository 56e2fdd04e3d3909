"""What a user agent says about itself, in words for people."""

from functools import lru_cache


@lru_cache(maxsize=4096)
def device_of(user_agent: str) -> str:
    """As in "Firefox on Linux"; empty when there is none, and "unknown device" when nothing can be
    made of it.

    It takes some milliseconds, and the first time a tenth of a second to load the parser: call it
    off the event loop.
    """
    if not user_agent:
        return ""
    from ua_parser import parse

    found = parse(user_agent)
    browser = found.user_agent.family if found.user_agent else None
    system = found.os.family if found.os else None
    return " on ".join(part for part in (browser, system) if part) or "unknown device"
