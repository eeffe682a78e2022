"""APScheduler as the clock, and nothing but the clock: what is due stands in the store."""

from collections.abc import Awaitable, Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger


class Schedule:
    """Calls jobs at intervals in the running loop; a late beat is made up for once, never twice at the same time."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )  # fmt: skip

    def every(self, seconds: float, job: Callable[[], Awaitable[None]], name: str) -> None:
        """Call `job` every so many seconds from the start on."""
        self._scheduler.add_job(job, IntervalTrigger(seconds=seconds), id=name, name=name)

    def start(self) -> None:
        """Begin; needs a running loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """No beat begins after this."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
