"""How many stories a reader wants at once on a day holds on WhatsApp too, where stories join in one text."""

from datetime import timedelta
from pathlib import Path

from bot.ports import Tx
from tests.flow.test_whatsapp_planning import PLENTY, to
from tests.support.at_whatsapp import AtWhatsApp, at_whatsapp
from tests.support.town import STORIES

LIMIT = 3


async def begin(person: AtWhatsApp) -> None:
    await person.say("MULAI semua")
    await person.change(_limit)
    person.arrived()


def _limit(tx: Tx) -> None:
    tx.conn.execute("UPDATE subscriber SET daily_limit = ?", (LIMIT,))  # type: ignore[attr-defined]


async def told(person: AtWhatsApp, number: int, minutes: float = 1) -> list[int]:
    """A story comes and time passes; the numbers of the stories that have arrived."""
    await person.publish(number)
    return await passed(person, minutes)


async def passed(person: AtWhatsApp, minutes: float) -> list[int]:
    await person.wait(timedelta(minutes=minutes))
    return shown(person)


def shown(person: AtWhatsApp) -> list[int]:
    texts = "\n".join(shown.text for shown in person.arrived())
    return [number for number, story in STORIES.items() if story.title in texts]


async def test_stories_that_join_count_for_the_day_and_the_rest_comes_with_the_digest(tmp_path: Path) -> None:
    async with at_whatsapp(tmp_path, budget=PLENTY) as person:
        await begin(person)
        assert await told(person, 1) == [1]
        assert await told(person, 2) + await told(person, 3) + await told(person, 4) == []
        assert await passed(person, 3) == [2, 3], "as many as the day has room for, in the order in which they came"
        assert await told(person, 5, minutes=10) + await told(person, 6, minutes=10) == []
        await to(person, 17)
        assert shown(person) == [4, 5, 6]
        await to(person, 6)
        assert shown(person) == []
        assert await told(person, 7) == [7], "another day, and the digest counted for none"
