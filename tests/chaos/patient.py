"""`kentongan run` that listens for receipts so many seconds before it sends a doubtful message once more.

`python -m tests.chaos.patient SECONDS`: the program as it is, with this one number another than two minutes.
"""

import sys

from bot.channels.whatsapp import doubts
from bot.cli import main
from bot.delivery import receipts

if __name__ == "__main__":
    receipts.LISTENED = float(sys.argv[1])  # type: ignore[misc]
    doubts.LOOK_EVERY = min(doubts.LOOK_EVERY, receipts.LISTENED / 4)  # type: ignore[misc]
    sys.argv[1:] = ["run"]
    main()
