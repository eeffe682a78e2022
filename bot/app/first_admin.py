"""How the first admin comes in: a one-time code in a private file and on standard error, never in the log."""

import os
import secrets
import sys
from datetime import datetime, timedelta
from pathlib import Path

from bot.chat.turn import Role
from bot.errors import OperationError
from bot.flow.desk import hash_code
from bot.ports import Store

CODE_LIVES = timedelta(hours=24)


async def invite_first_admin(store: Store, place: Path, now: datetime) -> None:
    """Write a code to `place` (mode 0600) unless somebody is admin already."""
    if await store.read(lambda tx: tx.has_admin()):
        return
    code = secrets.token_urlsafe(16)
    await store.write(lambda tx: tx.add_invitation(hash_code(code), Role.ADMIN, now, now + CODE_LIVES))
    _write_private(place, f"/start undang-{code}\n")
    sys.stderr.write(f"No admin yet. Within 24 hours send this to the bot: /start undang-{code} (also in {place})\n")


def _write_private(place: Path, text: str) -> None:
    try:
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
    except OSError as error:
        raise OperationError(
            f"{place} cannot be written ({error.strerror}); remove it, or let the user that runs this write it"
        ) from error
