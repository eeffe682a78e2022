"""Whatever table names a person, also one that nobody has thought of yet: the forgotten are gone from it."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.chat.turn import Role
from bot.delivery.receipts import Receipt, ReplyTag
from bot.ports import Store, Tx
from storage import back_up, database_path
from storage.sqlite.connection import connect
from tests.storage.makers import NOW, follow, hours, story, tell
from tests.storage.naming import name_in, names, naming_columns, occupy

NAME = "Sulastri Wening"
WHO = {"telegram": "6281234509876", "whatsapp": "6281234509877"}
STAYS = {"invitation", "audit", "broadcast"}  # that it was done, and no longer by whom
Columns = set[tuple[str, str]]


@pytest.mark.parametrize("channel", WHO)
async def test_no_column_that_can_name_a_person_still_does(store: Store, url: str, channel: str) -> None:
    address, path = WHO[channel], database_path(url)

    def live(tx: Any) -> tuple[int, Columns]:
        story(tx)
        follow(tx, "1", "daerah")
        tell(tx, "lagi")
        tx.set_language(channel, address, "id")
        (subscriber,) = tx.conn.execute("SELECT id FROM subscriber WHERE address = ?", [address]).fetchone()
        columns = naming_columns(tx.conn)
        occupy(tx.conn, columns, (subscriber, channel, address), {"": NAME, **{table: table for table in STAYS}})
        return subscriber, columns

    subscriber, columns = await store.write(live)
    assert naming(path, (subscriber, channel, address), columns) == columns
    await store.write(lambda tx: tx.erase(channel, address, NOW))
    assert naming(path, (subscriber, channel, address), columns) == set()
    back_up(url, None, now=NOW)
    for file in path.parent.rglob("*"):
        if file.is_file() and file.suffix != ".lock":
            content = file.read_bytes()
            assert address.encode() not in content, file.name
            assert NAME.encode() not in content, file.name


def naming(path: Path, who: tuple[int, str, str], columns: Columns) -> Columns:
    """Columns that know them."""
    with closing(connect(path, writes=False, busy_seconds=1)) as db:
        return {(t, c) for t, c in columns if names(db.conn, t, c, name_in(t, c, *who))}


async def test_what_the_forgotten_invited_to_holds_no_more_and_who_came_stays(store: Store) -> None:
    def work(tx: Tx) -> tuple[str, Role]:
        for code in ("used", "unused"):
            tx.set_language("telegram", "1", "id")
            tx.add_invitation(code, Role.EDITOR, NOW, NOW + hours(1), ("telegram", "1"))
        tx.redeem_invitation("telegram", "2", "used", NOW)
        tx.erase("telegram", "1", NOW)
        return tx.redeem_invitation("telegram", "3", "unused", NOW)[1], tx.person("telegram", "2").role

    assert await store.write(work) == ("unknown", Role.EDITOR)


async def test_a_receipt_that_came_before_its_answer_was_written_is_forgotten_too(store: Store) -> None:
    def work(tx: Tx) -> list[str]:
        tx.begin_epoch(NOW)
        for number in ("62811", "62812"):
            address = tx.whatsapp_address(number, None, NOW)
            tx.open_window(address, NOW, NOW)
            tx.add_reply("whatsapp", address, None, "[]", "new", NOW)
        replies = tx.claim_replies("whatsapp", 1, NOW, 9)
        tx.take_receipts([Receipt(f"wamid.{r.address}", "sent", ReplyTag(r.id, r.attempt)) for r in replies], NOW)
        tx.erase("whatsapp", "62811", NOW)
        return [name for (name,) in tx.conn.execute("SELECT message_id FROM whatsapp_early")]  # type: ignore[attr-defined]

    assert await store.write(work) == ["wamid.62812"]
