"""One small Protocol for each outside thing, and the values that cross there.

The store is reached through whole-transaction functions: `await store.write(work)` runs `work(tx)` in the one writer
thread inside BEGIN IMMEDIATE … COMMIT; `await store.read(work)` runs it on a reading connection. `work` is a plain
function: it may decide, it must not wait. All times are aware datetimes; the store keeps UTC milliseconds.
"""

from bot.ports.channel import Channel, To
from bot.ports.feeds import DeclaredFeed, Feed, FeedCheck, FeedsTx, HeldFlood, Hub
from bot.ports.fetching import Answer, Fetch, Parse, Post
from bot.ports.money import Charged, MoneyTx, Windows
from bot.ports.newsroom import NewsdeskTx, NewsroomTx, Report, Screen, Sent
from bot.ports.outbox import DigestsTx, DueDelivery, InboxTx, OutboxTx, Recovery, RepliesTx
from bot.ports.people import ContactFrom, PeopleTx, StaffMember, Subscription, TeamTx, WishesTx, WordsTx
from bot.ports.store import RetentionTx, StatsTx, Store, Tx
from bot.ports.stories import LikenessTx, SearchTx, StoriesTx, WithdrawalsTx
from bot.ports.templates import TemplatesTx
from bot.ports.whatsapp import WhatsAppTx

__all__ = [
    "Answer",
    "Channel",
    "Charged",
    "ContactFrom",
    "DeclaredFeed",
    "DigestsTx",
    "DueDelivery",
    "Feed",
    "FeedCheck",
    "FeedsTx",
    "Fetch",
    "HeldFlood",
    "Hub",
    "InboxTx",
    "LikenessTx",
    "MoneyTx",
    "NewsdeskTx",
    "NewsroomTx",
    "OutboxTx",
    "Parse",
    "PeopleTx",
    "Post",
    "Recovery",
    "RepliesTx",
    "Report",
    "RetentionTx",
    "Screen",
    "SearchTx",
    "Sent",
    "StaffMember",
    "StatsTx",
    "Store",
    "StoriesTx",
    "Subscription",
    "TeamTx",
    "TemplatesTx",
    "To",
    "Tx",
    "WhatsAppTx",
    "Windows",
    "WishesTx",
    "WithdrawalsTx",
    "WordsTx",
]
