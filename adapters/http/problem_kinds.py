"""Kinds of problems: each has a status, a code that programs decide by, and a title.

This table is the only place that knows both the domain's failures and HTTP.
"""

from msgspec import Struct

from domain.errors import (
    Busy,
    EditConflict,
    FreshLoginRequired,
    InvalidCode,
    InvalidCredentials,
    InvalidMetadata,
    InvalidNote,
    InvalidPassword,
    InvalidQuery,
    InvalidReason,
    InvalidRoles,
    InvalidTokenName,
    InvalidUsername,
    LastOperator,
    NoSuchInvitation,
    NoSuchRow,
    NoSuchSession,
    NoSuchToken,
    NoSuchUser,
    NotAnOperator,
    NotSignedIn,
    OperatorProtected,
    PersonRequired,
    QueryTooSlow,
    RoleMissing,
    ScopeMissing,
    SignUpClosed,
    StorageFull,
    StorageUnavailable,
    TooManyAttempts,
    UsernameTaken,
)


class Kind(Struct, frozen=True):
    """A kind of problem: `status` and `code` are stable, `title` is for people."""

    status: int
    code: str
    title: str


MALFORMED = Kind(400, "malformed_request", "The request is malformed")
INVALID = Kind(400, "invalid_request", "Invalid request")
HOST_NOT_ALLOWED = Kind(400, "host_not_allowed", "This host is not served here")
CROSS_ORIGIN = Kind(403, "cross_origin_refused", "Cross-origin writes are refused")
TIMEOUT = Kind(408, "request_timeout", "The request took too long to arrive")
TOO_LARGE = Kind(413, "body_too_large", "The body is too large")
URL_TOO_LONG = Kind(414, "url_too_long", "The URL is too long")
UNSUPPORTED = Kind(415, "unsupported_media_type", "The body must be plain JSON")
HEADERS_TOO_LARGE = Kind(431, "headers_too_large", "The header fields are too large")
TRANSFER_CODING = Kind(501, "transfer_coding_unknown", "The transfer coding is not known here")
INTERNAL = Kind(500, "internal_error", "Something went wrong here")

WITH_BODY = (MALFORMED, INVALID, CROSS_ORIGIN, TIMEOUT, TOO_LARGE, UNSUPPORTED)
"""What a call that has a body can answer, whatever it means."""

ALWAYS = (HOST_NOT_ALLOWED, URL_TOO_LONG, HEADERS_TOO_LARGE, TRANSFER_CODING)
"""What the pipeline can answer to anything."""

DOMAIN: dict[type[Exception], Kind] = {
    InvalidUsername: Kind(400, "invalid_username", "The username breaks a rule"),
    InvalidPassword: Kind(400, "invalid_password", "The password breaks a rule"),
    InvalidRoles: Kind(400, "invalid_roles", "The roles break a rule"),
    InvalidMetadata: Kind(400, "invalid_metadata", "The metadata breaks a rule"),
    InvalidTokenName: Kind(400, "invalid_token_name", "The name of the token breaks a rule"),
    InvalidNote: Kind(400, "invalid_note", "The note breaks a rule"),
    InvalidReason: Kind(400, "invalid_reason", "The reason breaks a rule"),
    InvalidQuery: Kind(400, "invalid_query", "Invalid query"),
    QueryTooSlow: Kind(400, "query_too_slow", "Query too slow"),
    UsernameTaken: Kind(400, "username_taken", "The username is taken"),
    EditConflict: Kind(409, "edit_conflict", "Edit conflict"),
    LastOperator: Kind(409, "last_operator", "Nobody else is an operator"),
    NoSuchSession: Kind(404, "no_such_session", "There is no such session"),
    NoSuchUser: Kind(404, "no_such_user", "There is no such user"),
    NoSuchToken: Kind(404, "no_such_token", "There is no such access token"),
    NoSuchInvitation: Kind(404, "no_such_invitation", "There is no such invitation"),
    NoSuchRow: Kind(404, "no_such_row", "There is no such row"),
    NotSignedIn: Kind(401, "not_signed_in", "Not signed in"),
    InvalidCredentials: Kind(403, "invalid_credentials", "Wrong username or password"),
    InvalidCode: Kind(403, "invalid_code", "The code is not valid"),
    SignUpClosed: Kind(403, "sign_up_closed", "Not everybody may sign up"),
    NotAnOperator: Kind(403, "not_an_operator", "Only for operators"),
    RoleMissing: Kind(403, "role_missing", "The user has no role for this"),
    ScopeMissing: Kind(403, "insufficient_scope", "The access token has too small a scope"),
    PersonRequired: Kind(403, "operator_in_person_required", "An access token is not enough"),
    OperatorProtected: Kind(403, "operator_protected", "Operators are changed one by one"),
    FreshLoginRequired: Kind(403, "fresh_login_required", "A fresh login is required"),
    TooManyAttempts: Kind(429, "too_many_attempts", "Too many attempts"),
    Busy: Kind(503, "busy", "Too busy"),
    StorageFull: Kind(503, "storage_full", "No space left"),
    StorageUnavailable: Kind(503, "storage_unavailable", "The database is not available"),
}

FRAMEWORK = {
    400: MALFORMED,
    404: Kind(404, "not_found", "There is nothing here"),
    405: Kind(405, "method_not_allowed", "The method is not allowed here"),
    413: TOO_LARGE,
}
"""What Litestar refuses, by status."""
