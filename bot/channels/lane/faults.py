"""What went wrong with a request that has no whole answer: not why, but whether it may be repeated.

    TransportError       `code` is a stable word for reports
    ├── UnwrittenError   proof that nothing was written: repeating is safe
    └── UnansweredError  written, perhaps in part, and what became of it is not known

None of them repeats the words of a library: those contain the address, and a Telegram address contains the token.
"""


class TransportError(Exception):
    """A request without a whole answer; `code` is a stable word for reports."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class UnwrittenError(TransportError):
    """Proof that nothing was written: repeating is safe."""


class UnansweredError(TransportError):
    """The request was (perhaps partly) written, and what became of it is not known."""
