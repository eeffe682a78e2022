"""Of a press and of an answer it is stored who did it under which message, and not what that message says."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.channels.telegram.inbox import Inbox
from bot.channels.telegram.kept import kept
from bot.chat.message import Message, from_json
from bot.chat.turn import Role
from bot.delivery.plan import Settled, State
from bot.flow.desk import hash_code
from bot.ports import Tx
from tests.channels.telegram_rig import BUDI, NOW, SARI, Ears, Json, Rig, ears, message, rig, update, user, words_of

GROUP: Json = {"id": -4001, "type": "supergroup", "title": "Warga", "is_forum": True}
BOT: Json = {"id": 123456, "is_bot": True, "first_name": "Kentongan"}
LETTER = "Nama saya Sulastri, rumah di Gondang nomor 7"
SHOWN = message(
    LETTER, sender=BOT, chat=GROUP, message_thread_id=7, is_topic_message=True, caption=LETTER,
    entities=[{"type": "bold", "offset": 0, "length": 4}],
    reply_markup={"inline_keyboard": [[{"text": "Balas", "callback_data": "answer:1~AAAAA"}]]},
    reply_to_message=message(LETTER), external_reply={"chat": GROUP}, quote={"text": LETTER, "position": 0},
)  # fmt: skip
WHOLE: dict[str, Json] = {
    "a press": update(1, callback_query={"id": "7", "from": user(), "data": "answer:1~AAAAA", "message": SHOWN}),
    "an answer": update(1, message=message("Baik", reply_to_message=SHOWN, quote={"text": LETTER, "position": 0})),
    "an answer from elsewhere": update(1, message=message("Baik", external_reply=SHOWN)),
    "a pin": update(1, message=message(chat=GROUP, pinned_message=SHOWN)),
    "in a channel": update(1, channel_post=message("Baik", reply_to_message=SHOWN)),
}


@pytest.mark.parametrize("whole", WHOLE.values(), ids=WHOLE)
def test_nothing_of_what_comes_along_is_stored_but_which_message_it_was(whole: Json) -> None:
    stored = kept(whole)
    assert "Sulastri" in json.dumps(whole)
    assert "Sulastri" not in json.dumps(stored)
    named = {key: SHOWN[key] for key in ("message_id", "date", "chat", "from", "message_thread_id", "is_topic_message")}
    (part,) = (value for value in stored.values() if isinstance(value, dict))
    along = [part[key] for key in ("message", "reply_to_message", "pinned_message") if key in part]
    assert along in ([], [named])


def test_what_somebody_did_is_stored_whole() -> None:
    said = update(1, message=message("/topik", caption="foto", photo=[{"file_id": "a"}], migrate_to_chat_id=-1))
    moved = update(2, my_chat_member={"chat": GROUP, "from": user(), "new_chat_member": {"status": "kicked"}})
    assert [kept(said), kept(moved)] == [said, moved]


async def town(made: Rig, heard: Ears) -> Message:
    """Sari has written to Budi, an editor: the message with his button."""
    await made.store.write(lambda tx: tx.add_invitation(hash_code("x"), Role.EDITOR, NOW, NOW.replace(year=2030)))
    budi = {"chat": {"id": BUDI, "type": "private"}, "sender": user(BUDI)}
    await heard.hear(update(1, message=message("/start undang-x", **budi)))
    await heard.hear(update(2, message=message(f"redaksi {LETTER}")))
    letters = [r for _ in range(9) for r in await answers(made) if r.address == str(BUDI) and "Sulastri" in words_of(r)]
    return from_json(letters[0].message)


async def answers(made: Rig) -> list[Any]:
    """Answers, which leave."""
    replies = await made.answers()
    done = [(reply, Settled(State.SENT, message_id="5")) for reply in replies]
    await made.store.write(lambda tx: tx.settle_replies("telegram", done, NOW))
    return replies


def traces(tx: Tx) -> list[str]:
    """Tables in which something of Sari still stands."""
    run = tx.conn.execute  # type: ignore[attr-defined]
    tables = [name for (name,) in run("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
    return [t for t in tables if "Sulastri" in repr(run(f'SELECT * FROM "{t}"').fetchall())]  # noqa: S608


@pytest.mark.parametrize("waits", [True, False], ids=["it waits while she is forgotten", "it comes afterwards"])
async def test_a_press_under_the_letter_of_somebody_who_is_forgotten_keeps_nothing_of_it(
    waits: bool, tmp_path: Path
) -> None:
    async with rig(tmp_path) as made, ears(made) as heard:
        letter = await town(made, heard)
        inbox = Inbox(made.store, heard.application, lambda: NOW)
        under = message(letter.plain(), sender=BOT, chat={"id": BUDI, "type": "private"})
        query = {
            "id": "7",
            "from": user(BUDI),
            "chat_instance": "1",
            "data": letter.rows[0][0].action,
            "message": under,
        }
        pressed = update(3, callback_query=query)
        if waits:
            await inbox.keep([pressed])
        await made.store.write(lambda tx: tx.erase("telegram", str(SARI), NOW))
        await inbox.keep([pressed])
        inbox.finish()
        await inbox.run()
        assert await made.waiting() == []
        assert [r.address for r in await answers(made)] == [str(BUDI)]
        assert await made.store.read(traces) == []
