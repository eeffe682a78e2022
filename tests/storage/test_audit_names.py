"""The audit log as the office reads it: who did it, under which name, and what they were then."""

from datetime import timedelta

import pytest

from bot.chat.turn import Role
from bot.ports import Store, Tx
from tests.support.town import NOW


@pytest.mark.parametrize(
    ("who", "name", "role"),
    [
        ("editor:telegram:42", "Sari", "editor"),
        ("admin:telegram:42", "Sari", "admin"),
        ("telegram:42", "Sari", ""),
        ("editor:whatsapp:628", "whatsapp:628", "editor"),
        ("shell:root", "shell:root", ""),
        ("kentongan", "kentongan", ""),
        ("resident:telegram:42", "resident:telegram:42", ""),
    ],
)
async def test_an_act_names_who_did_it_and_their_role_of_that_time(
    store: Store, who: str, name: str, role: str
) -> None:
    def work(tx: Tx) -> None:
        tx.add_invitation("a", Role.ADMIN, NOW, NOW + timedelta(hours=1))
        tx.redeem_invitation("telegram", "42", "a", NOW)
        tx.name_member("telegram", "42", "Sari")
        tx.add_audit(who, "pause", "#1", NOW)

    await store.write(work)
    (deed,) = await store.read(lambda tx: tx.deeds(9))
    assert (deed.who, deed.role) == (name, role)


async def test_whose_role_was_taken_keeps_their_name_until_their_data_are_erased(store: Store) -> None:
    def work(tx: Tx) -> None:
        tx.add_invitation("a", Role.EDITOR, NOW, NOW + timedelta(hours=1))
        tx.redeem_invitation("telegram", "78", "a", NOW)
        tx.name_member("telegram", "78", "Budi Santoso")
        tx.add_audit("editor:telegram:78", "pause", "#1", NOW)
        (budi,) = tx.team()
        tx.add_audit("admin:telegram:1", "revoke", "Budi Santoso editor telegram:78", NOW)
        tx.revoke(budi.id)

    await store.write(work)
    assert [deed.who for deed in await store.read(lambda tx: tx.deeds(9))] == ["telegram:1", "Budi Santoso"]
    await store.write(lambda tx: tx.erase("telegram", "78", NOW))
    deeds = await store.read(lambda tx: tx.deeds(9))
    assert [deed.who for deed in deeds] == ["telegram:1", "telegram:-"]
    assert "Budi" not in repr(deeds)
