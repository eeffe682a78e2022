"""How the program is: for `/healthz`, for admins who ask in the chat, and for those who must be told unasked."""

import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime

import structlog

import storage
from bot.app.database import back_up, database_path
from bot.chat.admins.health import is_scarce
from bot.chat.office import Copy, Health
from bot.errors import StoreError
from bot.flow.tell_staff import StaffTeller
from bot.ports import Store, Tx
from bot.settings import Settings

log = structlog.get_logger(__name__)

KEPT = 14  # backups, of those that are made from the chat
PASSING = ("flood",)  # faults that are over by themselves within a minute, as their text begins


class Condition:
    """What is wrong with which part, how much room is left, when the last backup was made."""

    def __init__(
        self, settings: Settings, store: Store, faults: Mapping[str, Callable[[], str]], staff: StaffTeller,
        started: datetime,
    ) -> None:  # fmt: skip
        self._settings, self._store, self._faults, self._staff = settings, store, faults, staff
        self._started = started
        self._seen: dict[str, str] = {}  # faults of the look before
        self._told: set[str] = set()  # parts of which admins know
        self._scarce_told = False

    def faults(self) -> dict[str, str]:
        """What is wrong, by part."""
        return {name: word for name, fault in self._faults.items() if (word := fault())}

    def __call__(self) -> Health:
        """For whoever asks; cheap enough for a transaction."""
        free, total = self._room()
        last = storage.last_backup(self._settings.database_url)
        return Health(
            self.faults(), free=free, total=total, copy=None if last is None else Copy(*last), since=self._started
        )

    def back_up(self) -> Copy:
        """Make a backup in the usual place; the oldest ones go."""
        made = back_up(self._settings, None, keep=KEPT, progress=lambda _, __: None)
        return Copy(made.at, made.size)

    async def look(self) -> None:
        """Tell admins of what lasts from one look to the next: other channels that stand still, a disk nearly full."""
        faults = {part: fault for part, fault in self.faults().items() if not fault.startswith(PASSING)}
        lasting = {part: fault for part, fault in faults.items() if part in self._seen}
        new = {part: fault for part, fault in lasting.items() if part not in self._told}
        over = self._told - faults.keys()
        self._seen = faults
        free, total = self._room()
        scarce = is_scarce(free, total)

        def tell(tx: Tx) -> None:
            for part, fault in new.items():
                self._staff.stopped(tx, part, fault)
            for part in over:
                self._staff.goes_on(tx, part)
            if scarce and not self._scarce_told:
                self._staff.disk_full(tx, free or 0)

        if new or over or scarce != self._scarce_told:
            with suppress(StoreError):
                await self._store.write(tell)
                self._told = (self._told | new.keys()) - over
                self._scarce_told = scarce
                log.warning("admins are told", stopped=sorted(new), over=sorted(over), disk_full=scarce)

    def _room(self) -> tuple[int | None, int | None]:
        with suppress(OSError):
            usage = shutil.disk_usage(database_path(self._settings).parent)
            return usage.free, usage.total
        return None, None
