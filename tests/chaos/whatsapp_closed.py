"""The kills of `whatsapp`, to readers whose windows are closed: templates that cost money, and a budget that ends.

Beside nobody lost and one copy each: what is written down as spent is what the platform bills, and what a kill left
reserved for a message that never arrived; and when the budget ends in the middle of a broadcast and the program is
killed there, never more is spent than may be, and whoever is left out waits for exactly that reason.
"""

import asyncio
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.chaos.judge import Verdict
from tests.chaos.whatsapp import KILLS, LISTENED, ONCE_MORE, RATE, SETTLES_WITHIN, UNKNOWN, Course, alert, course, judge

READERS = 2_000
PRICE = 25_000  # micro-units: a utility message of the example's rate card
MICRO = 1_000_000
SHARE = 0.8  # of a month's budget, for what is not urgent
LAST = "Siaga 99"
SPENT = "SELECT coalesce(sum(amount), 0) FROM whatsapp_spent"
WAITING = "SELECT count(*) FROM delivery WHERE state = 'queued'"
FOR_MONEY = f"{WAITING} AND code = 'budget'"
UNDER_WAY = """
SELECT (SELECT count(*) FROM delivery WHERE state = 'started' OR state = 'unknown' AND code IS NOT 'stopped')
  + (SELECT count(*) FROM reply)
  + (SELECT count(*) FROM inbox WHERE handled_at IS NULL) + (SELECT count(*) FROM broadcast_pass WHERE done = 0)
"""


def run(
    kills: int = KILLS, readers: int = READERS, seed: int = 0, *, rate: int = RATE, listened: float = LISTENED,
    folder: Path | None = None,
) -> Verdict:  # fmt: skip
    """Kill so often with plenty of money, then once where it ends; judge both."""
    with course(readers, rate, seed, listened, folder, closed=True) as made:
        made.supply()
        for _ in range(kills):
            made.live_and_die()
            made.start()
        made.settle()
        verdict = Verdict({"kills, readers, alerts": f"{kills}, {readers}, {len(made.broadcasts)}"})
        stats = made.phones.ask("GET", "/chaos/stats")
        judge(verdict, made, stats)
        judge_money(verdict, made, stats)
        allowed = end_of_money(made)
        judge_end(verdict, made, made.phones.ask("GET", "/chaos/stats"), allowed)
        status = made.program.stop()
        verdict.must(status == 0, f"SIGTERM ended it with status {status}")
    return verdict


def judge_money(verdict: Verdict, made: Course, stats: dict[str, Any]) -> None:
    """What is spent is what was billed, but for what is kept aside for messages of which nobody ever heard."""
    spent, billed = made.book.ask(SPENT), stats["templates"] * PRICE
    kept = made.book.ask(ONCE_MORE) * PRICE
    verdict.figures["spent as written down, billed"] = f"{spent / MICRO:.4f}, {billed / MICRO:.4f}"
    verdict.figures["kept aside for what never arrived, at most"] = f"{kept / MICRO:.4f}"
    verdict.must(stats["templates"] > 0, "no template was sent")
    judge_books(verdict, spent, billed, kept)
    verdict.must(stats["refused_codes"] == {}, f"refused: {stats['refused_codes']}")


def judge_books(verdict: Verdict, spent: int, billed: int, kept: int) -> None:
    """What is written down beside the bill, in micro-units; `kept` at most is aside for what never arrived."""
    verdict.must(billed <= spent <= billed + kept, f"{spent} is written down as spent, {billed} was billed")


def judge_limit(verdict: Verdict, billed: int, allowed: int, kept: int) -> None:
    """Never more than may be spent, and hardly less."""
    verdict.must(billed <= allowed, f"{billed} was billed, {allowed} was allowed")
    verdict.must(billed + kept > allowed - 2 * PRICE, f"only {billed} of {allowed} was spent, {kept} kept aside")


def end_of_money(made: Course) -> int:
    """Another life with money for half of an alert, killed in the middle of it; how much may be spent in all."""
    made.program.stop()
    listening = len(made.readers) - len(made.stopped)
    cents = int((made.book.ask(SPENT) + listening // 2 * PRICE) / SHARE / 10_000)
    made.program.environment["WHATSAPP_BUDGET_MONTH"] = f"{cents / 100:.2f}"
    asyncio.run(alert(made.program.environment["DATABASE_URL"], LAST))
    made.start()
    made.wait(lambda: made.look() and made.reached[LAST] > listening // 8, SETTLES_WITHIN)
    made.program.kill()
    made.start()
    made.wait(lambda: _is_over(made), made.listened + SETTLES_WITHIN)
    made.look()
    return int(cents * 10_000 * SHARE)


def _is_over(made: Course) -> bool:
    """Whether whoever can be reached is, and all the others wait for money."""
    made.look()
    time.sleep(0.1)
    book = made.book
    return book.ask(UNDER_WAY) == 0 and book.ask(WAITING) == book.ask(FOR_MONEY) and book.ask(UNKNOWN) == 0


def judge_end(verdict: Verdict, made: Course, stats: dict[str, Any], allowed: int) -> None:
    """Never more than may be spent, hardly less, nobody twice, and nobody forgotten."""
    copies = Counter(send.chat for send in made.phones.sends if send.what == LAST)
    billed, waiting = stats["templates"] * PRICE, made.book.ask(FOR_MONEY)
    kept = made.book.ask(ONCE_MORE) * PRICE
    listening = len(made.readers) - len(made.stopped)
    verdict.figures["where money ends: readers, arrived, waiting"] = f"{listening}, {len(copies)}, {waiting}"
    verdict.figures["where money ends: billed, allowed"] = f"{billed / MICRO:.4f}, {allowed / MICRO:.4f}"
    judge_limit(verdict, billed, allowed, kept)
    verdict.must(max(copies.values(), default=0) == 1, f"more than one copy: {copies.most_common(3)}")
    verdict.must(len(copies) + waiting == listening, f"{listening} readers: {len(copies)} reached, {waiting} wait")
