"""The newsroom's account at Meta, as commands reach it; what they learn is what the program goes by."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, TypeVar

from bot import app as composition
from bot.channels.whatsapp.templates.graph import TemplatesApi
from bot.channels.whatsapp.templates.model import Template
from bot.cli.common import errors, in_transaction
from bot.delivery.templates import TemplateNews
from bot.errors import UsageError
from bot.ports import Tx
from bot.settings import Settings

T = TypeVar("T")


class Account(NamedTuple):
    """What a request needs; the token is shown to nobody but the API."""

    token: str
    id: str
    api_url: str | None

    def __repr__(self) -> str:
        """Without the token."""
        return f"Account({self.id})"


def account_of(loaded: Settings) -> Account:
    """The account of these settings, or what is missing."""
    own = loaded.whatsapp
    if own is None:
        raise UsageError(
            "WhatsApp is not set up: put its four variables into .env (.env.example says where they come from)"
        )
    if own.business_account_id is None:
        raise UsageError(
            "WHATSAPP_BUSINESS_ACCOUNT_ID is not set, and templates belong to that account: copy the id of the "
            "WhatsApp account (not of the number) from WhatsApp > API setup into .env"
        )
    return Account(own.access_token, own.business_account_id, own.api_url)


async def in_account(account: Account, work: Callable[[TemplatesApi], Awaitable[T]]) -> T:
    """Do something with the account's templates; says so where Meta makes us wait."""
    async with composition.new_session() as session:
        return await work(TemplatesApi(session, account.token, account.id, account.api_url, _wait))


def learned(loaded: Settings, templates: Sequence[Template], news: Sequence[TemplateNews]) -> None:
    """Keep what was found, where there is a database; admins hear of what has changed, as from the program itself."""
    if not composition.database_path(loaded).exists():
        return
    learn = composition.template_learner(loaded)

    def work(tx: Tx) -> None:
        tx.declare_templates([template.declared for template in templates], loaded.portal.language)
        learn(tx, news)

    in_transaction(loaded, work)


async def _wait(seconds: float) -> None:
    errors.print(f"Meta is busy: once more in {seconds:g} s", style="yellow")
    await asyncio.sleep(seconds)
