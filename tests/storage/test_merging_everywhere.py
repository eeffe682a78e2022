"""Two that turn out to be one: whatever column names a person, also one that comes later, names the one who is kept."""

from typing import Any

import pytest

from bot.chat.turn import Role
from bot.chat.wishes import ContactKind
from bot.ports import Store, Tx
from tests.storage.makers import NOW, SENT, TELEGRAM, claim, follow, hours, settle, story, tell
from tests.storage.naming import name_in, names, naming_columns, occupy

# What becomes of it: "kept" names the one who is kept, "dropped" nobody; "attempt" stays, for receipts name it so.
BECOMES = {
    ("audit", "who"): "kept",
    ("broadcast", "made_by"): "kept",
    ("contact", "subscriber_id"): "kept",
    ("delivery", "subscriber_id"): "kept",
    ("hold", "address"): "kept",
    ("invitation", "made_by"): "kept",
    ("invitation", "used_by"): "kept",
    ("invitation_try", "address"): "kept",
    ("owed", "subscriber_id"): "dropped",  # they are owed what they followed themselves
    ("push_draft", "address"): "kept",
    ("push_screen", "address"): "kept",
    ("reply", "address"): "kept",
    ("saved", "subscriber_id"): "kept",
    ("screen_nonce", "address"): "dropped",  # its buttons are sealed for the old address
    ("staff", "subscriber_id"): "kept",
    ("staff_name", "subscriber_id"): "kept",
    ("subscription", "subscriber_id"): "dropped",  # the last word of the one who is kept counts
    ("talk", "subscriber_id"): "kept",
    ("whatsapp_answer", "address"): "kept",
    ("whatsapp_charge", "subscriber_id"): "attempt",
    ("whatsapp_early", "b"): "kept",
    ("whatsapp_former", "alias"): "attempt",  # a name of somebody, whoever that is
    ("whatsapp_former", "subscriber_id"): "kept",
    ("whatsapp_person", "phone"): "kept",
    ("whatsapp_person", "subscriber_id"): "kept",
    ("whatsapp_person", "user_id"): "kept",
    ("whatsapp_push", "subscriber_id"): "kept",
    ("whatsapp_rest", "subscriber_id"): "kept",
    ("whatsapp_united", "subscriber_id"): "kept",
    ("whatsapp_waiting", "address"): "kept",
}
OLD, NEW = "1", "-100"
NUMBER, ID = "6281234509876", "ID.773"
OF_WHATSAPP = "whatsapp_"


def number_of(tx: Any, channel: str, address: str) -> int:
    found = tx.conn.execute("SELECT id FROM subscriber WHERE channel = ? AND address = ?", [channel, address])
    return int(found.fetchone()[0])


def live(tx: Any, who: tuple[int, str, str], columns: set[tuple[str, str]]) -> None:
    """A row of this person wherever one can be."""
    occupy(tx.conn, columns, who, {"": f"of {who[0]}"})


def left(tx: Any, columns: set[tuple[str, str]], who: tuple[int, str, str]) -> set[tuple[str, str]]:
    """Where they are named."""
    return {(t, c) for t, c in columns if names(tx.conn, t, c, name_in(t, c, *who))}


def judge(tx: Any, columns: set[tuple[str, str]], kept: tuple[int, str, str], gone: tuple[int, str, str]) -> None:
    assert left(tx, columns, gone) <= {column for column in columns if BECOMES[column] == "attempt"}
    expected = {column for column in columns if BECOMES[column] == "kept"}
    assert expected - left(tx, columns, kept) == set()


async def test_of_every_column_that_names_a_person_it_is_known_what_becomes_of_it(store: Store) -> None:
    assert await store.read(lambda tx: naming_columns(tx.conn)) == set(BECOMES)  # type: ignore[attr-defined]


