"""Templates that are paused, disabled or taken for something else while the program runs."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from bot.channels.whatsapp.send import NAME
from bot.channels.whatsapp.templates.graph import TemplatesApi
from bot.channels.whatsapp.templates.watch import A_DAY
from bot.channels.whatsapp.templates.written import read_folder
from bot.chat.turn import Status
from bot.delivery.budget import Budget
from bot.delivery.content import Level, Note
from bot.delivery.plan import Rank
from bot.delivery.templates import TemplateChange
from bot.ports import Tx
from bot.simulator.whatsapp import CloudError, Fault
from tests.support.at_whatsapp import PERSON, TOKEN, AtWhatsApp, at_whatsapp
from tests.support.town import STORIES, ZONE

PLENTY = Budget(day=100_000_000, month=1_000_000_000)
OURS = read_folder().templates
DIGEST_1, DIGEST_3 = "kentongan_digest_1_v1", "kentongan_digest_3_v1"


class Admins:
    """What admins are told."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str, str | None]] = []

    def __call__(self, _tx: Tx, changes: Sequence[TemplateChange]) -> None:
        self.heard += [(c.known.key, c.known.status, c.instead) for c in changes]


@asynccontextmanager
async def reader(folder: Path, admins: Admins | None = None, *, known: bool = True) -> AsyncIterator[AtWhatsApp]:
    """A subscriber to all topics; the account has our templates, all approved; `known`: the program has looked."""
    async with at_whatsapp(folder, budget=PLENTY, tell_templates=admins or Admins()) as person:
        await person.parts.templates.declare()
        await create_all(person)
        if known:
            await person.parts.templates.look()
        await person.say("MULAI semua")
        person.arrived()
        yield person


async def create_all(person: AtWhatsApp) -> None:
    """As `kentongan whatsapp templates sync` does, and reviewers that say yes before any webhook is heard."""
    session, account = person.parts._client._session, person.whatsapp.business_id
    api = TemplatesApi(session, TOKEN, account, person.parts.templates._api._url.split("/v26")[0])  # type: ignore[union-attr]
    for template in OURS:
        await api.create(template)
        person.whatsapp.templates.named(template.name, template.language).status = "APPROVED"


async def closed(person: AtWhatsApp) -> None:
    """A day and more goes by."""
    person.clock.turn(26 * 3600)
    await person.rested()


async def alerted(person: AtWhatsApp, level: Level = Level.URGENT) -> None:
    now = person.clock.now()
    note = Note("Gunakan jalan lain.", title="Jembatan ditutup", level=level)
    await person.store.write(
        lambda tx: tx.add_broadcast("alert", Rank.ALERT, None, [], [NAME], now, now + timedelta(hours=6), note=note)
    )
    person.deliverer.wake()
    await person.rested()


def names(person: AtWhatsApp) -> list[str]:
    """The templates of the requests, in order."""
    return [e.body["template"]["name"] for e in person.whatsapp.ledger() if e.body["type"] == "template"]


async def usable(person: AtWhatsApp, use: str) -> str | None:
    return await person.store.read(lambda tx: tx.usable_template(use, "id"))


async def to(person: AtWhatsApp, hour: int, days: int = 0) -> None:
    """The clock goes on to that hour, and what is due then happens."""
    local = person.clock.now().astimezone(ZONE)
    then = local.replace(hour=hour, minute=0, second=0, microsecond=0) + timedelta(days=days)
    while then <= local:
        then += timedelta(days=1)
    person.clock.turn((then - local).total_seconds())
    person.deliverer.wake()
    await person.rested()


async def morning(person: AtWhatsApp, *numbers: int) -> None:
    """These stories are told after the window has closed; then it is six o'clock, when digests leave."""
    await to(person, 20, days=1)
    for number in numbers:
        await person.publish(number)
    await to(person, 6)


# Learning -----------------------------------------------------------------------------------------------------------


async def test_before_the_account_has_been_looked_at_nothing_is_sent_outside_the_window(tmp_path: Path) -> None:
    async with reader(tmp_path, known=False) as person:
        await closed(person)
        await alerted(person)
        assert names(person) == []
        await person.parts.templates.look()
        person.deliverer.wake()
        await person.rested()
        assert await usable(person, "alert_urgent") == "kentongan_alert_urgent_v1/id"


