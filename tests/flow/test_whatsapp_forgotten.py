"""Whoever is forgotten on WhatsApp: the last word reaches them, and then nothing here knows them."""

from pathlib import Path

from bot.ports import Tx
from tests.support.at_whatsapp import PERSON, AtWhatsApp, at_whatsapp
from tests.support.town import NOW


async def everything(person: AtWhatsApp) -> dict[str, list[str]]:
    """All rows of all tables, as text."""

    def dump(tx: Tx) -> dict[str, list[str]]:
        conn = tx.conn  # type: ignore[attr-defined]
        tables = [row[0] for row in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
        every = {table: conn.execute(f'SELECT * FROM "{table}"').fetchall() for table in tables}  # noqa: S608
        return {table: [str(row) for row in rows] for table, rows in every.items()}

    return await person.store.read(dump)


async def test_the_farewell_leaves_in_the_window_is_counted_and_names_nobody_afterwards(tmp_path: Path) -> None:
    async with at_whatsapp(tmp_path) as person:
        await person.say("MULAI daerah")
        await person.publish(7)
        user_id = person.whatsapp.person(PERSON).user_id
        before = await spent_service(person)
        await person.say("hapus data")
        await person.press("Ya, hapus semua")
        farewell = person.arrived()[-1]
        assert "dihapus" in farewell.text
        assert farewell.kind != "template"
        assert person.whatsapp.outside == 0
        assert await spent_service(person) == before + 2, "the question and the farewell"
        person.whatsapp.read(PERSON)
        await person.rested()
        left = {t: [r for r in rows if PERSON in r or user_id in r] for t, rows in (await everything(person)).items()}
        assert {table: rows for table, rows in left.items() if rows} == {}


async def spent_service(person: AtWhatsApp) -> int:
    return (await person.store.read(lambda tx: tx.spent(NOW.date()))).service
