"""Any receiver of one's own: the page as JSON, signed with HMAC-SHA256 over time and body."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass

from orchestration.watch.paging.channel import EVERYTHING, Sending
from orchestration.watch.paging.outcome import Outcome
from orchestration.watch.paging.posting import address_faults, knock_at, post
from orchestration.watch.paging.web_channel import WebChannel


@dataclass(frozen=True, kw_only=True)
class Webhook(WebChannel):
    """A web address that takes pages.

    Args:
        url: The address.
    """

    url: str
    is_machine = True
    tells = EVERYTHING | {"acknowledged"}
    needs = "the key both sides sign with"

    def send(self, sending: Sending, secret: str) -> Outcome:
        """Post it; ``X-Carehops-Page`` is the same for each try, so a receiver can know it."""
        said = sending.page.as_body() | {"title": sending.page.title, "text": sending.page.text}
        body = json.dumps(said).encode()
        at = str(int(sending.at.timestamp()))
        headers = {
            "X-Carehops-Page": str(sending.page_id),
            "X-Carehops-Timestamp": at,
            "X-Carehops-Signature": f"sha256={signature(secret, at, body)}",
        }
        return post(self.url, body, self.wire, sending.at, headers)

    def reach(self, secret: str) -> Outcome:
        """Whether the receiver answers."""
        return knock_at(self.url, self.wire)

    def faults(self) -> Iterator[tuple[str, str, str]]:
        """An address one can send to."""
        yield from super().faults()
        for what in address_faults(self.url):
            yield "url", what, "Write the receiver's address, beginning with https://."


def signature(key: str, at: str, body: bytes) -> str:
    """HMAC-SHA256 in hex over the time, a full stop and the body: an old one cannot be replayed."""
    return hmac.new(key.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()


CHANNEL = Webhook