async def test_the_account_is_looked_at_once_a_day_and_hourly_while_something_is_missing(tmp_path: Path) -> None:
    async with reader(tmp_path) as person:
        watch, asked = person.parts.templates, person.whatsapp.management.asked
        began, hour = watch._due - A_DAY, 3600.0
        looks = []
        for hours, status in ((1, "APPROVED"), (23.9, "PAUSED"), (24.1, "PAUSED"), (25, "PAUSED"), (25.2, "APPROVED"),
                              (26.3, "APPROVED"), (49.1, "APPROVED"), (49.3, "APPROVED")):  # fmt: skip
            person.whatsapp.templates.named(DIGEST_1, "id").status = status
            watch._clock = lambda at=began + hours * hour: at  # type: ignore[misc]
            before = len(asked)
            await watch.look()
            looks.append(len(asked) > before)
        assert looks == [False, False, True, False, True, False, False, True]


async def test_an_account_that_does_not_answer_is_asked_again_in_an_hour_and_nothing_is_forgotten(
    tmp_path: Path,
) -> None:
    async with reader(tmp_path) as person:
        watch = person.parts.templates
        watch._clock = lambda at=watch._due: at  # type: ignore[misc]
        person.whatsapp.management.refusals.append(CloudError(190))
        due = watch._due
        await watch.look()
        assert await usable(person, "digest_1") == f"{DIGEST_1}/id"
        assert watch._due == due + 3600


async def told_of(person: AtWhatsApp, use: str) -> None:
    """What calls for a template of this use happens while the window is closed."""
    if use.startswith("digest"):
        await morning(person, 5, 6, 7)
    else:
        await closed(person)
        await alerted(person)


@pytest.mark.parametrize("status", ["PAUSED", "DISABLED"])
@pytest.mark.parametrize("use", ["alert_urgent", "digest_3"])
async def test_a_webhook_says_that_a_template_is_out_and_the_one_in_reserve_is_sent(
    tmp_path: Path, use: str, status: str
) -> None:
    admins, own, reserve = Admins(), f"kentongan_{use}_v1", f"kentongan_{use}_reserve_v1"
    async with reader(tmp_path, admins) as person:
        person.whatsapp.management.review(own, "id", status)
        await person.rested()
        await told_of(person, use)
        assert names(person) == [reserve]
        assert len([s for s in person.arrived() if s.kind == "template"]) == 1
        assert admins.heard == [(f"{own}/id", status, f"{reserve}/id")]


async def test_a_template_that_is_back_takes_the_place_of_the_one_in_reserve(tmp_path: Path) -> None:
    admins = Admins()
    async with reader(tmp_path, admins) as person:
        for word in ("PAUSED", "REINSTATED"):
            person.whatsapp.management.review(DIGEST_3, "id", word)
            await person.rested()
        assert admins.heard[1:] == [(f"{DIGEST_3}/id", "APPROVED", None)]
        assert await usable(person, "digest_3") == f"{DIGEST_3}/id"


async def test_with_both_out_a_digest_shows_fewer_headlines(tmp_path: Path) -> None:
    admins = Admins()
    async with reader(tmp_path, admins) as person:
        for name in (DIGEST_3, "kentongan_digest_3_reserve_v1"):
            person.whatsapp.management.review(name, "id", "PAUSED")
            await person.rested()
        await morning(person, 5, 6, 7)
        assert names(person) == ["kentongan_digest_2_v1"]
        assert [instead for *_, instead in admins.heard] == [
            "kentongan_digest_3_reserve_v1/id", "kentongan_digest_2_v1/id"
        ]  # fmt: skip


async def test_a_webhook_of_the_second_in_which_the_account_was_looked_at_counts(tmp_path: Path) -> None:
    """Webhooks tell whole seconds: the look may have been a moment before it."""
    async with reader(tmp_path, known=False) as person:
        person.clock.turn(0.7)
        await person.parts.templates.look()
        person.clock.turn(0.1)
        person.whatsapp.management.review(DIGEST_1, "id", "PAUSED")
        await person.rested()
        assert await usable(person, "digest_1") == "kentongan_digest_1_reserve_v1/id"


