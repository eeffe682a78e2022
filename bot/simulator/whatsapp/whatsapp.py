"""WhatsApp as the program meets it: the state, the rules, and the people who hold phones."""

from collections.abc import Callable
from datetime import tzinfo
from random import Random

from aiohttp import web

from bot.simulator.clock import Clock, SystemClock
from bot.simulator.whatsapp.api import Messages
from bot.simulator.whatsapp.billing import FREE_SERVICE, Bill, Billing
from bot.simulator.whatsapp.faults import Faults
from bot.simulator.whatsapp.http import HttpFace
from bot.simulator.whatsapp.management import Management
from bot.simulator.whatsapp.meter import Limits, Meter
from bot.simulator.whatsapp.model import Entry, Event, Json, Person, Shown
from bot.simulator.whatsapp.people import People
from bot.simulator.whatsapp.templates import Template, Templates
from bot.simulator.whatsapp.webhook import Delivery, Webhook
from bot.simulator.whatsapp.world import World

NUMBER = "62321555000"


class WhatsApp:
    """A whole WhatsApp with one business number; its HTTP face is `routes()`."""

    def __init__(
        self, token: str, app_secret: str, *, number_id: str = "1122334455667", business_id: str = "102290129340398",
        limits: Limits | None = None, delivery: Delivery | None = None, seed: int = 0, clock: Clock | None = None,
        ledger_keep: int | None = None, history_keep: int | None = None, timezone: tzinfo | None = None,
        free_service: int = FREE_SERVICE,
    ) -> None:  # fmt: skip
        """Keep so many requests, and messages a chat (None: all); `timezone` is the invoice's (None: Jakarta's)."""
        self.token, self.number_id, self.business_id = token, number_id, business_id
        self.clock = clock or SystemClock()
        self.faults = Faults(Random(seed + 1))
        self._world = World(self.clock, Random(seed), history_keep)
        metadata: Json = {"display_phone_number": NUMBER, "phone_number_id": number_id}
        self.webhook = Webhook(app_secret, business_id, metadata, Random(seed + 2), delivery or Delivery())
        self.templates = Templates()
        self.management = Management(token, business_id, self.templates, self.webhook, self.clock)
        self._meter = Meter(limits or Limits(), self.clock)
        self._billing = Billing(timezone, free_service)
        self._people = People(self._world, self.webhook)
        messages = Messages(self._world, self.templates, self._meter, self._billing, self.webhook)
        self._http = HttpFace(
            token, number_id, messages, self._meter, self.faults, self._world, self.clock, ledger_keep
        )

    # People ----------------------------------------------------------------------------------------------------------

    def add_person(self, phone: str, name: str, *, user_id: str | None = None, hidden: bool = False) -> Person:
        """A person with a phone (`hidden`: the number is not told); nobody has a window before they write."""
        return self._world.add(Person(phone, name, user_id or f"ID.{phone}", hidden=hidden))

    def person(self, phone: str) -> Person:
        """Whose number this is."""
        return self._world.person(phone)

    def say(self, phone: str, text: str, *, reply_to: str | None = None) -> str:
        """The person types; the message's id."""
        return self._people.say(phone, text, reply_to)

    def come(self, phone: str, text: str) -> str:
        """The person taps an advertisement and sends what it proposes: answered soon, three days cost nothing."""
        return self._people.come(phone, text)

    def send(self, phone: str, kind: str, content: object, *, reply_to: str | None = None) -> str:
        """The person sends something of any kind (`image`, `sticker`, …)."""
        return self._people.send(phone, kind, content, reply_to=reply_to)

    def press(self, phone: str, message_id: str, choice_id: str) -> str:
        """The person taps what carries this id in this message."""
        return self._people.press(phone, message_id, choice_id)

    def tap(self, phone: str, title: str) -> str:
        """The person taps what has this title in the newest message that shows such a thing."""
        return self._people.tap(phone, title)

    def read(self, phone: str) -> int:
        """The person looks at the chat; how many messages were unread."""
        return self._people.read(phone)

    def block(self, phone: str, *, blocked: bool = True) -> None:
        """The person blocks the business, or lets it in again."""
        self._world.person(phone).blocked = blocked

    def vanish(self, phone: str, *, gone: bool = True) -> None:
        """No WhatsApp on this number any more, or again."""
        self._world.person(phone).reachable = not gone

    def stop_marketing(self, phone: str) -> None:
        """The person stops marketing messages in WhatsApp's own menu."""
        self._people.prefer(phone, "stop")

    def resume_marketing(self, phone: str) -> None:
        """The person wants them again."""
        self._people.prefer(phone, "resume")

    def change_number(self, phone: str, new: str, *, new_user_id: str | None = None) -> None:
        """The person takes another number."""
        self._people.change_number(phone, new, new_user_id=new_user_id or f"ID.{new}")

    def change_user_id(self, phone: str, new_user_id: str) -> None:
        """The person's business-scoped id changes."""
        self._people.change_user_id(phone, new_user_id)

    def approve(self, template: Template) -> Template:
        """A template that may be sent from now on (`management` has the reviewers' other acts)."""
        return self.templates.add(template)

    # What can be seen ------------------------------------------------------------------------------------------------

    def shown(self, phone: str) -> list[Shown]:
        """What the chat shows, oldest first."""
        return list(self._world.chats.get(phone, {}).values())

    def ledger(self, to: str | None = None) -> list[Entry]:
        """The requests that are kept, oldest first, of all people or of one."""
        return [entry for entry in self._http.ledger if to in (None, entry.to)]

    @property
    def counts(self) -> dict[int, int]:
        """How many requests ended with which error code, told at once or later (0: none)."""
        return dict(self._http.counts)

    @property
    def outside(self) -> int:
        """Messages without a template to people whose window was closed."""
        return self._world.outside

    @property
    def unwanted(self) -> int:
        """Marketing to people who had stopped it."""
        return self._world.unwanted

    @property
    def limit_hits(self) -> tuple[int, int]:
        """Messages refused by the account's rate, and by that of one person."""
        return self._meter.account_hits, self._meter.pair_hits

    @property
    def portfolio_hits(self) -> int:
        """Messages refused because the portfolio had begun with too many people in a day."""
        return self._meter.portfolio_hits

    @property
    def begun(self) -> int:
        """How many people were written to outside of their window in the last day, as far as was looked."""
        return self._meter.begun

    @property
    def bills(self) -> dict[Bill, int]:
        """The invoice: how many messages of which kind, by day and beginning of the number."""
        return dict(self._billing.bills)

    def peak(self, window: float = 1.0) -> int:
        """The most messages that arrived within any window of so many seconds."""
        return self._meter.peak(window)

    def listen(self, callback: Callable[[Event], None]) -> Callable[[], None]:
        """Call back on each visible change; returns what ends it."""
        self._world.listeners.append(callback)
        return lambda: self._world.listeners.remove(callback)

    def take(self, raw: bytes) -> tuple[int, bytes] | None:
        """A request without a wire: status and body of the answer, None where none comes."""
        return self._http.take(raw)

    # The wire --------------------------------------------------------------------------------------------------------

    def routes(self) -> list[web.RouteDef]:
        """The Graph API."""
        return [*self._http.routes(), *self.management.routes()]

    def set_latency(self, seconds: float) -> None:
        """How long a request is under way."""
        self._http.latency = seconds

    async def subscribe(self, url: str, verify_token: str) -> None:
        """Challenge the program's address and post to it from now on."""
        await self.webhook.subscribe(url, verify_token)

    def open(self) -> None:
        """Answer requests from now on."""
        self._http.open()

    async def close(self) -> None:
        """Stop posting, and let go of requests that hang."""
        self._http.close()
        await self.webhook.close()
