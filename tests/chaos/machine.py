"""How busy the machine was with other things: what is measured in seconds means little on a busy one."""

import os
from collections.abc import Callable
from pathlib import Path

TICKS = 100  # a second, in /proc/stat


def others() -> Callable[[], str]:
    """Begin to measure; what is returned ends it, when our own processes have ended, and says what others used."""
    busy, own = _busy(), _own()

    def end() -> str:
        seconds = max(0.0, _busy() - busy - (_own() - own))
        return f"{seconds:.0f} s of CPU, of {os.cpu_count()} cores"

    return end


def _busy() -> float:
    """Seconds of CPU that the whole machine has used: user, nice, system, irq, softirq, steal."""
    try:
        fields = [int(word) for word in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    except OSError:
        return 0.0
    return (sum(fields[:3]) + sum(fields[5:8])) / TICKS


def _own() -> float:
    """Seconds of CPU that we and those of our processes that have ended have used."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