OUT = {
    "digests": ["digest_3", "digest_2", "digest_1"],
    "alerts": ["alert_urgent", "alert_important", "alert"],
}


@pytest.mark.parametrize("uses", OUT.values(), ids=OUT)
async def test_a_use_whose_templates_are_all_gone_is_stopped_and_admins_know(tmp_path: Path, uses: list[str]) -> None:
    admins = Admins()
    order = [f"kentongan_{use}{reserve}_v1" for use in uses for reserve in ("", "_reserve")]
    async with reader(tmp_path, admins) as person:
        for name in order:
            person.whatsapp.management.review(name, "id", "DISABLED")
            await person.rested()
        await told_of(person, uses[0])
        assert names(person) == []
        assert [(key, instead) for key, _, instead in admins.heard] == [
            (f"{name}/id", f"{after}/id" if after else None)
            for name, after in zip(order, [*order[1:], ""], strict=True)
        ]
        await person.say("halo")
        words = STORIES[7].title if uses == OUT["digests"] else "Jembatan ditutup"
        assert any(words in shown.text for shown in person.arrived()), "it waited, and was not lost"


async def test_a_recategorised_alert_goes_out_as_the_one_in_reserve_then_as_the_next_best(tmp_path: Path) -> None:
    admins = Admins()
    order = ["kentongan_alert_urgent_v1", "kentongan_alert_urgent_reserve_v1", "kentongan_alert_important_v1"]
    async with reader(tmp_path, admins) as person:
        for name in order[:2]:
            person.whatsapp.management.recategorise(name, "id", "marketing")
            await person.rested()
        await closed(person)
        await alerted(person)
        assert names(person) == order[2:]
        assert admins.heard == [(f"{a}/id", "APPROVED", f"{b}/id") for a, b in pairwise(order)]


async def test_what_is_billed_as_marketing_tells_that_a_template_was_recategorised_before_any_webhook(
    tmp_path: Path,
) -> None:
    """It is the reader's marketing message of the day, the next alert takes another template, and admins are told."""
    admins = Admins()
    first, second = "kentongan_alert_important_v1", "kentongan_alert_important_reserve_v1"
    async with reader(tmp_path, admins) as person:
        person.whatsapp.templates.named(first, "id").category = "marketing"
        await closed(person)
        at = person.clock.now()
        await alerted(person, Level.IMPORTANT)
        assert names(person) == [first]
        ((_, pushed),) = (await person.store.read(lambda tx: tx.pushed([1]))).items()
        assert (pushed.marketing_at, pushed.unread) == (at + timedelta(milliseconds=1), 1)
        assert admins.heard == [(f"{first}/id", "APPROVED", f"{second}/id")]
        await alerted(person, Level.ORDINARY)
        await alerted(person, Level.IMPORTANT)
        assert names(person) == [first, second], "an ordinary alert is marketing, too"


async def test_another_opinion_of_readers_is_kept_and_changes_nothing(tmp_path: Path) -> None:
    admins = Admins()
    async with reader(tmp_path, admins) as person:
        person.whatsapp.management.rate(DIGEST_1, "id", "YELLOW")
        person.whatsapp.management.review(DIGEST_1, "id", "FLAGGED")
        await person.rested()
        (known,) = await person.store.read(lambda tx: tx.templates([f"{DIGEST_1}/id"]))
        assert (known.status, known.quality, known.usable) == ("FLAGGED", "YELLOW", True)
        assert admins.heard == []


# Refused sends ------------------------------------------------------------------------------------------------------


