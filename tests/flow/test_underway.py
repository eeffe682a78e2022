"""An answer waits for what is on its way to the same chat, but not for ever."""

from bot.delivery.plan import Delivery
from bot.flow.underway import PATIENCE, UnderWay


def delivery(address: str, number: int) -> Delivery:
    return Delivery(number, None, 1, address, None, "id")


def test_a_chat_is_busy_until_the_last_of_its_deliveries_is_over() -> None:
    under_way = UnderWay(lambda: 0.0)
    first, second = delivery("1", 1), delivery("1", 2)
    under_way.begin([first, second])
    assert (under_way.busy("1"), under_way.busy("2")) == (True, False)
    under_way.end(first)
    assert under_way.busy("1")
    under_way.end(second)
    assert not under_way.busy("1")


def test_behind_a_request_that_hangs_nobody_waits_longer_than_patience() -> None:
    moment = 0.0
    under_way = UnderWay(lambda: moment)
    under_way.begin([delivery("1", 1)])
    moment = PATIENCE - 0.1
    assert under_way.busy("1")
    moment = PATIENCE
    assert not under_way.busy("1")
