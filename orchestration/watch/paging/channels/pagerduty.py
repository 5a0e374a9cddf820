"""PagerDuty, by its Events API v2: trigger, acknowledge and resolve under one dedup key."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from orchestration.watch.paging.channel import EVERYTHING, Sending
from orchestration.watch.paging.outcome import Outcome
from orchestration.watch.paging.page import Page, What
from orchestration.watch.paging.posting import address_faults, knock_at, post
from orchestration.watch.paging.web_channel import WebChannel

_ACTIONS: Mapping[What, str] = {"acknowledged": "acknowledge", "recovered": "resolve"}
_SEVERITIES = {"P1": "critical", "P2": "error", "P3": "warning"}
_LONGEST_SUMMARY = 1024


@dataclass(frozen=True, kw_only=True)
class PagerDuty(WebChannel):
    """A service's Events API v2 integration.

    Args:
        url: The Events API; ``https://events.eu.pagerduty.com/v2/enqueue`` in the EU.
    """

    url: str = "https://events.pagerduty.com/v2/enqueue"
    is_machine = True
    tells = EVERYTHING | {"acknowledged"}
    needs = "the integration key of the service's Events API v2 integration"

    def send(self, sending: Sending, secret: str) -> Outcome:
        """Trigger, acknowledge or resolve: a repeated trigger joins the alert that is open."""
        body = json.dumps(_event(sending.page, secret)).encode()
        return post(self.url, body, self.wire, sending.at)

    def reach(self, secret: str) -> Outcome:
        """Whether the Events API answers."""
        return knock_at(self.url, self.wire)

    def faults(self) -> Iterator[tuple[str, str, str]]:
        """An address one can send to."""
        yield from super().faults()
        for what in address_faults(self.url):
            yield "url", what, "Leave it out, or write the address of your PagerDuty region."


def _event(page: Page, key: str) -> dict[str, Any]:
    action = _ACTIONS.get(page.what, "trigger")
    event = {"routing_key": key, "event_action": action, "dedup_key": page.dedup_key}
    if action != "trigger":
        return event
    return event | {
        "client": "Carehops",
        "client_url": page.dagster,
        "links": [{"href": href, "text": text} for text, href in page.links if "://" in href],
        "payload": {
            "summary": f"{page.title}. {page.sentence}"[:_LONGEST_SUMMARY],
            "source": page.subject,
            "severity": _SEVERITIES[page.severity],
            "component": page.subject,
            "group": page.owner,
            "class": page.kind,
            "custom_details": dict(page.facts),
        },
    }


CHANNEL = PagerDuty
