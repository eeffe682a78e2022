"""Whether a webhook call comes from Meta: a challenge once, an HMAC on every body."""

import hashlib
import hmac

HEADER = "X-Hub-Signature-256"
PREFIX = "sha256="


class Signature:
    """Knows the app's secret and the word that was agreed for the challenge; shows neither."""

    def __init__(self, app_secret: str, verify_token: str) -> None:
        self._secret, self._word = app_secret.encode(), verify_token.encode()

    def fits(self, shown: str, body: bytes) -> bool:
        """Whether the header proves the raw body; takes as long for every wrong one."""
        expected = PREFIX + hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(shown.encode("utf-8", "surrogateescape"), expected.encode())

    def knows(self, verify_token: str) -> bool:
        """Whether whoever subscribes this address to the webhook has been told our word."""
        return hmac.compare_digest(verify_token.encode("utf-8", "surrogateescape"), self._word)
