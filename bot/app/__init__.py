"""The composition root: the one place that builds and stops all parts, and the only one that opens a store.

`database`     the store of these settings, and what is done to its file
`outside`      fetching, reading and the bot's name, for the program and for commands
`news_desk`    polls and hubs
`first_admin`  how the first admin comes in
`whatsapp`     the channel that is on when its four variables are set
`templates`    news of WhatsApp's templates, for the program and for commands
`program`      the running program
"""

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
from bot.app.outside import Outside, label_map, new_session, outside
from bot.app.program import App
from bot.app.templates import template_learner
from bot.app.whatsapp import stats_of

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
