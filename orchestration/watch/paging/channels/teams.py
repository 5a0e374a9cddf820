"""Microsoft Teams, by a Workflows webhook that takes adaptive cards; its address is the secret."""

import json
from dataclasses import dataclass
from typing import Any

from orchestration.watch.paging.channel import Sending
from orchestration.watch.paging.outcome import Outcome
from orchestration.watch.paging.page import Page
from orchestration.watch.paging.posting import knock_at, post
from orchestration.watch.paging.web_channel import WebChannel

_COLOURS = {"P1": "Attention", "P2": "Warning", "P3": "Accent"}


@dataclass(frozen=True, kw_only=True)
class Teams(WebChannel):
    """One channel or chat of Microsoft Teams."""

    needs = "the address of the workflow's webhook"

    def send(self, sending: Sending, secret: str) -> Outcome:
        """Post a card."""
        return post(secret, json.dumps(_card(sending.page)).encode(), self.wire, sending.at)

    def reach(self, secret: str) -> Outcome:
        """Whether the workflow's server answers."""
        return knock_at(secret, self.wire)


def _card(page: Page) -> dict[str, Any]:
    colour = "Good" if page.what == "recovered" else _COLOURS[page.severity]
    title = {"type": "TextBlock", "size": "Medium", "weight": "Bolder", "wrap": True}
    facts = [{"title": label, "value": value} for label, value in page.facts]
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [
            title | {"text": page.title, "color": colour},
            {"type": "TextBlock", "text": page.sentence, "wrap": True},
            {"type": "FactSet", "facts": facts},
        ],
        "actions": [
            {"type": "Action.OpenUrl", "title": text, "url": href}
            for text, href in page.links
            if "://" in href
        ],
    }
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": content,
    }
    return {"type": "message", "attachments": [attachment]}


CHANNEL = Teams
