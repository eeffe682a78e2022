"""What has been written, on the disk for good."""

import os
from pathlib import Path


def sync(place: Path) -> None:
    """See a file on the disk, or the names in a folder."""
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
