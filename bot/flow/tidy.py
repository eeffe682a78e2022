"""Letting old things go, in parts so small that nobody waits for them."""

import asyncio
from datetime import datetime, timedelta
from functools import partial

from bot.delivery.receipts import ANSWER_LIVES
from bot.ports import Store, Tx

DELIVERIES_KEPT = timedelta(days=30)  # so long a correction still finds its readers
PART = 2_000  # rows a transaction: the write lock is held for a few milliseconds
BREATH = 0.02  # seconds between two parts, so that ticks come first


async def tidy(store: Store, now: datetime) -> int:
    """Drop deliveries of broadcasts closed 30 days ago, codes, drafts and screens of that age, and kept answers.

    How many rows.
    """
    before = now - DELIVERIES_KEPT
    dropped = await store.write(lambda tx: tx.forget_answers(now - ANSWER_LIVES))
    while part := await store.write(partial(_forget, before)):
        dropped += part
        await asyncio.sleep(BREATH)
    return dropped


def _forget(before: datetime, tx: Tx) -> int:
    return tx.forget_old(before, PART)
