"""`make chaos`, or `python -m tests.chaos kills disk …` for some of it; a table each, status 1 with complaints.

`--kills N`, `--readers N` and `--seed S` are for the kills; they take five minutes, all together some twenty.
"""

import argparse
import sys
import time
from collections.abc import Callable
from functools import partial

from tests.chaos import crowd, kills, machine, starts, stores, weather, whatsapp, whatsapp_closed
from tests.chaos.judge import Verdict


def main() -> None:
    """Run what is named, by default all."""
    options = arguments()
    trials = scenarios(options)
    complaints = 0
    for name in options.trials or trials:
        began, others = time.monotonic(), machine.others()
        try:
            verdict = trials[name]()
        except (TimeoutError, RuntimeError) as fault:
            verdict = Verdict(complaints=[str(fault)])
        verdict.figures["used by other programs meanwhile"] = others()
        show(name, verdict, time.monotonic() - began)
        complaints += len(verdict.complaints)
    sys.exit(1 if complaints else 0)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=(__doc__ or "").split(";")[0])
    parser.add_argument("trials", nargs="*", choices=[[], *scenarios(None)], help="which; all when left out")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--readers", type=int, default=kills.READERS)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def scenarios(options: argparse.Namespace | None) -> dict[str, Callable[[], Verdict]]:
    """What there is, by name."""
    chosen = options or argparse.Namespace(kills=0, readers=0, seed=0)
    return {
        "kills": partial(kills.run, chosen.kills, chosen.readers, chosen.seed),
        "disk": partial(stores.disk, chosen.seed),
        "locked": partial(stores.locked, chosen.seed),
        "drops": partial(weather.drops, chosen.seed),
        "errors": partial(weather.errors, chosen.seed),
        "floods": partial(weather.floods, chosen.seed),
        "import": partial(crowd.run, chosen.seed),
        "starts": partial(starts.run, chosen.seed),
        "whatsapp": partial(whatsapp.run, min(chosen.kills, whatsapp.KILLS), seed=chosen.seed),
        "templates": partial(whatsapp_closed.run, min(chosen.kills, whatsapp.KILLS), seed=chosen.seed),
    }


def show(name: str, verdict: Verdict, seconds: float) -> None:
    """A table, and what is wrong."""
    print(f"{name} ({seconds:.0f} s)")
    for figure, value in verdict.figures.items():
        print(f"  {figure:<56} {value}")
    for complaint in verdict.complaints:
        print(f"  FAULT: {complaint}")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
