"""One-time codes, as they are kept."""

import hashlib


def hash_code(code: str) -> str:
    """How an invitation's code is kept: SHA-256 of 128 random bits needs no salt."""
    return hashlib.sha256(code.encode()).hexdigest()
