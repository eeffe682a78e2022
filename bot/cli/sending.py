"""`kentongan pause` and `resume`: everything that goes to audiences stands still, or goes on."""

from collections.abc import Callable
from typing import Annotated

import typer

from bot import app as composition
from bot import clock
from bot.cli.common import Json, in_transaction, print_json, settings
from bot.cli.watching import shell_user
from bot.ports import Tx


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
    """Send to audiences again, after `kentongan pause` or after a restore; works beside a running program too.

    Example: kentongan resume
    """

    def work(tx: Tx) -> str:
        waited = tx.standing_still()
        if waited:
            tx.stand_still("")
            tx.add_audit(shell_user(), "resume_all", waited, clock.now())
        return waited

    waited = _change(work)
    if json:
        print_json({"resumed": bool(waited)})
    else:
        print("broadcasts are sent again" if waited else "nothing to do: broadcasts are being sent")


def _change(work: Callable[[Tx], str]) -> str:
    """In the database that is there; where there is none, nothing stands still and none is made."""
    loaded = settings()
    composition.open_store(loaded, read_only=True).close()
    return in_transaction(loaded, work)
