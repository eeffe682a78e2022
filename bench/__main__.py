"""`make bench`, or `python -m bench NAME …` for some of it; `--json` for data."""

import json
import sys
import time

from bench import (
    alert,
    conversation,
    keywords,
    likeness,
    message,
    million,
    outbox,
    parse,
    poll,
    rate,
    startup,
    statuses,
    whatsapp,
    window,
)

ALL = {
    "alert": alert,
    "conversation": conversation,
    "keywords": keywords,
    "likeness": likeness,
    "message": message,
    "million": million,
    "outbox": outbox,
    "parse": parse,
    "poll": poll,
    "rate": rate,
    "startup": startup,
    "statuses": statuses,
    "whatsapp": whatsapp,
    "window": window,
}
# Minutes: only when they are named.
BY_NAME = {"alert", "conversation", "rate", "likeness", "outbox", "statuses", "window"}


def main() -> None:
    """Run what is named, by default all that is quick; a title, the docstring and the numbers of each."""
    names = [name for name in sys.argv[1:] if not name.startswith("-")] or [n for n in ALL if n not in BY_NAME]
    results = {}
    for name in names:
        if name not in ALL:
            sys.exit(f"no measurement {name!r}; there are {', '.join(ALL)}")
        began = time.perf_counter()
        results[name] = ALL[name].run()
        if "--json" not in sys.argv:
            headline = (ALL[name].__doc__ or "").split("\n", 1)[0]
            print(f"{name}: {headline} ({time.perf_counter() - began:.0f} s)")
            for key, value in results[name].items():
                print(f"  {key}: {value}")
    if "--json" in sys.argv:
        print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
