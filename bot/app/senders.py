"""What sends: one deliverer for each channel that runs, woken when something has been written for it."""

from collections.abc import AsyncIterator, Mapping

from bot import clock
from bot.chat.broadcasts import broadcast_message
from bot.delivery.content import Content
from bot.flow.deliver import Deliverer
from bot.flow.facts import Facts
from bot.flow.forms import Compose
from bot.flow.means import Means
from bot.flow.progress import Progress, Written, watch
from bot.flow.settling import AT_ONCE, Settling
from bot.flow.tell_staff import StaffTeller
from bot.ports import Channel, Store


class Senders:
    """The deliverers of a running program, by channel."""

    def __init__(self) -> None:
        self._deliverers: dict[str, Deliverer] = {}
        self._rates: dict[str, float] = {}
        self._written = Written()

    @property
    def deliverers(self) -> Mapping[str, Deliverer]:
        """Those that there are by now; what is added later is seen too."""
        return self._deliverers

    @property
    def rates(self) -> Mapping[str, float]:
        """Messages a second, by channel that runs."""
        return self._rates

    def add(
        self, channel: Channel, store: Store, facts: Facts, staff: StaffTeller, epoch: int, opened: float,
        settling: Settling = AT_ONCE, compose: Compose | None = None, means: Means | None = None,
    ) -> Deliverer:  # fmt: skip
        """A deliverer for this channel, not started yet; `opened` is when nobody else could send any more."""

        def compose_plain(content: Content, language: str) -> object:
            return channel.prepare(broadcast_message(content, language, facts.board(clock.now())))

        deliverer = Deliverer(
            store, channel, compose or compose_plain, facts.settings.portal.timezone, epoch, clock.now,
            on_written=self._written.tell, tell=staff.refused, opened=opened, settling=settling, means=means,
        )  # fmt: skip
        self._deliverers[channel.name] = deliverer
        self._rates[channel.name] = channel.rate
        return deliverer

    def wake(self, channel: str) -> None:
        """Something may leave on this channel, if it runs."""
        if channel in self._deliverers:
            self._deliverers[channel].wake()

    def wake_all(self) -> None:
        """Something may leave anywhere."""
        for deliverer in self._deliverers.values():
            deliverer.wake()

    def watch(self, store: Store, broadcast_id: int) -> AsyncIterator[Progress]:
        """How far a broadcast has come, each time something of it is written, until it is over."""
        return watch(store, broadcast_id, self._written)
