"""What a reader on WhatsApp is told of the data that we have."""

import re
from pathlib import Path

from tests.flow.test_whatsapp_planning import reader


async def test_only_what_somebody_wrote_counts_as_their_messages(tmp_path: Path) -> None:
    async with reader(tmp_path) as person:
        person.arrived()
        await person.say("menu")
        await person.say("dataku")
        before = _counted("\n".join(shown.text for shown in person.arrived()))
        await person.say("menu")
        await person.say("dataku")
        after = _counted("\n".join(shown.text for shown in person.arrived()))
        assert after[0] - before[0] == 2, "and nothing for the receipts of our answers, or for how a message came"
        assert after[1] > before[1]


def _counted(text: str) -> tuple[int, int]:
    messages = re.search(r"Pesan Anda yang baru masuk: (\d+),", text)
    records = re.search(r"Catatan masuk dari WhatsApp, .*: (\d+),", text)
    assert messages, text
    assert records, text
    return int(messages[1]), int(records[1])
