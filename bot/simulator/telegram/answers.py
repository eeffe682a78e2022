"""What the Bot API answers: results and errors in its own shapes and words."""

import json
from dataclasses import dataclass
from typing import Any

from bot.simulator.telegram.model import Json

_encode = json.JSONEncoder(separators=(",", ":")).encode


class ApiError(Exception):
    """A refusal: HTTP status, description, and parameters such as `retry_after`."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        self.status = status
        self.description = description
        self.parameters = parameters
        super().__init__(description)


def bad_request(what: str) -> ApiError:
    """400 in the server's wording: it lowers the first letter unless the second is a capital or `_`."""
    if not (len(what) > 1 and (what[1] == "_" or what[1].isupper())):
        what = what[:1].lower() + what[1:]
    return ApiError(400, f"Bad Request: {what}")


def forbidden(what: str) -> ApiError:
    """403: this chat is closed to the bot."""
    return ApiError(403, f"Forbidden: {what}")


def flood(retry_after: int) -> ApiError:
    """429 with the seconds to wait."""
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)


@dataclass(frozen=True, slots=True)
class Described:
    """A result that comes with a sentence (webhook methods)."""

    result: Any
    description: str


def encode_result(result: object) -> bytes:
    """The body of a success."""
    body: Json = {"ok": True, "result": result}
    if isinstance(result, Described):
        body = {"ok": True, "result": result.result, "description": result.description}
    return _encode(body).encode()


def encode_error(error: ApiError) -> bytes:
    """The body of a refusal."""
    body: Json = {"ok": False, "error_code": error.status, "description": error.description}
    if error.parameters:
        body["parameters"] = error.parameters
    return _encode(body).encode()
