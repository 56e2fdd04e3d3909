"""What came back, as it is."""

from typing import Any, Self, TypeVar

import httpx
import msgspec

from frontdesk_client.errors import FrontdeskError, Unavailable

_Result = TypeVar("_Result")
_PROBLEM = "application/problem+json"
_OK = range(200, 400)


class _Problem(msgspec.Struct):
    code: str
    detail: str = ""


class Answer:
    """An answer: also one that refuses."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self.status = response.status_code
        self.headers = response.headers
        self.text = response.text

    @property
    def data(self) -> Any:
        """The body, read as JSON when it is JSON; `None` when it is empty."""
        if not self._response.content:
            return None
        if self._is_json:
            return msgspec.json.decode(self._response.content)
        return self.text

    @property
    def code(self) -> str | None:
        """The code of the problem, if this is one."""
        problem = self._problem()
        return problem.code if problem else None

    def to(self, result: type[_Result]) -> _Result:
        """The body as this type. Raises `FrontdeskError` if it refuses, and `Unavailable` for what
        is no such body.
        """
        if problem := self._problem():
            after = self.headers.get("retry-after", "")
            raise FrontdeskError(
                problem.code,
                problem.detail,
                status=self.status,
                retry_after=int(after) if after.isdecimal() else None,
            )
        if self.status not in _OK:
            raise Unavailable(f"Frontdesk answered {self.status} without saying why.")
        if result is type(None) or result is str:
            return msgspec.convert(self.text if result is str else None, result)
        try:
            return msgspec.json.decode(self._response.content, type=result)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Unavailable("This is no answer of Frontdesk.") from error

    def print(self) -> Self:
        """Print what one wants to see while debugging, and return the answer."""
        request, size = self._response.request, len(self._response.content)
        reason = f"{self.status} {self._response.reason_phrase}"
        print(f'Response [{reason}] "{request.method} {request.url.path}"')
        print(f"{self.headers.get('content-type', 'no content type')}, {size} bytes")
        if size:
            print(msgspec.json.format(self.text, indent=2) if self._is_json else self.text)
        return self

    @property
    def _is_json(self) -> bool:
        return "json" in self.headers.get("content-type", "")

    def _problem(self) -> _Problem | None:
        if not self.headers.get("content-type", "").startswith(_PROBLEM):
            return None
        try:
            return msgspec.json.decode(self._response.content, type=_Problem)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
