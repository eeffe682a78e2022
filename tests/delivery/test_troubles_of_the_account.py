"""What a late status tells of the account's own trouble costs no reader a message."""

from datetime import UTC, datetime

import pytest

from bot.channels.whatsapp.outcome import TABLE
from bot.delivery.receipts import MOST_TRIES, SERVER_ERROR, DeliveryTag, ReplyTag, again_at

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize("code", [190, 10, 200, 3, 131057])
def test_the_accounts_own_trouble_uses_up_none_of_a_readers_tries(code: int) -> None:
    late = DeliveryTag(1, 2, MOST_TRIES + 3)
    again = again_at(late, TABLE[code].code, NOW)
    assert again is not None
    assert again > NOW


def test_what_the_platform_cannot_send_is_tried_so_often_and_an_answer_too() -> None:
    assert again_at(DeliveryTag(1, 2, MOST_TRIES), SERVER_ERROR, NOW) is None
    assert again_at(ReplyTag(1, MOST_TRIES), TABLE[190].code, NOW) is None
