"""The composition root: the one place that builds and stops all parts, and the only one that opens a store.

`database`     the store of these settings, and what is done to its file
`world`        fetching, reading and the bot's name, for the program and for commands
`news_desk`    polls and hubs
`first_admin`  how the first admin comes in
`whatsapp`     the channel that is on when its four variables are set
`templates`    news of WhatsApp's templates, for the program and for commands
`ending`       when the running program ends
`senders`      what sends, a deliverer for each channel
`program`      the running program

A command loads only what it asks for: what needs an HTTP client or a platform's library comes when it is named first.
"""

import importlib
from typing import TYPE_CHECKING, Any, Final

from bot.app.database import (
    Restored,
    back_up,
    database_path,
    hold_database,
    look_at_database,
    migrate,
    open_store,
    restoration,
    running,
    sqlite_version,
    stops_fault,
)
from bot.app.memory import spare_the_collector

if TYPE_CHECKING:
    from bot.app.program import App
    from bot.app.templates import template_learner
    from bot.app.whatsapp import stats_of
    from bot.app.world import Outside, label_map, new_session, outside

_WHEN_NAMED: Final = {
    "App": "program",
    "Outside": "world",
    "label_map": "world",
    "new_session": "world",
    "outside": "world",
    "stats_of": "whatsapp",
    "template_learner": "templates",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 — as the language asks of it
    if name not in _WHEN_NAMED:
        raise AttributeError(name)
    value = getattr(importlib.import_module(f"bot.app.{_WHEN_NAMED[name]}"), name)
    globals()[name] = value
    return value


__all__ = [
    "App",
    "Outside",
    "Restored",
    "back_up",
    "database_path",
    "hold_database",
    "label_map",
    "look_at_database",
    "migrate",
    "new_session",
    "open_store",
    "outside",
    "restoration",
    "running",
    "spare_the_collector",
    "sqlite_version",
    "stats_of",
    "stops_fault",
    "template_learner",
]