async def test_a_refused_template_is_replaced_at_once_and_the_reader_gets_the_message_once(tmp_path: Path) -> None:
    admins = Admins()
    async with reader(tmp_path, admins) as person:
        person.whatsapp.templates.named("kentongan_alert_urgent_v1", "id").status = "DISABLED"
        await closed(person)
        await alerted(person)
        assert names(person) == ["kentongan_alert_urgent_v1"]
        assert admins.heard == [("kentongan_alert_urgent_v1/id", "DISABLED", "kentongan_alert_urgent_reserve_v1/id")]
        person.clock.turn(3)
        person.deliverer.wake()
        await person.rested()
        assert names(person) == ["kentongan_alert_urgent_v1", "kentongan_alert_urgent_reserve_v1"]
        assert len([s for s in person.arrived() if "Jembatan ditutup" in s.text]) == 1


@pytest.mark.parametrize(("code", "stands"), [(132015, "PAUSED"), (132016, "DISABLED"), (132001, "MISSING")])
async def test_a_template_that_a_status_refuses_is_replaced_too(tmp_path: Path, code: int, stands: str) -> None:
    admins = Admins()
    async with reader(tmp_path, admins) as person:
        await closed(person)
        person.whatsapp.faults.add(Fault.FAILED(code), times=1)
        await alerted(person)
        person.deliverer.wake()
        await person.rested()
        assert names(person) == ["kentongan_alert_urgent_v1", "kentongan_alert_urgent_reserve_v1"]
        assert admins.heard == [("kentongan_alert_urgent_v1/id", stands, "kentongan_alert_urgent_reserve_v1/id")]
        counts = (await person.store.read(lambda tx: tx.stats(person.clock.now())))["deliveries"]["by_state"]
        assert counts == {"sent": 1}


async def test_a_digest_whose_template_a_status_refuses_is_owed_again(tmp_path: Path) -> None:
    async with reader(tmp_path) as person:
        await to(person, 20, days=1)
        await person.publish(7)
        person.whatsapp.faults.add(Fault.FAILED(132015), times=1)
        await to(person, 6)
        assert names(person) == [DIGEST_1]
        assert await usable(person, "digest_1") == "kentongan_digest_1_reserve_v1/id"
        await person.say("halo")
        assert any(STORIES[7].title in shown.text for shown in person.arrived())


async def test_a_template_that_is_not_in_the_account_is_used_no_more(tmp_path: Path) -> None:
    admins = Admins()
    async with reader(tmp_path, admins) as person:
        del person.whatsapp.templates.by_name["kentongan_alert_urgent_v1", "id"]
        await closed(person)
        await alerted(person)
        assert admins.heard[0][:2] == ("kentongan_alert_urgent_v1/id", "MISSING")
        assert await usable(person, "alert_urgent") == "kentongan_alert_urgent_reserve_v1/id"


# Taps ---------------------------------------------------------------------------------------------------------------


async def test_a_tap_on_berita_lain_opens_the_window_and_shows_the_headlines_with_their_addresses(
    tmp_path: Path,
) -> None:
    async with reader(tmp_path) as person:
        await morning(person, 5, 6, 7)
        (digest,) = person.arrived()
        assert digest.category == "marketing"
        person.whatsapp.tap(PERSON, "Berita lain")
        await person.rested()
        answer = next(s for s in person.arrived() if STORIES[7].title in s.text)
        assert answer.kind != "template"
        assert STORIES[7].link in answer.text
        assert person.whatsapp.outside == 0


async def test_a_tap_on_berhenti_ends_the_subscription_at_once(tmp_path: Path) -> None:
    async with reader(tmp_path) as person:
        await morning(person, 7)
        person.whatsapp.tap(PERSON, "Berhenti")
        await person.rested()
        assert (await person.store.read(lambda tx: tx.person(NAME, PERSON))).status is Status.STOPPED
        person.arrived()
        await person.publish(6)
        await alerted(person)
        assert [s.kind for s in person.arrived()] == []


async def test_every_payload_of_our_templates_comes_back_as_a_press(tmp_path: Path) -> None:
    async with reader(tmp_path) as person:
        await closed(person)
        await alerted(person, Level.ORDINARY)
        (alert,) = person.arrived()
        assert [(c.title, c.id) for c in alert.choices] == [("Berita lain", "more:0:0"), ("Berhenti", "stop")]
        assert alert.text.startswith("Redaksi punya satu kabar untuk Anda:\nJembatan ditutup. Gunakan jalan lain.\n")
