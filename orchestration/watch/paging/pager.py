"""Where pages go: the agency's channels, and which of them hears what."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from orchestration.watch.incidents.rules import Rules
from orchestration.watch.looking.conditions import Severity
from orchestration.watch.paging.channel import Channel
from orchestration.watch.paging.page import Place

Secrets = Callable[[str], str | None]
"""The secret of a name, or None where the surroundings have none."""


@dataclass(frozen=True)
class Destination:
    """A channel of the agency's, by the name it has in ``pager.toml``.

    Args:
        name: Its name.
        channel: What sends.
        secret_name: The variable its secret is in, or empty where it needs none.
    """

    name: str
    channel: Channel
    secret_name: str = ""

    def secret(self, secrets: Secrets) -> str | None:
        """Its secret; None when it needs one and there is none."""
        return secrets(self.secret_name) or None if self.secret_name else ""


@dataclass(frozen=True)
class Route:
    """Which channels hear of some severities and roles.

    Args:
        severities: Which severities.
        roles: Which roles; None for all.
        channels: All of them hear of it.
        otherwise: One after the other, when one of those fails.
    """

    severities: frozenset[Severity]
    roles: frozenset[str] | None
    channels: tuple[str, ...]
    otherwise: tuple[str, ...] = ()

    def takes(self, severity: Severity, role: str) -> bool:
        """Whether it is for that severity and role."""
        return severity in self.severities and (self.roles is None or role in self.roles)


@dataclass(frozen=True)
class Pager:
    """Everything that is set up to send pages.

    Args:
        destinations: By name.
        routes: In order; the first that takes a severity and role decides, and one always does.
        place: Whose pages they are, and where those who get them find out more.
        rules: How often and when each severity is told.
    """

    destinations: Mapping[str, Destination]
    routes: tuple[Route, ...]
    place: Place
    rules: Rules

    def route(self, severity: Severity, role: str) -> Route:
        """Where pages of that severity go for that role."""
        return next(
            (route for route in self.routes if route.takes(severity, role)), self.routes[-1]
        )
