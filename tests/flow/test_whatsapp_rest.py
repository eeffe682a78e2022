"""An alert that a template has no room for: it says how the rest is had, and whoever writes gets it once."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.delivery.content import Level, Note
from bot.delivery.plan import Rank, Status
from bot.simulator.whatsapp import Shown
from tests.flow.test_whatsapp_planning import reader
from tests.support.at_whatsapp import AtWhatsApp

LONG = " ".join(f"kalimat{n}." for n in range(1, 251)) + " Posko: balai desa Sukamaju."
END = "Posko: balai desa Sukamaju."
A_DAY = timedelta(hours=25)


async def alert(person: AtWhatsApp, level: Level = Level.IMPORTANT, text: str = LONG) -> int:
    """It goes out to the reader, who has not written for a day."""
    await person.wait(A_DAY)
    person.arrived()
    now = person.clock.now()
    note = Note(text, title="Banjir", level=level)
    number = await person.store.write(
        lambda tx: tx.add_broadcast("alert", Rank.ALERT, None, [], ["whatsapp"], now, now + A_DAY, note=note)
    )
    person.deliverer.wake()
    await person.rested()
    return number


def whole(shown: list[Shown]) -> list[bool]:
    """Which of these messages are the whole alert."""
    return [END in one.text for one in shown]


@pytest.mark.parametrize(
    ("level", "invites"),
    [
        (Level.ORDINARY, "Ketuk “Berita lain” untuk"),
        (Level.IMPORTANT, "Balas pesan ini"),
        (Level.URGENT, "Balas pesan ini"),
    ],
)
async def test_the_whole_alert_comes_first_and_once_when_its_reader_writes(
    tmp_path: Path, level: Level, invites: str
) -> None:
    async with reader(tmp_path) as person:
        await alert(person, level)
        (template,) = person.arrived()
        assert END not in template.text
        assert invites in template.text
        if level is Level.ORDINARY:
            await person.press("Berita lain")
        else:
            await person.say("halo")
        first, *others = whole(person.arrived())
        assert first
        assert others
        assert not any(others)
        await person.say("menu")
        assert not any(whole(person.arrived()))


async def test_what_stood_whole_in_its_template_does_not_come_again(tmp_path: Path) -> None:
    async with reader(tmp_path) as person:
        await alert(person, text="Sungai meluap. " * 40 + END)
        (template,) = person.arrived()
        assert END in template.text
        assert "Balas pesan ini" not in template.text
        await person.say("halo")
        assert not any(whole(person.arrived()))


async def test_whoever_stops_gets_no_rest(tmp_path: Path) -> None:
    async with reader(tmp_path) as person:
        await alert(person)
        await person.press("Berhenti")
        assert whole(person.arrived()[1:]) == [False]


@pytest.mark.parametrize("said", ["Berhenti!", "S.T.O.P", "*stop*", "stop mas", "/berhenti", "un reg"])
async def test_whoever_types_that_they_stop_gets_no_rest_either(tmp_path: Path, said: str) -> None:
    async with reader(tmp_path) as person:
        await alert(person)
        person.arrived()
        await person.say(said)
        assert whole(person.arrived()) == [False], "the goodbye and nothing else"


async def test_the_rest_of_what_was_withdrawn_or_is_old_never_comes(tmp_path: Path) -> None:
    async with reader(tmp_path) as person:
        number = await alert(person)
        await person.store.write(lambda tx: tx.set_status(number, Status.WITHDRAWN, "", person.clock.now()))
        await person.say("halo")
        assert not any(whole(person.arrived()))
        await alert(person)
        await person.wait(timedelta(days=8))
        await person.say("halo")
        assert not any(whole(person.arrived()))
