"""Of two edits of one message that are under way at once, the wrong one may arrive last: the later one waits.

What is said about a broadcast has the version that its text had then; a follow-up has 0 and waits for nobody.
"""

from typing import Final

_UNDER_WAY: Final = """EXISTS (SELECT 1 FROM broadcast e CROSS JOIN delivery x {index} ON x.broadcast_id = e.id {whose}
  WHERE e.original_id = {original} AND e.version < {version} AND e.kind <> 'follow_up' AND x.state = 'started')"""


def to_reader(reader: str, original: str, version: str) -> str:
    """SQL: whether something earlier about the original is on its way to this reader."""
    return _UNDER_WAY.format(
        index="", whose=f"AND x.subscriber_id = {reader}", original=original, version=version
    )  # fmt: skip


def to_anybody(original: str, version: str) -> str:
    """SQL: whether it is to any reader at all."""
    # INDEXED BY, because the planner would rather walk all deliveries of the broadcast.
    index, whose = "INDEXED BY delivery_open", "AND x.finished_at IS NULL"
    return _UNDER_WAY.format(index=index, whose=whose, original=original, version=version)
