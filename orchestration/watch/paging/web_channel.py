"""What all channels share that post to a web address."""

from dataclasses import dataclass
from pathlib import Path

from orchestration.watch.paging.channel import Channel
from orchestration.watch.paging.posting import TIMEOUT_SECONDS, Wire


@dataclass(frozen=True, kw_only=True)
class WebChannel(Channel):
    """A channel that posts.

    Args:
        timeout_seconds: How long to wait for an answer.
        ca_file: Certificates to trust instead of the usual ones.
        proxy: A proxy to go through.
    """

    timeout_seconds: float = TIMEOUT_SECONDS
    ca_file: Path | None = None
    proxy: str = ""

    @property
    def wire(self) -> Wire:
        """How its address is reached."""
        return Wire(self.timeout_seconds, self.ca_file, self.proxy)
