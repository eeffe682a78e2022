"""What a tick may send on a channel that bills and closes windows: as it is, as a template, later, or in a digest.

Asked for each reader whose turn it is. What is taken is reserved in the transaction that starts the message, so a
budget is never overdrawn by what is under way; what people are answered is counted and never withheld.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from bot.delivery.budget import Budget, Cap, Purse, Spent, ends, refilled
from bot.delivery.cadence import COUNTED, NOTHING, Pushed, has_joined, joins_at, marketing_from, template_turn
from bot.delivery.content import BroadcastKind, Level
from bot.delivery.halts import HALTED
from bot.delivery.plan import Broadcast, Delivery, QueuedReply, Reader
from bot.delivery.receipts import WINDOW_CLOSED, DeliveryTag, tag_of, tag_of_reply
from bot.delivery.tariff import Category, RateCard, Rates
from bot.delivery.templates import MOST_HEADLINES, Use, uses
from bot.delivery.timing import DIGEST_LIVES, NOW, Turn, Way, is_closed, last_digest, next_digest
from bot.flow.halts import Halter, Held
from bot.ports import Charged, Tx

BUDGET: Final = "budget"  # why something waits
PORTFOLIO: Final = "portfolio"
LATER: Final = timedelta(hours=1)  # until the portfolio is asked for room again
LOOK: Final = timedelta(minutes=1)  # until money that has come back is looked for again
RECOUNT: Final = timedelta(minutes=1)  # so long the people of the last day are counted up, before they are counted anew
A_MOMENT: Final = timedelta(minutes=1)  # after its hour in which a digest may have had to wait for its chat
_MARK: Final = BroadcastKind.MARK  # no message at all where nothing can be edited
TellSpent = Callable[[Tx, Cap, str], None]  # a budget is used up, or what else is lacking; the currency


@dataclass(frozen=True, slots=True)
class Terms:
    """What messages cost here and what may be spent; without a budget nothing is sent outside of a window."""

    card: RateCard
    budget: Budget
    portfolio: int | None = None  # people outside of a window in 24 hours; None: no limit


@dataclass(frozen=True, slots=True)
class Planned:
    """What becomes of one reader's turn, and what it costs if it is now."""

    turn: Turn
    template: str = ""
    category: Category | None = None  # None: nothing is billed
    amount: int = 0
    why: str = ""  # what is waited for
    headlines: int = 0  # of a digest's template: how many stories it shows


class _Template(NamedTuple):
    """A template that may be sent now."""

    key: str
    category: Category  # as what it is billed
    headlines: int


