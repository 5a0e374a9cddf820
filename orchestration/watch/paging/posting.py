"""Posting to a web address, carefully.

The address itself is often the secret, so it must be in no exception and no log. Certificates are
always checked, redirects never followed, answers never read: the status says enough.
"""

import logging
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import requests
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from orchestration.watch.paging.outcome import SENT, Outcome

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
TIMEOUT_SECONDS = 10.0
_LONGEST_WAIT = timedelta(hours=1)
_PATIENCE = {408, 425}


class _NoAddresses(logging.Filter):
    """Its debug line holds the path, which for some channels is the secret."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.levelno > logging.DEBUG


logging.getLogger("urllib3.connectionpool").addFilter(_NoAddresses())


@dataclass(frozen=True)
class Wire:
    """How a web address is reached.

    Args:
        timeout_seconds: How long to wait for the connection, and again for the answer.
        ca_file: Certificates to trust instead of the usual ones.
        proxy: A proxy to go through.
    """

    timeout_seconds: float = TIMEOUT_SECONDS
    ca_file: Path | None = None
    proxy: str = ""


def post(
    url: str, body: bytes, wire: Wire, at: datetime, headers: Mapping[str, str] | None = None
) -> Outcome:
    """Post JSON; answer with what became of it, whatever happens."""
    if next(address_faults(url), None):
        return Outcome("refused")
    try:
        with requests.Session() as session:
            session.trust_env = False  # no proxy, certificate or password from the surroundings
            answer = session.post(
                url,
                data=body,
                headers={"Content-Type": "application/json", **(headers or {})},
                timeout=wire.timeout_seconds,
                verify=str(wire.ca_file) if wire.ca_file else True,
                proxies={"https": wire.proxy} if wire.proxy else None,
                allow_redirects=False,
                stream=True,
            )
            return _answered(answer.status_code, answer.headers.get("Retry-After"), at)
    except requests.exceptions.SSLError:
        return Outcome("certificate")
    except requests.exceptions.Timeout:
        return Outcome("timeout")
    except (requests.exceptions.ChunkedEncodingError, requests.exceptions.ConnectionError) as error:
        # the connection was there and ended: whether it was taken nobody knows
        is_cut = "RemoteDisconnected" in repr(error) or "ConnectionReset" in repr(error)
        return Outcome("no_answer" if is_cut else "unreachable")
    except (requests.RequestException, ValueError, OSError):
        return Outcome("refused")


def knock(host: str, port: int, wire: Wire, *, tls: bool = True) -> Outcome:
    """See whether somebody answers there with a good certificate; nothing is sent."""
    try:
        with socket.create_connection((host, port), wire.timeout_seconds) as connection:
            if tls:
                with trust(wire.ca_file).wrap_socket(connection, server_hostname=host):
                    return SENT
        return SENT
    except ssl.SSLError:
        return Outcome("certificate")
    except TimeoutError:
        return Outcome("timeout")
    except OSError:
        return Outcome("unreachable")


def knock_at(url: str, wire: Wire) -> Outcome:
    """The same for a web address; where a proxy stands between, the proxy is asked."""
    if next(address_faults(url), None):
        return Outcome("refused")
    parts = urlsplit(wire.proxy or url)
    tls = parts.scheme == "https"
    return knock(str(parts.hostname), parts.port or (443 if tls else 80), wire, tls=tls)


def trust(ca_file: Path | None) -> ssl.SSLContext:
    """Which certificates are good."""
    return ssl.create_default_context(cafile=str(ca_file or DEFAULT_CA_BUNDLE_PATH))


def address_faults(url: str) -> Iterator[str]:
    """Why an address is none to send to; the address itself is not said."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        yield "it is no web address"
        return
    if not host:
        yield "it is no web address"
    elif parts.scheme != "https" and not (parts.scheme == "http" and host in LOOPBACK):
        yield "it does not begin with https://"


def _answered(status: int, retry_after: str | None, at: datetime) -> Outcome:
    if 200 <= status < 300:  # noqa: PLR2004 - HTTP's own
        return Outcome(status=status)
    if status == 429:  # noqa: PLR2004 - too many requests
        return Outcome("throttled", status, _wait(retry_after, at))
    if status >= 500 or status in _PATIENCE:  # noqa: PLR2004 - the server's own fault
        return Outcome("broken", status, _wait(retry_after, at))
    return Outcome("refused", status)


def _wait(retry_after: str | None, at: datetime) -> timedelta | None:
    """How long an answer asks us to wait: seconds or a date; nonsense is no wish."""
    if retry_after is None:
        return None
    try:
        if retry_after.strip().isdigit():
            wait = timedelta(seconds=min(int(retry_after), _LONGEST_WAIT.total_seconds()))
        else:
            until = parsedate_to_datetime(retry_after)
            wait = (until if until.tzinfo else until.replace(tzinfo=UTC)) - at
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, timedelta(0)), _LONGEST_WAIT)
