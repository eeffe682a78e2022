"""What must hold on every day: watched on the phones as it happens, compared with the books at the end."""

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.delivery.tariff import Category
from bot.simulator.whatsapp import Event, Shown
from tests.chaos.judge import Verdict
from tests.days.newsroom import Alerted, Newsroom
from tests.days.residents import Residents
from tests.days.town import Town

HEARD_WITHIN = 10.0  # seconds until a stop must have been heard: webhooks come late
UNDER_WAY = 5.0  # seconds from a message's reservation to its arrival, at most
ONE_PERCENT = 0.01
AT_ONCE = 180.0  # seconds from an alert until all have it who get it without waiting for anything
A_FEW = 2  # readers: one percent of very few is nobody
MICRO = 1_000_000
A_DAY = timedelta(hours=24)
AT_MOST_LATE = timedelta(minutes=5)  # the first of two may have been longer on its way


@dataclass
class Watch:
    """Every message of the business, as it arrives."""

    town: Town
    residents: Residents
    newsroom: Newsroom
    zone: ZoneInfo
    complaints: list[str] = field(default_factory=list)
    arrived: Counter[str] = field(default_factory=Counter)  # by category
    days: Counter[date] = field(default_factory=Counter)  # what was billed, in micro-units
    on: Counter[int] = field(default_factory=Counter)  # the same by broadcast
    copies: Counter[tuple[int, str]] = field(default_factory=Counter)
    at_once: dict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))  # of alerts: soon after
    marketed: dict[str, datetime] = field(default_factory=dict)  # when a phone was last sent marketing
    _answers: deque[tuple[float, int]] = field(default_factory=deque)  # what answers cost lately

    def begin(self) -> None:
        """From now on."""
        self.town.whatsapp.listen(self._hear)

    def _hear(self, event: Event) -> None:
        if event.kind != "message":
            return
        shown = self.town.whatsapp.shown(event.phone)[-1]
        if not shown.from_business:
            return
        self.arrived[shown.category] += 1
        day, amount = shown.at.astimezone(self.zone).date(), self._price(shown)
        self.days[day] += amount
        if (shown.tag or "").startswith("d:"):
            self._pushed(shown, day, amount)
        else:
            self._answers.append((self._time(), amount))

    def _pushed(self, shown: Shown, day: date, amount: int) -> None:
        broadcast = int((shown.tag or "").split(":")[1])
        self.copies[broadcast, shown.phone] += 1
        if self.copies[broadcast, shown.phone] > 1:
            self.complaints.append(f"{shown.tag} came to {shown.phone} a second time")
        self.on[broadcast] += amount
        sounded = self.newsroom.sounded.get(broadcast)
        if sounded is not None and self._time() - sounded <= AT_ONCE:
            self.at_once[broadcast] += Counter({"amount": amount, "paid" if shown.kind == "template" else "open": 1})
        gone = self.residents.people[shown.phone].gone_since
        if gone is not None and self._time() - gone > HEARD_WITHIN:
            self.complaints.append(f"{shown.phone} had stopped {self._time() - gone:.0f} s before {shown.tag} came")
        if shown.category == "marketing" and broadcast not in self.newsroom.urgent:
            self._one_a_day(shown)
        if amount:
            self._within_budget(shown, day, broadcast)

    def _one_a_day(self, shown: Shown) -> None:
        """At most one marketing message a day a reader; urgent alerts are apart."""
        last = self.marketed.get(shown.phone)
        self.marketed[shown.phone] = shown.at
        if last is not None and shown.at - last < A_DAY - AT_MOST_LATE:
            self.complaints.append(f"{shown.tag} is {shown.phone}'s second marketing message in {shown.at - last}")

    def _within_budget(self, shown: Shown, day: date, broadcast: int) -> None:
        budget = self.town.terms.budget
        month = sum(amount for when, amount in self.days.items() if when.replace(day=1) == day.replace(day=1))
        late = self._answers_lately()
        for name, limit, spent in (("day", budget.day, self.days[day]), ("month", budget.month, month)):
            if limit is None:
                continue
            allowed = budget.allowed(limit, urgent=broadcast in self.newsroom.urgent)
            if spent - late > allowed:
                self.complaints.append(f"{shown.tag} brings the {name} to {spent / MICRO:.4f} of {allowed / MICRO:.4f}")

    def _answers_lately(self) -> int:
        while self._answers and self._time() - self._answers[0][0] > UNDER_WAY:
            self._answers.popleft()
        return sum(amount for _, amount in self._answers)

    def _price(self, shown: Shown) -> int:
        told = shown.pricing or {}
        if not told["billable"]:
            return 0
        prices = self.town.terms.card.on(shown.at.astimezone(self.zone).date()).prices(shown.phone)
        return prices.marketing if told["category"] == "marketing" else prices.utility

    def _time(self) -> float:
        return asyncio.get_running_loop().time()


