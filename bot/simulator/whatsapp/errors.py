"""What the Cloud API refuses with: codes in the shape of Graph API errors, and of the errors of a status.

Source: Meta's table of error codes for the Cloud API; titles are shortened.
"""

import json
from typing import Final

from bot.simulator.whatsapp.model import Json

# code -> (HTTP status where it is answered at once, title)
CODES: Final[dict[int, tuple[int, str]]] = {
    0: (401, "AuthException"),
    1: (400, "API Unknown"),
    2: (503, "API Service"),
    3: (500, "API Method"),
    4: (400, "Application request limit reached"),
    10: (403, "Permission Denied"),
    100: (400, "Invalid parameter"),
    190: (401, "Access token has expired"),
    200: (403, "API Permission"),
    368: (403, "Temporarily blocked for policies violations"),
    80007: (429, "Rate limit issues"),
    130429: (429, "Rate limit hit"),
    130472: (400, "User's number is part of an experiment"),
    131000: (500, "Something went wrong"),
    131008: (400, "Required parameter is missing"),
    131009: (400, "Parameter value is not valid"),
    131016: (500, "Service unavailable"),
    131026: (400, "Message undeliverable"),
    131031: (403, "Business Account locked"),
    131042: (400, "Business eligibility payment issue"),
    131047: (400, "Re-engagement message"),
    131048: (400, "Spam rate limit hit"),
    131049: (400, "Meta chose not to deliver"),
    131050: (400, "User has stopped marketing messages"),
    131051: (400, "Unsupported message type"),
    131052: (400, "Media download error"),
    131053: (400, "Media upload error"),
    131056: (429, "Pair rate limit hit"),
    131057: (500, "Account in maintenance mode"),
    131064: (400, "Marketing messages are limited"),
    132000: (400, "Template Param Count Mismatch"),
    132001: (404, "Template does not exist"),
    132005: (400, "Template Hydrated Text Too Long"),
    132007: (400, "Template Format Character Policy Violated"),
    132012: (400, "Template Parameter Format Mismatch"),
    132015: (400, "Template is Paused"),
    132016: (400, "Template is Disabled"),
}
OAUTH: Final = frozenset({0, 3, 10, 190, 200})


class CloudError(Exception):
    """A refusal by its code; `details` is for whoever reads the log."""

    def __init__(self, code: int, details: str = "") -> None:
        self.code, self.details = code, details
        super().__init__(f"{code} {details}")

    @property
    def status(self) -> int:
        """The HTTP status of the answer."""
        return CODES.get(self.code, (400, ""))[0]

    @property
    def title(self) -> str:
        """The code in words."""
        return CODES.get(self.code, (400, "Unknown error"))[1]

    def body(self) -> bytes:
        """The answer's body."""
        error: Json = {
            "message": f"(#{self.code}) {self.title}",
            "type": "OAuthException" if self.code in OAUTH else "GraphMethodException",
            "code": self.code,
            "fbtrace_id": "Asimulated",
        }
        if self.details:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        return json.dumps({"error": error}).encode()

    def in_status(self) -> Json:
        """As an error of a `failed` status."""
        return {
            "code": self.code, "title": self.title, "message": self.title,
            "error_data": {"details": self.details or self.title},
            "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
        }  # fmt: skip


def missing(what: str) -> CloudError:
    """A required parameter is not there."""
    return CloudError(131008, f"The parameter {what} is required.")


def invalid(what: str) -> CloudError:
    """A parameter is there and wrong."""
    return CloudError(131009, what)
