"""How sending goes, for commands beside the program and for whoever asks for its health."""

import contextlib
from collections.abc import Mapping
from typing import Any

from bot.errors import StoreError
from bot.flow.deliver import Deliverer
from bot.ports import Store, Tx


class Live:
    """What each channel is doing, as of the last look."""

    def __init__(self, deliverers: Mapping[str, Deliverer]) -> None:
        self._deliverers = deliverers
        self._noted: dict[str, dict[str, Any]] = {}
        self._answers: dict[str, int] = {}  # that waited at the last look, by channel

    def health(self) -> dict[str, Any]:
        """What /healthz says of each channel."""
        return {
            name: {
                "in_flight": deliverer.in_flight,
                "in_flight_limit": deliverer.limit,
                "answers_waiting": self._answers.get(name, 0),
            }
            for name, deliverer in self._deliverers.items()
        }

    async def note(self, store: Store) -> None:
        """Write it down for `stats`; what has not changed is not written again."""
        with contextlib.suppress(StoreError):
            self._answers = await store.read(lambda tx: tx.waiting_answers())
        now = {
            name: deliverer.snapshot() | {"answers_waiting": self._answers.get(name, 0)}
            for name, deliverer in self._deliverers.items()
        }

        def note(tx: Tx) -> None:
            for channel, snapshot in now.items():
                tx.note_live(channel, snapshot)

        if now != self._noted:
            with contextlib.suppress(StoreError):
                await store.write(note)
                self._noted = now
