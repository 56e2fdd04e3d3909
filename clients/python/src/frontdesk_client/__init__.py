"""The Python client of Frontdesk.

    from frontdesk_client import Frontdesk

    with Frontdesk("http://127.0.0.1:8000") as frontdesk:
        frontdesk.sign_up("user1", "123123")
        frontdesk.get("/api/user").print()

`frontdesk_client.fastapi`, `.starlette`, `.litestar` and `.django` guard applications.
"""

from frontdesk_client.answers import Answer
from frontdesk_client.client import AsyncFrontdesk, Frontdesk
from frontdesk_client.errors import FrontdeskError, Unavailable
from frontdesk_client.models import Session, SignedIn, User

__all__ = [
    "Answer",
    "AsyncFrontdesk",
    "Frontdesk",
    "FrontdeskError",
    "Session",
    "SignedIn",
    "Unavailable",
    "User",
]
