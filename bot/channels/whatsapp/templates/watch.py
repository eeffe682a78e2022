"""How the account's templates stand, learned by the running program: at its start, daily, and from refused sends.

While one of ours cannot be sent it looks every hour: reviews and pauses end without asking us.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

import structlog

from bot.channels.whatsapp.templates.graph import GraphError, TemplatesApi
from bot.channels.whatsapp.templates.model import Template
from bot.channels.whatsapp.templates.sync import news_of
from bot.delivery.templates import REFUSALS, TemplateNews, split_key
from bot.errors import StoreError
from bot.flow.templates import Learn
from bot.ports import Store, Tx

log = structlog.get_logger(__name__)

A_DAY: Final = 86_400.0
AN_HOUR: Final = 3_600.0
ONCE_IN: Final = 10.0  # seconds: what is in flight when a template is paused is refused with the same words


class TemplateWatch:
    """Keeps the store's word about templates true."""

    def __init__(
        self, store: Store, templates: Sequence[Template], learn: Learn, api: TemplatesApi | None,
        now: Callable[[], datetime], clock: Callable[[], float] = time.monotonic, *, fallback: str = "id",
    ) -> None:  # fmt: skip
        """Without `api` (no account's id is set) only webhooks and refused sends tell."""
        self._fallback = fallback
        self._store, self._templates, self._learn, self._api = store, tuple(templates), learn, api
        self._now, self._clock = now, clock
        self._due = clock()
        self._refused: dict[str, float] = {}

    async def declare(self) -> None:
        """What our files describe, and nothing else, may be sent from now on."""
        declared = [template.declared for template in self._templates]
        await self._store.write(lambda tx: tx.declare_templates(declared, self._fallback))

    async def refused(self, key: str, code: str) -> None:
        """The platform has just refused to send with this template: what is claimed next takes another."""
        now = self._clock()
        if now - self._refused.get(key, -ONCE_IN) < ONCE_IN:
            return
        self._refused[key] = now
        log.warning("a template was refused", channel="whatsapp", template=key, code=code)
        news = [TemplateNews(*split_key(key), self._now(), REFUSALS[code])]
        self._due = min(self._due, now + AN_HOUR)
        with suppress(StoreError):  # the next refusal says it again
            await self._store.write(lambda tx: self._learn(tx, news))

    async def look(self) -> None:
        """Ask how they stand, if it is time; what does not work is tried again in an hour."""
        if self._api is None or self._clock() < self._due:
            return
        self._due = self._clock() + AN_HOUR
        try:
            found = [one async for one in self._api.all()]
        except GraphError as error:
            log.warning("templates could not be looked up", channel="whatsapp", reason=str(error))
            return
        news, keys = news_of(self._templates, found, self._now()), [template.key for template in self._templates]

        def work(tx: Tx) -> bool:
            self._learn(tx, news)
            return all(template.usable for template in tx.templates(keys))

        with suppress(StoreError):
            if await self._store.write(work):
                self._due = self._clock() + A_DAY
