"""What Telegram refuses in one form follows in another: in a slot of its own, once, and nobody is held for it."""

from pathlib import Path

import pytest

from bot import clock
from bot.chat.message import Message, Span, to_json
from bot.chat.turn import Mode
from bot.ports import Tx
from bot.simulator.telegram import Fault, Network
from tests.flow.test_rate import post_office

READERS, RATE = 45, 30
NETWORK = Network(0.05, 0.02)
REFUSED = {
    "a photo, by each chat": (Fault.NO_RIGHTS, "sendPhoto", Message((Span("Jembatan ditutup"),), photo="AgACx")),
    "markup, at first": (Fault.CANNOT_PARSE, "sendMessage", Message((Span("Jembatan ditutup", bold=True),))),
}


@pytest.mark.parametrize(("fault", "method", "message"), REFUSED.values(), ids=REFUSED)
async def test_the_second_request_keeps_to_the_accounts_window(
    fault: Fault, method: str, message: Message, tmp_path: Path
) -> None:
    async with post_office(tmp_path, network=NETWORK, message=message) as post:
        times = None if method == "sendPhoto" else 1  # of markup it is remembered for everybody
        post.telegram.faults.add(answer=fault, method=method, times=times)
        await post.tell(READERS)
        await post.until_sent(READERS)
        asked = sum(count for (_, status), count in post.telegram.counts.items() if status in {200, 400})
        assert post.telegram.floods == 0
        assert post.telegram.peak() <= RATE
        assert post.deliverer.snapshot()["state"] == "sending"
        assert await post.states() == {"sent": READERS}
        assert post.sent() == READERS
        assert READERS < asked <= 2 * READERS


async def test_no_chat_is_held_and_answers_in_their_second_form_arrive_once(tmp_path: Path) -> None:
    menu = Message((Span("Menu", bold=True),))

    def queue(tx: Tx) -> None:
        for reader in range(1, READERS):
            tx.add_reply("telegram", str(reader), None, to_json(menu), Mode.REPLACE, clock.now(), "999999")

    async with post_office(tmp_path, network=NETWORK) as post:
        await post.store.write(queue)
        post.deliverer.wake()

        async def arrived() -> bool:
            return post.sent() >= READERS - 1

        await post.until(arrived)
        assert post.telegram.floods == 0
        assert post.telegram.peak() <= RATE
        assert [len(post.telegram.shown(reader)) for reader in range(1, READERS)] == [1] * (READERS - 1)
