"""The rates: what passes, what gets 429, and that no arrival pattern gets more through than is allowed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.simulator.clock import HandClock
from bot.simulator.telegram import Limits, Telegram
from bot.simulator.telegram.meter import Meter
from bot.simulator.telegram.model import Chat
from tests.simulator.wire import SARI, TOKEN, Wire


def meter(limits: Limits) -> tuple[Meter, HandClock]:
    clock = HandClock()
    return Meter(limits, clock), clock


def person(number: int) -> Chat:
    return Chat(number, "private")


def test_thirty_a_second_pass_and_one_more_does_not() -> None:
    gate, clock = meter(Limits(retry_after=5))
    assert [gate.admit(person(n)) for n in range(1, 32)] == [0] * 30 + [5]
    clock.turn(4.5)
    assert gate.admit(person(40)) == 1  # closed for half a second more
    clock.turn(0.5)
    assert gate.admit(person(40)) == 0
    assert gate.floods == 2


def test_the_window_slides_instead_of_starting_anew_each_second() -> None:
    gate, clock = meter(Limits(retry_after=1))
    clock.turn(0.9)
    assert all(gate.admit(person(n)) == 0 for n in range(1, 31))
    clock.turn(0.2)  # a new second by the wall, the same window
    assert gate.admit(person(40)) == 1


def test_one_chat_takes_three_at_once_then_one_a_second() -> None:
    gate, clock = meter(Limits(retry_after=1))
    assert [gate.admit(person(1)) for _ in range(4)] == [0, 0, 0, 1]
    assert gate.admit(person(2)) == 0  # others are not held up
    clock.turn(1.0)
    assert [gate.admit(person(1)) for _ in range(2)] == [0, 1]


def test_a_refused_message_uses_nothing_up() -> None:
    gate, clock = meter(Limits(account_per_second=2, retry_after=0))
    assert [gate.admit(person(n)) for n in (1, 2)] == [0, 0]
    assert gate._exhausted(person(3), clock.monotonic(), paid=False) is not None
    clock.turn(1.0)
    assert [gate.admit(person(3)) for _ in range(2)] == [0, 0]
    clock.turn(1.0)
    assert [gate.admit(person(3)) for _ in range(2)] == [0, 0]  # one came back, and two were left of three


def test_a_group_takes_twenty_a_minute() -> None:
    gate, clock = meter(Limits(chat_per_second=None, retry_after=3))
    group = Chat(-5, "group")
    assert [gate.admit(group) for _ in range(21)] == [0] * 20 + [3]
    clock.turn(60.0)
    assert gate.admit(group) == 0


def test_paid_broadcasts_pass_beyond_the_free_rate() -> None:
    gate, _ = meter(Limits())
    assert all(gate.admit(person(n), paid=True) == 0 for n in range(1, 501))
    assert gate.admit(person(900)) > 0


def test_without_limits_everything_passes() -> None:
    gate, _ = meter(Limits.off())
    assert all(gate.admit(person(1)) == 0 for _ in range(500))


@given(st.lists(st.tuples(st.floats(0, 0.3), st.integers(1, 40)), max_size=200))
def test_no_pattern_gets_more_than_thirty_through_any_second(steps: list[tuple[float, int]]) -> None:
    gate, clock = meter(Limits(chat_per_second=None, retry_after=0))
    passed = []
    for wait, chat in steps:
        clock.turn(wait)
        if gate.admit(person(chat)) == 0:
            passed.append(clock.monotonic())
    assert all(sum(0 <= other - at < 1.0 for other in passed) <= 30 for at in passed)


@given(st.lists(st.floats(0, 2), max_size=60), st.sampled_from([0.5, 1.0]))
def test_the_peak_is_the_fullest_window(waits: list[float], window: float) -> None:
    gate, clock = meter(Limits.off())
    for wait in waits:
        clock.turn(wait)
        gate.arrived()
    times = list(gate.arrivals)
    assert gate.peak(window) == max((sum(0 <= at - t < window for t in times) for at in times), default=0)


async def test_a_flood_is_answered_as_telegram_answers(wire: Wire, telegram: Telegram) -> None:
    for _ in range(3):
        await wire.call("sendMessage", chat_id=SARI, text="a")
    url = f"{wire.url}/bot{TOKEN}/sendMessage"
    async with wire.session.post(url, json={"chat_id": SARI, "text": "a"}) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (429, "5")
        assert await answer.json() == {
            "ok": False,
            "error_code": 429,
            "description": "Too Many Requests: retry after 5",
            "parameters": {"retry_after": 5},
        }
    assert (telegram.floods, telegram.peak(), len(telegram.shown(SARI))) == (1, 4, 3)


@pytest.mark.parametrize("method", ["getMe", "getWebhookInfo", "getMyCommands"])
async def test_other_methods_are_not_counted(wire: Wire, telegram: Telegram, method: str) -> None:
    for _ in range(40):
        await wire.call(method)
    assert (telegram.floods, telegram.peak()) == (0, 0)
