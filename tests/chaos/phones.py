"""A trial's hands on the world outside: people type, editors publish, misfortune strikes, and all is looked at."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tests.chaos.outside import OTHER, STOPPED

__all__ = ["OTHER", "STOPPED", "Phones", "Send", "phones"]


class Send(NamedTuple):
    """One message that reached Telegram; in the order in which phones got them."""

    at: float  # monotonic seconds of its arrival
    chat: int
    what: str  # the mark of a broadcast, STOPPED or OTHER
    done: bool  # it stands on the phone, whatever was answered
    status: int  # 0: the connection was closed without an answer


class Phones:
    """The simulator's process from here."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.sends: list[Send] = []
        self._connection: HTTPConnection | None = None

    def look(self) -> list[Send]:
        """What has arrived since the last look."""
        new = [Send(*row) for row in self._ask("GET", f"/chaos/sends?after={len(self.sends)}")]
        self.sends += new
        return new

    def say(self, chat: int, text: str) -> None:
        """A person types."""
        self._ask("POST", "/simulator/say", {"user_id": chat, "text": text})

    def publish(self, title: str, body_html: str, categories: list[str]) -> None:
        """An editor publishes."""
        self._ask("POST", "/simulator/publish", {"title": title, "body_html": body_html, "categories": categories})

    def fault(self, answer: str, **how: Any) -> None:
        """From now on requests meet this fault."""
        self._ask("POST", "/simulator/faults", {"answer": answer, **how})

    def mend(self) -> None:
        """Take all faults back."""
        self._ask("POST", "/simulator/faults", {"answer": None})

    def peak(self) -> int:
        """The most sends that arrived within any one second."""
        return int(self._ask("GET", "/simulator/stats")["peak"])

    def floods(self) -> int:
        """Sends that were more than the limits allow."""
        return int(self._ask("GET", "/simulator/stats")["floods"])

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()

    def _ask(self, verb: str, path: str, body: Any = None) -> Any:
        sent = None if body is None else json.dumps(body)
        self._connection = self._connection or HTTPConnection(urlsplit(self.url).netloc, timeout=60)
        self._connection.request(verb, path, sent, {"Content-Type": "application/json"} if sent else {})
        answer = self._connection.getresponse()
        read = json.loads(answer.read())
        if answer.status != 200:
            raise RuntimeError(f"{verb} {path}: {read}")
        return read


@contextmanager
def phones(**options: Any) -> Iterator[Phones]:
    """The simulator in a process of its own, with the options of its command line."""
    command = [sys.executable, "-m", "tests.chaos.outside", *(f"--{name}={value}" for name, value in options.items())]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    made = Phones(process.stdout.readline().strip())
    try:
        yield made
    finally:
        made.close()
        process.kill()
        process.wait()
        process.stdout.close()
