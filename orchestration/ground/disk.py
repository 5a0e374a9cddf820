"""When a disk counts as nearly full."""

from typing import Protocol

ALMOST_FULL = 0.05
LEAST_FREE = 2**30


class Usage(Protocol):
    """Bytes of a disk, as ``shutil.disk_usage`` tells them."""

    @property
    def total(self) -> int:
        """All there are."""
        ...

    @property
    def free(self) -> int:
        """Those nobody uses."""
        ...


def is_nearly_full(seen: Usage) -> bool:
    """Whether less than a gigabyte, or less than a twentieth, is free."""
    return seen.free < LEAST_FREE or seen.free < ALMOST_FULL * seen.total
