"""`kentongan pause` and `resume`: everything that goes to audiences stands still, or goes on."""

from collections.abc import Callable
from typing import Annotated, TypeVar

import typer

from bot import app as composition
from bot import clock
from bot.cli.common import Json, in_transaction, print_json, settings
from bot.cli.watching import shell_user
from bot.ports import Tx

T = TypeVar("T")


def pause(
    reason: Annotated[str, typer.Option(help="Why, for your colleagues: stats and later commands show it.")] = "",
    json: Json = False,
) -> None:
    """Send nothing more to audiences until `kentongan resume`; people who write are answered all the same.

    What is in flight arrives. Nothing is lost meanwhile, but alerts and stories that get too old are not sent late.

    Example: kentongan pause --reason "wrong headline, looking into it"
    """
    told = reason.strip() or "paused"

    def work(tx: Tx) -> str:
        already = tx.standing_still()
        if not already:
            tx.stand_still(told)
            tx.add_audit(shell_user(), "pause_all", told, clock.now())
        return already

    already = _change(work)
    if json:
        print_json({"paused": not already, "reason": already or told})
    elif already:
        print(f"nothing to do: nothing is sent to audiences already ({already})")
    else:
        print("nothing is sent to audiences until `kentongan resume`")


def resume(json: Json = False) -> None:
    """Send to audiences again: after `kentongan pause`, after a restore, after WhatsApp has refused our account.

    Works beside a running program too. What WhatsApp did not take is tried again at once instead of once an hour.

    Example: kentongan resume
    """

    def work(tx: Tx) -> list[str]:
        now, waited = clock.now(), tx.standing_still()
        if waited:
            tx.stand_still("")
        reasons = [waited] * bool(waited) + [f"whatsapp {halt.scope}: {halt.code}" for halt in tx.end_halts(now)]
        for reason in reasons:
            tx.add_audit(shell_user(), "resume_all", reason, now)
        return reasons

    reasons = _change(work)
    if json:
        print_json({"resumed": bool(reasons)})
    elif reasons:
        print(f"broadcasts are sent again ({', '.join(reasons)})")
    else:
        print("nothing to do: broadcasts are being sent")


def _change(work: Callable[[Tx], T]) -> T:
    """In the database that is there; where there is none, nothing stands still and none is made."""
    loaded = settings()
    composition.open_store(loaded, read_only=True).close()
    return in_transaction(loaded, work)