async def judge(watch: Watch) -> Verdict:
    """When all has come to rest."""
    town, whatsapp = watch.town, watch.town.whatsapp
    verdict = Verdict(complaints=watch.complaints[:10])
    billed = _invoice(watch)
    since = min(watch.days, default=town.clock.now().date())
    books = await town.store.read(lambda tx: tx.spending(since))
    reserved, settled = sum(row[3] for row in books), sum(row[4] for row in books)
    figures = verdict.figures
    figures["readers, stories, alerts"] = (
        f"{len(watch.residents.people)}, {watch.newsroom.stories}, {len(watch.newsroom.alerts)}"
    )
    figures["what people did"] = dict(sorted(watch.residents.acts.items()))
    figures["messages that arrived, by category"] = dict(sorted(watch.arrived.items()))
    figures["outside of a window without a template"] = whatsapp.outside
    figures["account, pair, portfolio limit hit"] = (*whatsapp.limit_hits, whatsapp.portfolio_hits)
    figures["billed by the platform"] = f"{billed / MICRO:.4f}"
    figures["foreseen with each message, settled"] = f"{reserved / MICRO:.4f}, {settled / MICRO:.4f}"
    foretold = [await _foretold(watch, alert) for alert in watch.newsroom.alerts]
    figures["alerts: foreseen before, billed at once"] = _alerts(watch)
    figures["forecasts checked: all, with people, of those billed"] = (
        f"{len(foretold)}, {sum(f.whole for f in foretold)}, {sum(f.whole and f.billed > 0 for f in foretold)}"
    )
    figures["most that a forecast was wrong by, of one"] = f"{max((f.wrong for f in foretold), default=0.0):.2%}"
    figures["most billed on a day, budget"] = f"{max(watch.days.values(), default=0) / MICRO:.2f}, {_budget(town)}"
    figures["never answered: arrived, did not"] = tuple(rule.struck for rule in whatsapp.faults.rules)
    figures["readers who were sent marketing"] = len(watch.marketed)
    figures["complaints"] = len(watch.complaints)
    verdict.must(whatsapp.outside == 0, f"{whatsapp.outside} messages outside of a window without a template")
    verdict.must(whatsapp.limit_hits == (0, 0), f"account and pair limits were hit: {whatsapp.limit_hits}")
    verdict.must(whatsapp.portfolio_hits == 0, f"the portfolio's limit was hit {whatsapp.portfolio_hits} times")
    for complaint in (complaint for f in foretold for complaint in f.complaints):
        verdict.complaints.append(complaint)
    verdict.must(_close(reserved, billed), f"foreseen {reserved / MICRO:.4f}, billed {billed / MICRO:.4f}")
    verdict.must(_close(settled, billed), f"settled {settled / MICRO:.4f}, billed {billed / MICRO:.4f}")
    codes = sorted(set(whatsapp.counts) - EXPECTED)
    verdict.must(not codes, f"refused with {codes}: {whatsapp.counts}")
    return verdict


# Success, readers without WhatsApp or who have blocked us, and those who stopped while a message was on its way.
EXPECTED = {0, 131026, 131050}


def _invoice(watch: Watch) -> int:
    """The platform's bills at the prices of the card."""
    card = watch.town.terms.card
    return sum(
        count * card.on(bill.day).prices(bill.beginning).of(Category(bill.category))
        for bill, count in watch.town.whatsapp.bills.items()
        if bill.billable
    )


class Foretold(NamedTuple):
    """How an editor's forecast came true."""

    wrong: float  # share of the amount
    complaints: list[str]
    whole: bool  # amounts and people were compared: no budget came to its end
    billed: int  # what was billed for it at once


async def _foretold(watch: Watch, alert: Alerted) -> Foretold:
    """What was shown before the alert was confirmed, beside what was billed for it at once.

    Whom a phone did not take it for, or who left in that moment, is billed nothing, and nobody could know.
    """
    reports = await watch.town.store.read(lambda tx: tx.report(alert.broadcast))
    lost = sum(report.failed.get(code, 0) for report in reports for code in ("undeliverable", "marketing_stopped"))
    cost, seen = alert.foreseen, watch.at_once[alert.broadcast]
    somebody = next(iter(watch.residents.people))
    dearest = watch.town.terms.card.on(watch.town.clock.now().astimezone(watch.zone).date()).prices(somebody).marketing
    pairs = {
        "amount": (cost.amount, seen["amount"], dearest), "in a window": (cost.open - cost.unpaid, seen["open"], 1),
        "as a template": (cost.paid, seen["paid"], 1),
    }  # fmt: skip
    if cost.left is not None and cost.amount + dearest * A_FEW > cost.left:  # whoever comes first gets what is left
        del pairs["in a window"], pairs["as a template"]
    wrong = [
        f"#{alert.broadcast} {name}: {foreseen} foreseen, {billed} came"
        for name, (foreseen, billed, one) in pairs.items()
        if not foreseen - _slack(foreseen, one) - lost * one <= billed <= foreseen + _slack(foreseen, one)
    ]
    off = abs(cost.amount - seen["amount"]) / max(cost.amount, dearest)
    return Foretold(off, wrong, "as a template" in pairs, seen["amount"])


def _slack(foreseen: int, one: int) -> float:
    return max(ONE_PERCENT * foreseen, A_FEW * one)


def _alerts(watch: Watch) -> str:
    alerts = watch.newsroom.alerts
    foreseen = sum(a.foreseen.amount for a in alerts)
    billed = sum(watch.at_once[a.broadcast]["amount"] for a in alerts)
    return f"{foreseen / MICRO:.4f}, {billed / MICRO:.4f}"


def _budget(town: Town) -> str:
    day = town.terms.budget.day
    return "none" if day is None else f"{day / MICRO:.2f}"


def _close(one: int, other: int) -> bool:
    return abs(one - other) <= ONE_PERCENT * other


def shown(verdict: Verdict) -> Iterable[str]:
    """The table, line by line."""
    yield from (f"  {name:<44} {value}" for name, value in verdict.figures.items())
    yield from (f"  FAULT: {complaint}" for complaint in verdict.complaints)
