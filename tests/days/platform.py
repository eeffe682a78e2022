"""The way to the strict simulator without sockets: requests take their time, webhooks come late, mixed and twice."""

import asyncio
from dataclasses import dataclass
from random import Random

from bot.channels.lane import UnansweredError
from bot.channels.whatsapp.client import Client
from bot.channels.whatsapp.receive import Letterbox
from bot.channels.whatsapp.signature import Signature
from bot.simulator.whatsapp import Delivery, WhatsApp

NEVER_ANSWERED = 20.0  # seconds, as the client waits


def webhooks() -> Delivery:
    """As unreliable as the real ones."""
    return Delivery(batch=25, repeated=0.03, shuffled=True, delivered=0.9)


class Wire(Client):
    """The program's client, whose requests the simulator takes from its hand."""

    def __init__(self, whatsapp: WhatsApp, dice: Random) -> None:
        self._whatsapp, self._dice = whatsapp, dice

    async def post(self, body: bytes) -> tuple[int, bytes]:
        await asyncio.sleep(self._dice.uniform(0.01, 0.1))
        answer = self._whatsapp.take(body)
        if answer is None:
            await asyncio.sleep(NEVER_ANSWERED)
            raise UnansweredError("read_timeout")
        await asyncio.sleep(self._dice.uniform(0.01, 0.1))
        return answer


@dataclass
class Posts:
    """What brings webhooks to the program."""

    whatsapp: WhatsApp
    signature: Signature
    letterbox: Letterbox
    dice: Random
    latest: float = 1.5  # seconds

    async def bring(self) -> None:
        """Until cancelled."""
        while True:
            await self.whatsapp.webhook.arrival()
            await asyncio.sleep(self.dice.uniform(0.1, self.latest))
            for body, signature in self.whatsapp.webhook.collect():
                assert self.signature.fits(signature, body)
                await self.letterbox.keep(body)
