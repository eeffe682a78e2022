"""What a test measures time in."""

import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Any


def seconds(work: Callable[[], object]) -> float:
    """Of CPU, the better of two: what disturbs a machine only ever adds."""
    best = float("inf")
    for _ in range(2):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return best


def lines_run(work: Callable[[], object]) -> int:
    """How many lines of Python it runs: no busy machine disturbs this, but what C does is not seen."""
    count = 0

    def trace(_frame: FrameType, event: str, _arg: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count
