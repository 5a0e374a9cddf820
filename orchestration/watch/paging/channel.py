"""What every channel is: one way to reach people, with what it needs to be set up.

A channel is a file in ``channels``; its stem is the kind that ``pager.toml`` names, the class it
calls ``CHANNEL`` is the channel, and the class's fields are the options one can write there.
"""

import importlib
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import ClassVar

from orchestration.watch.paging import channels
from orchestration.watch.paging.outcome import Outcome
from orchestration.watch.paging.page import Page, What

EVERYTHING: frozenset[What] = frozenset(("opened", "reminder", "escalation", "recovered"))

LONGEST_TIMEOUT_SECONDS = 20


@dataclass(frozen=True)
class Sending:
    """One page on its way.

    Args:
        page: What is said.
        page_id: Its number: the same however often it is tried.
        recipient: A person's address on a personal channel, else the channel's name.
        at: Now.
    """

    page: Page
    page_id: int
    recipient: str
    at: datetime


class Channel(ABC):
    """One way to reach people.

    ``is_personal`` says that each person on duty has an address of their own there;
    ``is_machine`` that what is over may be told at any hour, because nobody is disturbed by it;
    ``tells`` which events it is told; ``needs`` what its secret is, empty where it has
    none, and ``needs_always`` whether it can do without.
    """

    is_personal: ClassVar[bool] = False
    is_machine: ClassVar[bool] = False
    tells: ClassVar[frozenset[What]] = EVERYTHING
    needs: ClassVar[str] = ""
    needs_always: ClassVar[bool] = True

    @abstractmethod
    def send(self, sending: Sending, secret: str) -> Outcome:
        """Send it; answer with what became of it, whatever happens."""

    @abstractmethod
    def reach(self, secret: str) -> Outcome:
        """Look whether it can be reached, without sending anything."""

    def faults(self) -> Iterator[tuple[str, str, str]]:
        """What is wrong with its options: which one, what, and the mend."""
        if getattr(self, "timeout_seconds", 0) > LONGEST_TIMEOUT_SECONDS:
            what = f"more than {LONGEST_TIMEOUT_SECONDS} seconds would hold up what comes after"
            yield "timeout_seconds", what, "Write fewer, or leave it out."


@cache
def kinds() -> dict[str, type[Channel]]:
    """Every kind of channel there is."""
    return {
        found.name: importlib.import_module(f"{channels.__name__}.{found.name}").CHANNEL
        for found in pkgutil.iter_modules(channels.__path__)
    }
