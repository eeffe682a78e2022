"""`python -m tests.days FIRST:LAST`, or one seed: whole days of 5,000 readers on WhatsApp, a table each.

`--readers N`, `--days N`, `--stories N`, `--alerts N` (a day) make them larger or smaller; in `--ample` worlds
neither money nor the portfolio ends, so that every forecast is held against a bill. Status 1 with complaints.
"""

import argparse
import sys
import time

import structlog

from tests.days.judge import shown
from tests.days.play import play


def main() -> int:
    """Play; 1 when anything was wrong."""
    options = arguments()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    first, _, last = options.seeds.partition(":")
    wrong = 0
    for seed in range(int(first), int(last or int(first) + 1)):
        began = time.monotonic()
        verdict = play(
            seed, readers=options.readers, days=options.days, stories=options.stories, alerts=options.alerts,
            ample=options.ample,
        )  # fmt: skip
        print(f"seed {seed}: {options.days} days in {time.monotonic() - began:.0f} s", *shown(verdict), sep="\n")
        sys.stdout.flush()
        wrong += bool(verdict.complaints)
    return int(bool(wrong))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.days", description=(__doc__ or "").split(";")[0])
    parser.add_argument("seeds", nargs="?", default="0:3")
    parser.add_argument("--readers", type=int, default=5_000)
    parser.add_argument("--days", type=int, default=2)
    parser.add_argument("--stories", type=int, default=14)
    parser.add_argument("--alerts", type=int, default=1)
    parser.add_argument("--ample", action="store_true", help="neither money nor the portfolio ends")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
