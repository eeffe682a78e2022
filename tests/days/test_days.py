"""A small day of WhatsApp in every test run; that broken rules are noticed. `python -m tests.days` plays large ones."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from bot.channels.whatsapp import statuses
from bot.delivery import cadence
from bot.delivery.budget import Budget, Purse
from bot.flow import cost, means
from bot.flow.means import Means
from bot.simulator.whatsapp import Fault, Limits, WhatsApp, world
from storage.sqlite import money
from tests.days import play, residents, town
from tests.days.judge import MICRO
from tests.days.virtual import LoopClock, VirtualLoop

Plant = Callable[[pytest.MonkeyPatch], None]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_day_of_stories_digests_and_alerts_keeps_every_rule(seed: int) -> None:
    verdict = play.play(seed, readers=150, days=1, alerts=2)
    assert verdict.complaints == []
    arrived: Any = verdict.figures["messages that arrived, by category"]
    assert arrived["service"] > 50
    assert arrived.get("marketing", 0) + arrived.get("utility", 0) > 10


def test_where_money_does_not_end_every_forecast_is_held_against_its_bill() -> None:
    verdict = play.play(3, readers=250, days=1, alerts=4, ample=True)
    assert verdict.complaints == []
    assert verdict.figures["forecasts checked: all, with people, of those billed"] == "4, 4, 4"


def test_a_forecast_off_by_two_percent_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = cost._templates

    def dearer(*given: Any) -> tuple[int, int]:
        people, amount = honest(*given)
        return people, amount * 102 // 100

    monkeypatch.setattr(cost, "_templates", dearer)
    verdict = play.play(3, readers=500, days=1, stories=2, alerts=4, ample=True)
    assert any("amount: " in complaint for complaint in verdict.complaints), verdict


def shorter_windows(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(world, "WINDOW", timedelta(hours=12))


def an_unheard_stop(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(residents, "STOPS", ("halo",))


def no_account_pace(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(town, "RATE", 400.0)


def a_purse_without_end(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Purse, "short", lambda *_, **__: None)


def a_portfolio_without_end(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Means, "_has_room", lambda *_, **__: True)


def a_wrong_price(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Purse, "price", lambda *_: 30_000)


def a_forecast_without_templates(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cost, "_templates", lambda *_: (0, 0))


def no_distance(patch: pytest.MonkeyPatch) -> None:
    for module in (cadence, means):
        patch.setattr(module, "marketing_from", lambda _: None)


def statuses_that_nobody_connects(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(play, "UNANSWERED", 0.01)
    patch.setattr(statuses, "read_tag", lambda _: None)


def a_month_without_end(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(play, "_budget", lambda readers, _: Budget(month=readers * MICRO // 100))
    a_purse_without_end(patch)


def statuses_that_bill_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(money, "billed_amount", lambda *_: 0)


def messages_on_each_others_heels(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(town, "Limits", partial(Limits, pair_burst=1))


class Picky(WhatsApp):
    def __init__(self, *given: Any, **how: Any) -> None:
        super().__init__(*given, **how)
        self.faults.add(Fault.ERROR(131009), times=1)


def a_form_that_is_refused(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(town, "WhatsApp", Picky)


def a_forecast_without_windows(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cost, "_service", lambda *_: (0, 10_000))


def a_forecast_of_a_million(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cost, "_service", lambda *_: (1_000_000, 0))


# Each with a seed whose day brings it to light.
PLANTS: dict[str, tuple[Plant, int, str]] = {
    "windows that close early": (shorter_windows, 5, "outside of a window"),
    "a stop that nobody hears": (an_unheard_stop, 5, "had stopped"),
    "an account that is too fast": (no_account_pace, 5, "account and pair"),
    "a purse without end": (a_purse_without_end, 4, "brings the day"),
    "a portfolio without end": (a_portfolio_without_end, 5, "the portfolio's limit"),
    "a wrong price": (a_wrong_price, 5, "foreseen"),
    "a forecast without templates": (a_forecast_without_templates, 5, "as a template: 0 foreseen"),
    "two marketing messages a day": (no_distance, 5, "second marketing message"),
    "statuses that nobody connects with what was sent": (statuses_that_nobody_connects, 5, "a second time"),
    "a month without end": (a_month_without_end, 5, "brings the month"),
    "statuses that bill nothing": (statuses_that_bill_nothing, 5, "settled 0.0000"),
    "somebody who gets too many at once": (messages_on_each_others_heels, 5, "limits were hit: (0, "),
    "a form that is refused": (a_form_that_is_refused, 5, "refused with [131009]"),
    "a forecast without open windows": (a_forecast_without_windows, 5, "in a window: -"),
    "a forecast of another amount": (a_forecast_of_a_million, 5, "amount: "),
}


@pytest.mark.parametrize(("plant", "seed", "noticed"), PLANTS.values(), ids=PLANTS)
def test_a_broken_rule_is_noticed(plant: Plant, seed: int, noticed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    verdict = play.play(seed, readers=250, days=1, alerts=2)
    assert any(noticed in complaint for complaint in verdict.complaints), verdict


# The loop -----------------------------------------------------------------------------------------------------------


def test_virtual_hours_pass_at_once_and_in_order() -> None:
    async def sleepers() -> list[float]:
        loop, woke = asyncio.get_running_loop(), []

        async def sleep(hours: float) -> None:
            await asyncio.sleep(hours * 3600)
            woke.append(loop.time() / 3600)

        await asyncio.gather(sleep(7), sleep(2), sleep(30))
        clock = LoopClock(datetime(2026, 11, 1, tzinfo=UTC))
        assert clock.now() == datetime(2026, 11, 2, 6, tzinfo=UTC)
        return woke

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        assert runner.run(sleepers()) == pytest.approx([2, 7, 30])


def test_no_time_passes_while_a_thread_works() -> None:
    async def work() -> float:
        loop = asyncio.get_running_loop()
        timer = loop.create_task(asyncio.sleep(5))
        done = await asyncio.to_thread(sum, range(200_000))
        assert done
        assert not timer.done()
        took = loop.time()
        await timer
        return took

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        assert runner.run(work()) < 5
