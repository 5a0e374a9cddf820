"""Slack, by an incoming webhook; the webhook's address is the secret."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from orchestration.watch.paging.channel import Sending
from orchestration.watch.paging.outcome import Outcome
from orchestration.watch.paging.page import Page
from orchestration.watch.paging.posting import knock_at, post
from orchestration.watch.paging.web_channel import WebChannel

_MENTIONS = ("", "here", "channel")
_SIGNS = {"P1": ":red_circle:", "P2": ":large_orange_circle:", "P3": ":large_yellow_circle:"}


@dataclass(frozen=True, kw_only=True)
class Slack(WebChannel):
    """One channel of a Slack workspace.

    Args:
        mention: Who a new P1 and an escalation call: ``channel``, ``here``, or nobody.
    """

    mention: str = ""
    needs = "the incoming webhook's address"

    def send(self, sending: Sending, secret: str) -> Outcome:
        """Post a message."""
        body = json.dumps(_message(sending.page, self.mention)).encode()
        return post(secret, body, self.wire, sending.at)

    def reach(self, secret: str) -> Outcome:
        """Whether Slack answers."""
        return knock_at(secret, self.wire)

    def faults(self) -> Iterator[tuple[str, str, str]]:
        """Those it can call, and what every channel that posts can get wrong."""
        yield from super().faults()
        if self.mention not in _MENTIONS:
            yield "mention", "mention is neither here nor channel", 'Write mention = "here".'


def _message(page: Page, mention: str) -> dict[str, Any]:
    sign = ":white_check_mark:" if page.what == "recovered" else _SIGNS[page.severity]
    is_urgent = page.severity == "P1" and page.what in {"opened", "escalation"}
    calls = mention and is_urgent and not page.is_drill
    title = f"{sign} *{_plain(page.title)}*" + (f" <!{mention}>" if calls else "")
    links = " | ".join(
        f"<{href}|{text}>" if "://" in href else f"{text}: {href}" for text, href in page.links
    )
    said = f"{title}\n{_plain(page.sentence)}\n{links}"
    section = {"type": "section", "text": {"type": "mrkdwn", "text": said}}
    return {"text": _plain(page.title), "blocks": [section]}


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


CHANNEL = Slack
