"""All subjects of a transaction in one."""

from storage.sqlite.broadcasts import Broadcasts
from storage.sqlite.feeds import Feeds
from storage.sqlite.imports import Imports
from storage.sqlite.inbox import Inbox
from storage.sqlite.replies import Replies
from storage.sqlite.staff import Invitations
from storage.sqlite.stats import Stats


class SqliteTx(Feeds, Imports, Invitations, Broadcasts, Replies, Inbox, Stats):
    """Everything that a transaction can say (bot.ports.Tx)."""