@pytest.mark.parametrize("both", [False, True], ids=["the other has none", "the other has some too"])
async def test_a_chat_that_moves_onto_another_takes_all_along(store: Store, both: bool) -> None:
    def work(tx: Tx) -> None:
        story(tx)
        epoch = tx.begin_epoch(NOW).epoch
        old = follow(tx, OLD, "daerah")
        settle(tx, claim(tx, tell(tx, "a"), 9, epoch), SENT, epoch)
        new = follow(tx, NEW, "budaya")
        columns = {(t, c) for t, c in BECOMES if not t.startswith(OF_WHATSAPP)}
        live(tx, (old, TELEGRAM, OLD), columns)
        if both:
            live(tx, (new, TELEGRAM, NEW), columns)
        tx.move_chat(TELEGRAM, OLD, NEW)
        judge(tx, columns, (new, TELEGRAM, NEW), (old, TELEGRAM, OLD))

    await store.write(work)


@pytest.mark.parametrize("both", [False, True], ids=["the other has none", "the other has some too"])
async def test_two_names_on_whatsapp_that_are_one_person_share_all(store: Store, both: bool) -> None:
    def work(tx: Tx) -> None:
        story(tx)
        tell(tx, "a")
        tx.whatsapp_address(None, ID, NOW)
        old = number_of(tx, "whatsapp", ID)
        follow(tx, NUMBER, "budaya", channel="whatsapp")
        tx.whatsapp_address(NUMBER, None, NOW)
        new = number_of(tx, "whatsapp", NUMBER)
        columns = {c for c in BECOMES if c[0] != "whatsapp_person"}
        live(tx, (old, "whatsapp", ID), columns)
        if both:
            live(tx, (new, "whatsapp", NUMBER), columns)
        assert tx.whatsapp_address(NUMBER, ID, NOW) == NUMBER
        judge(tx, columns, (new, "whatsapp", NUMBER), (old, "whatsapp", ID))
        named = {"subscriber_id": new, "phone": NUMBER, "user_id": ID}
        assert all(names(tx.conn, "whatsapp_person", c, value) for c, value in named.items())  # type: ignore[attr-defined]

    await store.write(work)


async def test_an_invitation_made_before_an_editors_two_names_were_one_dies_with_their_role(store: Store) -> None:
    def work(tx: Tx) -> str:
        tx.whatsapp_address(None, ID, NOW)
        tx.add_invitation("a", Role.ADMIN, NOW, NOW + hours(1))
        tx.redeem_invitation("whatsapp", ID, "a", NOW)
        tx.name_member("whatsapp", ID, "Sulastri")
        tx.add_invitation("theirs", Role.EDITOR, NOW, NOW + hours(1), ("whatsapp", ID))
        follow(tx, NUMBER, "budaya", channel="whatsapp")
        tx.whatsapp_address(NUMBER, ID, NOW)
        (member,) = tx.team()
        assert (member.address, member.name) == (NUMBER, "Sulastri")
        assert tx.revoke(member.id)
        return tx.redeem_invitation(TELEGRAM, "7", "theirs", NOW)[1]

    assert await store.write(work) == "unknown"


async def test_a_letter_can_be_answered_after_its_writer_has_moved(store: Store) -> None:
    def work(tx: Tx) -> list[str]:
        follow(tx, NEW, "daerah")
        tx.set_language(TELEGRAM, OLD, "id")
        letter = tx.add_contact(TELEGRAM, OLD, ContactKind.MESSAGE, "Warung saya kebanjiran.", None, NOW)
        tx.move_chat(TELEGRAM, OLD, NEW)
        found = tx.contact(letter)
        return [] if found is None else [found.address]

    assert await store.write(work) == [NEW]


async def test_the_newer_step_counts_for_the_next_text(store: Store) -> None:
    def work(tx: Tx) -> list[str]:
        steps = []
        for address, old, new in (("a", 1, 2), ("b", 2, 1)):
            for name, at, step in ((address, old, "search"), (f"{address}{NEW}", new, "word")):
                follow(tx, name, "daerah")
                tx.set_step(TELEGRAM, name, step, NOW + hours(at))
            tx.move_chat(TELEGRAM, address, f"{address}{NEW}")
            steps.append(tx.person(TELEGRAM, f"{address}{NEW}").step)
        return steps

    assert await store.write(work) == ["word", "search"]