class Means:
    """One tick's purse, and what is known of the readers it meets."""

    def __init__(
        self, terms: Terms, timezone: ZoneInfo, tell: TellSpent = lambda *_: None, halter: Halter | None = None
    ) -> None:  # fmt: skip
        self.halter = halter or Halter()
        self._terms, self._timezone, self._tell = terms, timezone, tell
        self._counted: tuple[datetime, int] | None = None  # people of the last day, and when that was counted
        self._looked: datetime | None = None  # for money, since the program has started
        self._purse = Purse(terms.budget, Spent())

    def look(self, tx: Tx, now: datetime) -> None:
        """At the beginning of a tick's transaction."""
        self._tx, self._now = tx, now
        self._look_for_money()
        self._today = now.astimezone(self._timezone).date()
        self._held = Held(tx, now)
        self._rates: Rates = self._terms.card.on(self._today)
        self._purse = Purse(self._terms.budget, tx.spent(self._today))
        self._pushed: dict[int, Pushed] = {}
        self._templates: dict[tuple[tuple[Use, ...], str], _Template | None] = {}
        self._charged: list[Charged] = []
        self._told: list[int] = []
        self._sent_templates: list[tuple[DeliveryTag, bool]] = []
        self._maybe_cut: list[tuple[DeliveryTag, str]] = []
        self._caps: set[Cap] = set()

    def _look_for_money(self) -> None:
        """What waits for a budget asks again after a start, which may have brought another, and when some is back."""
        if self._looked is not None and timedelta() <= self._now - self._looked < LOOK:
            return
        self._tx.look_for_money(self._now, always=self._looked is None)
        self._looked = self._now

    def meet(self, readers: Iterable[Reader]) -> None:
        """Look up what these readers were sent, all together."""
        unknown = [r.subscriber_id for r in readers if r.subscriber_id not in self._pushed]
        self._pushed |= dict.fromkeys(unknown, NOTHING) | self._tx.pushed(unknown)

    def write(self) -> None:
        """At the end of the tick: what was reserved, who was written to, what has come to its end."""
        tx = self._tx
        if self._charged:
            tx.charge(self._charged, self._today)
        if self._told:
            tx.note_told(self._told, self._now)
        if self._sent_templates:
            tx.note_templates(self._sent_templates, self._now)
        if self._maybe_cut:
            tx.note_rests(self._maybe_cut, self._now)
        for cap in sorted(self._caps, key=lambda cap: not cap.urgent):
            first, *_ = [tx.first_time(name) for name in ends(cap, self._today)]
            if first:
                self._tell(tx, cap, self._terms.card.currency)

    # One message ----------------------------------------------------------------------------------------------------

    def plan(
        self, broadcast: Broadcast, reader: Reader, turn: Turn, *, stories: int = 0, begun: bool = False
    ) -> Planned:  # fmt: skip
        """What becomes of this turn, if nothing else speaks against it; `meet` comes first.

        `stories` are those of a digest; what has `begun` is tried again, and joins nothing.
        """
        if turn.way not in {Way.NOW, Way.OUTSIDE} or broadcast.kind is _MARK:
            return Planned(turn)
        if broadcast.kind is BroadcastKind.DIGEST:
            return self.plan_digest(reader, stories)
        if turn.way is Way.OUTSIDE:
            return self._outside(broadcast, reader)
        spared = self._spared(reader)
        if broadcast.kind is BroadcastKind.STORY and spared is not None:
            return Planned(Turn(Way.DIGEST, spared))
        if broadcast.kind is BroadcastKind.STORY and not begun:
            joined = joins_at(self._pushed[reader.subscriber_id], self._now)
            if joined is not None:
                return Planned(Turn(Way.DIGEST, joined))
        return self._paid(broadcast, reader, "", Category.SERVICE)

    def plan_digest(self, reader: Reader, stories: int) -> Planned:
        """A digest of so many stories: in an open window as it is, else as a template at its hour, or later."""
        later = Turn(Way.DIGEST, next_digest(reader, self._now, self._timezone))
        if not is_closed(reader, self._now):
            return self._digest_inside(reader)
        turn = template_turn(reader, self._pushed[reader.subscriber_id], self._now, self._timezone)
        if turn.way is not Way.NOW:
            return Planned(turn, why=WINDOW_CLOSED)
        found = self._template(uses(BroadcastKind.DIGEST, headlines=min(stories, MOST_HEADLINES)), reader.language)
        if not self._terms.budget.is_set or found is None:
            return Planned(later, why=WINDOW_CLOSED)
        if not self._has_room(self._pushed[reader.subscriber_id]):
            return Planned(self._while_young(reader, self._now + LATER), why=PORTFOLIO)
        amount = self._price(found.category, reader)
        waits = self._waits(reader, amount, found.category)
        return waits or Planned(NOW, found.key, found.category, amount, headlines=found.headlines)

    def _digest_inside(self, reader: Reader) -> Planned:
        spared = self._spared(reader)
        if spared is not None:
            return Planned(Turn(Way.DIGEST, spared))
        amount = self._price(Category.SERVICE, reader)
        return self._waits(reader, amount, Category.SERVICE) or Planned(NOW, "", Category.SERVICE, amount)

    def _waits(self, reader: Reader, amount: int, category: Category) -> Planned | None:
        """A digest that may not leave now; one that is held back leaves with the next try."""
        if (held := self._held.until(BroadcastKind.DIGEST, category)) is not None:
            return Planned(self._while_young(reader, held), why=HALTED)
        later = Turn(Way.DIGEST, next_digest(reader, self._now, self._timezone))
        return Planned(later, why=BUDGET) if self._short(amount) else None

    def _while_young(self, reader: Reader, at: datetime) -> Turn:
        """A digest is tried again then, and at its next hour where it would be old by that time."""
        later = next_digest(reader, self._now, self._timezone)
        young = at - last_digest(reader, self._now, self._timezone) <= DIGEST_LIVES
        return Turn(Way.DIGEST, min(at, later) if young else later)

    def spend(self, delivery: Delivery, planned: Planned) -> None:
        """This message is started."""
        subscriber, prices = delivery.subscriber_id, self._rates.prices(delivery.address)
        if planned.category is None:
            return
        charge = self._purse.take(planned.category, planned.amount, prices, delivery.broadcast_id)
        self._charged.append(Charged(tag_of(delivery), charge, planned.template))
        self._held.leaves(tag_of(delivery), delivery.kind, planned.category)
        before = self._pushed.get(subscriber, NOTHING)
        if planned.template:
            marketing = planned.category is Category.MARKETING
            self._sent_templates.append((tag_of(delivery), marketing))
            if delivery.kind is not BroadcastKind.DIGEST:
                self._maybe_cut.append((tag_of(delivery), planned.template))
            self._count(before)
            last = self._now if marketing else before.marketing_at
            self._pushed[subscriber] = before._replace(template_at=self._now, marketing_at=last)
        elif delivery.kind in {BroadcastKind.STORY, BroadcastKind.DIGEST}:
            self._told.append(subscriber)
            self._pushed[subscriber] = before._replace(told_at=self._now)

    def answered(self, replies: Sequence[QueuedReply]) -> None:
        """These answers leave, whatever they cost."""
        for reply in replies:
            prices = self._rates.prices(reply.address)
            amount = self._purse.price(Category.SERVICE, prices)
            charge = self._purse.take(Category.SERVICE, amount, prices)
            self._charged.append(Charged(tag_of_reply(reply), charge))
            self._held.leaves(tag_of_reply(reply))

    def slots(self, slots: int) -> int:
        """How many of these may be used; where nothing is taken from us, one when it is time to try."""
        return self._held.slots(slots)

    @property
    def pays(self) -> bool:
        """Whether anything at all may be sent outside of a window."""
        return self._terms.budget.is_set

    def joins(self, reader: Reader) -> bool:
        """Whether what comes for this reader in between digests is told as soon as it may be."""
        return reader.mode == "instant" and not is_closed(reader, self._now)

    def has_joined(self, reader: Reader, due_at: datetime) -> bool:
        """Whether what is due then are stories that would each have come at once, and no digest; `meet` comes first."""
        if not self.joins(reader) or due_at - last_digest(reader, self._now, self._timezone) < A_MOMENT:
            return False
        return has_joined(self._pushed[reader.subscriber_id], due_at)

    # Outside of a window --------------------------------------------------------------------------------------------

    def _outside(self, broadcast: Broadcast, reader: Reader) -> Planned:
        urgent = broadcast.level is Level.URGENT
        found = self._template(uses(broadcast.kind, level=broadcast.level), reader.language, urgent=urgent)
        if not self._terms.budget.is_set or found is None:
            return self._wait(broadcast, reader, WINDOW_CLOSED)
        pushed = self._pushed[reader.subscriber_id]
        free = marketing_from(pushed) if found.category is Category.MARKETING and not urgent else None
        if free is not None and free > self._now:
            return self._wait(broadcast, reader, WINDOW_CLOSED, free)
        if not self._has_room(pushed, urgent=urgent):
            return self._wait(broadcast, reader, PORTFOLIO, self._now + LATER)
        return self._paid(broadcast, reader, found.key, found.category)

    def _spared(self, reader: Reader) -> datetime | None:
        """Until when the platform spares this reader; None: it does not, or no more."""
        until = self._pushed[reader.subscriber_id].spared_until
        return until if until is not None and until > self._now else None

    def _paid(self, broadcast: Broadcast, reader: Reader, template: str, category: Category) -> Planned:
        held = self._held.until(broadcast.kind, category)
        if held is not None:
            return self._wait(broadcast, reader, HALTED, held)
        amount = self._price(category, reader)
        cap = self._short(amount, broadcast.id, urgent=broadcast.level is Level.URGENT)
        if cap is None:
            return Planned(NOW, template, category, amount)
        return self._wait(broadcast, reader, BUDGET, refilled(cap, self._now, self._timezone))

    def _wait(self, broadcast: Broadcast, reader: Reader, why: str, at: datetime | None = None) -> Planned:
        """Stories wait for the digest, everything else for what it lacks, until it is no news any more."""
        if broadcast.kind is BroadcastKind.STORY:
            return Planned(Turn(Way.DIGEST, next_digest(reader, self._now, self._timezone)))
        until = broadcast.expires_at if at is None else min(at, broadcast.expires_at)
        return Planned(Turn(Way.WAIT, until), why=why)

    # Money ----------------------------------------------------------------------------------------------------------

    def _price(self, category: Category, reader: Reader) -> int:
        return self._purse.price(category, self._rates.prices(reader.address))

    def _short(self, amount: int, broadcast_id: int = 0, *, urgent: bool = False) -> Cap | None:
        purse = self._purse
        if purse.budget.broadcast is not None and broadcast_id and broadcast_id not in purse.by_broadcast:
            purse.by_broadcast.update({broadcast_id: 0} | self._tx.spent_on([broadcast_id]))
        cap = purse.short(amount, broadcast_id, urgent=urgent)
        if cap is not None:
            self._caps.add(cap)
        return cap

    # Templates and people -------------------------------------------------------------------------------------------

    def _template(self, wanted: tuple[Use, ...], language: str, *, urgent: bool = False) -> _Template | None:
        """The best template that may be sent, and as what it is billed; looked up once a tick, and missed if none."""
        if (wanted, language) not in self._templates:
            found = (self._usable(use, language) for use in wanted)
            self._templates[wanted, language] = next((one for one in found if one is not None), None)
        if (best := self._templates[wanted, language]) is None and wanted and self.pays:
            self._caps.add(Cap("template", 0, urgent=urgent))
        return best

    def _usable(self, use: Use, language: str) -> _Template | None:
        key = self._tx.usable_template(use, language)
        category = self._tx.template_category(key) if key is not None else None
        if key is None or category not in {Category.MARKETING, Category.UTILITY}:
            return None
        return _Template(key, Category(category), use.headlines)

    def _has_room(self, pushed: Pushed, *, urgent: bool = False) -> bool:
        """Whether the portfolio lets us write to one more person outside of a window."""
        limit = self._terms.portfolio
        if limit is None or pushed.began(self._now) or self._people() < limit:
            return True
        self._caps.add(Cap("portfolio", limit, urgent=urgent))
        return False

    def _people(self) -> int:
        if self._counted is None or not timedelta() <= self._now - self._counted[0] < RECOUNT:
            self._counted = self._now, self._tx.people_since(self._now - COUNTED) + len(self._sent_templates)
        return self._counted[1]

    def _count(self, pushed: Pushed) -> None:
        if self._counted is not None and not pushed.began(self._now):
            self._counted = self._counted[0], self._counted[1] + 1


def as_template(delivery: Delivery, planned: Planned) -> Delivery:
    """The delivery in its planned form: a template shows few headlines, the others are one tap away."""
    if not planned.template or delivery.kind is not BroadcastKind.DIGEST:
        return delivery._replace(template=planned.template)
    stories = delivery.stories + delivery.rest
    shown, rest = stories[: planned.headlines], stories[planned.headlines :]
    return delivery._replace(template=planned.template, stories=shown, rest=rest, more=len(rest), alone=False)
