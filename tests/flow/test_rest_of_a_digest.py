"""The button under a digest, through the real desk and store: the stories that the digest had no room for."""

from pathlib import Path

from bot.chat.message import Message, from_json
from bot.chat.turn import Press
from bot.delivery.plan import Settled, State
from bot.flow.desk import Sender
from bot.news.item import Item
from bot.ports import Tx
from tests.channels.telegram_rig import NOW, SARI, Rig, rig

PUBLISHED = 30
SENDER = Sender("telegram", str(SARI))


def _publish(tx: Tx) -> None:
    for number in range(1, PUBLISHED + 1):
        link = f"https://target-24jam.com/?p={number}"
        tx.add_story(Item(link, link, f"Judul {number}"), NOW.replace(minute=number), ("daerah",), NOW)


async def _tap(made: Rig, update: int, action: str) -> Message:
    await made.store.write(lambda tx: tx.receive("telegram", [(update, "{}")], NOW))
    await made.desk.handle(update, SENDER, Press(action), callback="1")
    (reply,) = await made.answers()
    await made.store.write(lambda tx: tx.settle_replies("telegram", [(reply, Settled(State.SENT))], NOW))
    return from_json(reply.message)


async def test_tapping_on_from_a_digest_shows_the_rest_to_its_end(tmp_path: Path) -> None:
    async with rig(tmp_path) as made:
        await made.store.write(_publish)
        newest = await made.store.read(lambda tx: tx.latest(None, PUBLISHED))
        action, seen = f"more:{newest[6].id}:7", list[str]()
        for update in range(1, 9):
            message = await _tap(made, update, action)
            seen += [span.text for span in message.text if span.link]
            onward = [b.action for row in message.rows for b in row if b.action.startswith("more:")]
            if not onward:
                break
            action = onward[0]
    assert seen == [f"Judul {number}" for number in range(PUBLISHED - 7, 0, -1)]
