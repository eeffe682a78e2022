"""What `kentongan doctor` looks at, and the one thing to do about each fault.

`report`    a check, and how checks are shown
`machine`   Python, SQLite, database, disk, port
`money`     WhatsApp's budget and rate card
`outside`   the token, the feeds, the clock
`webhook`   what WhatsApp's webhook must be subscribed to
"""

from bot.cli.doctor.report import Check, as_data, failed, render
from bot.cli.doctor.run import run_checks

__all__ = ["Check", "as_data", "failed", "render", "run_checks"]
