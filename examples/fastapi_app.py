"""FastAPI: a page for who is signed in, and one for a role."""

import os
from typing import Annotated

from fastapi import Depends, FastAPI
from frontdesk_client.fastapi import Frontdesk, User

frontdesk = Frontdesk(os.environ.get("FRONTDESK_URL", "http://127.0.0.1:8000"))
app = FastAPI()


@app.get("/hello")
async def hello(user: Annotated[User, Depends(frontdesk.user)]) -> str:
    return f"Hello {user.username}"


@app.get("/admin", dependencies=[Depends(frontdesk.role("admin"))])
async def admin() -> str:
    return "Only for admins"


@app.get("/")
async def index(user: Annotated[User | None, Depends(frontdesk.optional_user)]) -> str:
    return f"Welcome back, {user.username}" if user else "Welcome"
