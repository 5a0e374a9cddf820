"""Channels, each with a real receiver that is well, slow, down, busy, broken, mute or a liar."""

import hashlib
import hmac
import json
import logging
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from orchestration.watch.paging.channel import Channel, Sending, kinds
from orchestration.watch.paging.channels.email import Email
from orchestration.watch.paging.channels.file import FileChannel
from orchestration.watch.paging.channels.pagerduty import PagerDuty
from orchestration.watch.paging.channels.slack import Slack
from orchestration.watch.paging.channels.teams import Teams
from orchestration.watch.paging.channels.webhook import Webhook
from orchestration.watch.paging.outcome import SENT, Outcome
from orchestration.watch.paging.page import Page
from tests.receivers import (
    HOST,
    Certificates,
    Receiver,
    mail_receiver,
    make_certificates,
    nobody_listens,
    web_receiver,
)

pytestmark = pytest.mark.slow

AT = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
KEY = "geheimgeheimgeheimgeheim"
PAGE = Page(
    what="opened",
    number=0,
    incident_id=12,
    dedup_key="willow-bend-12",
    severity="P1",
    kind="hop_stale",
    subject="delivery_to_billing",
    cause="",
    owner="Billing specialist",
    told="Billing specialist",
    count=1204,
    open_minutes=75,
    oldest_minutes=4000,
    money="12340.00",
    visits=310,
    run_id=None,
    dagster="https://carehops.example/assets/delivery_to_billing",
    runbook="https://carehops.example/runbooks/hop_stale.md",
)
WEB = ("pagerduty", "slack", "teams", "webhook")


def sending(page: Page = PAGE) -> Sending:
    return Sending(page, 7, "nurse01@willow-bend.example", AT)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def receiver(certificates: Certificates) -> Iterator[Receiver]:
    with web_receiver(certificates.good) as running:
        yield running


def made(kind: str, url: str, ca_file: Path | None, seconds: float = 5) -> tuple[Channel, str]:
    """A channel that posts to an address, and its secret."""
    options: dict[str, Any] = {"ca_file": ca_file, "timeout_seconds": seconds}
    if kind in {"pagerduty", "webhook"}:
        return kinds()[kind](url=url, **options), KEY
    return kinds()[kind](**options), f"{url}/{KEY}"


def test_there_is_a_test_for_every_channel() -> None:
    assert set(kinds()) == {*WEB, "file", "email"}


@pytest.mark.parametrize("kind", WEB)
def test_a_page_arrives_once_and_can_be_reached_without_one(
    kind: str, receiver: Receiver, certificates: Certificates
) -> None:
    channel, secret = made(kind, receiver.url, certificates.ca_file)
    assert channel.reach(secret) == SENT
    assert receiver.got == []
    assert channel.send(sending(), secret).was_sent
    (got,) = receiver.got
    assert got.headers["Content-Type"] == "application/json"
    said = json.dumps(got.json)
    assert "delivery_to_billing: hop stale" in said
    assert "hop_stale.md" in said


@pytest.mark.parametrize("kind", WEB)
@pytest.mark.parametrize(
    ("status", "headers", "outcome"),
    [
        (200, {}, Outcome(status=200)),
        (429, {"Retry-After": "7"}, Outcome("throttled", 429, timedelta(seconds=7))),
        (429, {"Retry-After": "Fri, 20 Nov 2026 17:02:00 GMT"},
         Outcome("throttled", 429, timedelta(minutes=2))),
        (429, {"Retry-After": "99999999999"}, Outcome("throttled", 429, timedelta(hours=1))),
        (429, {"Retry-After": "soon"}, Outcome("throttled", 429)),
        (503, {"Retry-After": "1"}, Outcome("broken", 503, timedelta(seconds=1))),
        (500, {}, Outcome("broken", 500)),
        (400, {}, Outcome("refused", 400)),
        (404, {}, Outcome("refused", 404)),
        (307, {"Location": "https://somebody-else.example/"}, Outcome("refused", 307)),
    ],
)  # fmt: skip
def test_what_a_receiver_answers_is_understood(
    kind: str,
    status: int,
    headers: dict[str, str],
    outcome: Outcome,
    receiver: Receiver,
    certificates: Certificates,
) -> None:
    receiver.answers(status, headers)
    channel, secret = made(kind, receiver.url, certificates.ca_file)
    assert channel.send(sending(), secret) == outcome


@pytest.mark.parametrize("kind", WEB)
def test_a_receiver_that_is_slow_mute_or_down_is_told_apart(
    kind: str, receiver: Receiver, certificates: Certificates
) -> None:
    receiver.answers(200, after=0.5)
    channel, secret = made(kind, receiver.url, certificates.ca_file, seconds=0.2)
    assert channel.send(sending(), secret) == Outcome("timeout")
    receiver.loses_answers()
    channel, secret = made(kind, receiver.url, certificates.ca_file)
    assert channel.send(sending(), secret) == Outcome("no_answer")
    assert len(receiver.got) == 2  # it has the page; only its answer is lost
    channel, secret = made(kind, nobody_listens(), certificates.ca_file)
    assert channel.send(sending(), secret) == Outcome("unreachable")
    assert channel.reach(secret) == Outcome("unreachable")


@pytest.mark.parametrize("kind", WEB)
def test_a_wrong_certificate_gets_nothing(kind: str, certificates: Certificates) -> None:
    with web_receiver(certificates.wrong) as liar:
        channel, secret = made(kind, liar.url, certificates.ca_file)
        assert channel.send(sending(), secret) == Outcome("certificate")
        assert channel.reach(secret) == Outcome("certificate")
        assert liar.got == []
    with web_receiver(certificates.good) as stranger:  # an authority we do not know
        channel, secret = made(kind, stranger.url, None)
        assert channel.send(sending(), secret) == Outcome("certificate")
        assert stranger.got == []


@pytest.mark.parametrize("kind", ["slack", "teams"])
@pytest.mark.parametrize(
    "address", ["", "hooks", "http://hooks.example/T0", "ftp://x", "https://["]
)
def test_an_address_that_is_none_is_refused_and_not_repeated(kind: str, address: str) -> None:
    channel, _ = made(kind, address, None)
    assert channel.send(sending(), address) == Outcome("refused")
    assert channel.reach(address) == Outcome("refused")


@pytest.mark.parametrize("kind", WEB)
def test_a_secret_is_in_no_log_and_no_exception(
    kind: str,
    receiver: Receiver,
    certificates: Certificates,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")  # nor do the surroundings decide
    caplog.set_level(logging.DEBUG)
    for status in (202, 429, 500, 404):
        receiver.answers(status)
        channel, secret = made(kind, receiver.url, certificates.ca_file)
        channel.send(sending(), secret)
    channel, secret = made(kind, nobody_listens(), certificates.ca_file)
    channel.send(sending(), secret)
    assert len(receiver.got) == 4
    assert KEY not in caplog.text
    assert KEY not in repr(channel)


def test_pagerduty_triggers_acknowledges_and_resolves_under_one_key(
    receiver: Receiver, certificates: Certificates
) -> None:
    channel = PagerDuty(url=receiver.url, ca_file=certificates.ca_file)
    for what in ("opened", "reminder", "escalation", "acknowledged", "recovered"):
        assert channel.send(sending(replace(PAGE, what=what)), KEY).was_sent
    events = [got.json for got in receiver.got]
    assert [event["event_action"] for event in events] == [
        *("trigger", "trigger", "trigger", "acknowledge", "resolve")
    ]
    assert {event["dedup_key"] for event in events} == {"willow-bend-12"}
    assert {event["routing_key"] for event in events} == {KEY}
    payload = events[0]["payload"]
    assert payload["severity"] == "critical"
    assert payload["summary"].startswith("P1 delivery_to_billing: hop stale. No pass of the hop")
    assert payload["custom_details"]["At stake"] == "$12,340.00"
    assert events[0]["links"][1]["href"] == PAGE.runbook
    assert set(events[4]) == {"routing_key", "event_action", "dedup_key"}


def test_slack_calls_people_for_a_new_p1_only(
    receiver: Receiver, certificates: Certificates
) -> None:
    channel = Slack(mention="channel", ca_file=certificates.ca_file)
    for page in (PAGE, replace(PAGE, what="reminder"), replace(PAGE, severity="P2")):
        channel.send(sending(page), receiver.url)
    said = [got.json["blocks"][0]["text"]["text"] for got in receiver.got]
    assert ["<!channel>" in text for text in said] == [True, False, False]
    assert f"<{PAGE.runbook}|Runbook>" in said[0]
    assert receiver.got[0].json["text"] == "P1 delivery_to_billing: hop stale"


def test_teams_gets_an_adaptive_card(receiver: Receiver, certificates: Certificates) -> None:
    channel = Teams(ca_file=certificates.ca_file)
    channel.send(sending(), receiver.url)
    message = receiver.got[0].json
    assert message["type"] == "message"
    (attachment,) = message["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    facts = {fact["title"]: fact["value"] for fact in card["body"][2]["facts"]}
    assert facts["Owner"] == "Billing specialist"
    assert facts["Oldest"] == "2 d 18 h"
    assert [action["url"] for action in card["actions"]] == [PAGE.dagster, PAGE.runbook]


def test_a_webhook_is_signed_over_time_and_body(
    receiver: Receiver, certificates: Certificates
) -> None:
    channel = Webhook(url=receiver.url, ca_file=certificates.ca_file)
    channel.send(sending(), KEY)
    channel.send(replace(sending(), at=AT + timedelta(seconds=30)), KEY)
    first, again = receiver.got
    for got, at in ((first, "1795194000"), (again, "1795194030")):
        mac = hmac.new(KEY.encode(), at.encode() + b"." + got.body, hashlib.sha256)
        assert got.headers["X-Carehops-Timestamp"] == at
        assert got.headers["X-Carehops-Signature"] == f"sha256={mac.hexdigest()}"
        assert got.headers["X-Carehops-Page"] == "7"
    assert first.json["text"] == PAGE.text
    assert KEY not in str(first)


def test_a_file_gets_one_whole_line_a_page_that_only_its_owner_reads(tmp_path: Path) -> None:
    channel = FileChannel(folder=tmp_path / "home" / "pages")
    assert channel.reach("") == SENT
    assert not (tmp_path / "home").exists()
    assert channel.send(sending(), "") == SENT
    assert channel.send(replace(sending(), page_id=8), "") == SENT
    (path,) = channel.folder.iterdir()
    assert path.name == "pages-2026-11-20.jsonl"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["page_id"] for line in lines] == [7, 8]
    assert lines[0]["dedup_key"] == "willow-bend-12"


def test_a_file_that_cannot_be_written_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "pages").write_text("in the way")
    channel = FileChannel(folder=tmp_path / "pages")
    assert channel.send(sending(), "") == Outcome("unreachable")


def mail(port: int, ca_file: Path | None, **options: Any) -> Email:
    return Email(host=HOST, port=port, sender="carehops@willow-bend.example", ca_file=ca_file,
                 **{"timeout_seconds": 5.0} | options)  # fmt: skip


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_mail_goes_out_encrypted_and_threads_with_its_incident(
    tls: str, certificates: Certificates
) -> None:
    with mail_receiver(certificates.good, tls=tls) as post:
        channel = mail(post.port, certificates.ca_file, tls=tls)
        assert channel.reach("") == SENT
        assert channel.send(sending(), "") == SENT
        recovered = replace(PAGE, what="recovered")
        assert channel.send(replace(sending(recovered), page_id=8), "") == SENT
        first, second = post.got
    assert first["To"] == "nurse01@willow-bend.example"
    assert first["Subject"] == "P1 delivery_to_billing: hop stale"
    assert second["Subject"] == "P1 over: delivery_to_billing: hop stale"
    assert first["References"] == second["References"] == "<willow-bend-12@willow-bend.example>"
    assert first["Message-ID"] != second["Message-ID"]
    assert PAGE.runbook in first.get_payload()


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        ("451 later", Outcome("broken", 451)),
        ("554 never", Outcome("refused", 554)),
    ],
)
def test_what_a_mail_server_answers_is_understood(
    reply: str, outcome: Outcome, certificates: Certificates
) -> None:
    with mail_receiver(certificates.good) as post:
        post.reply = reply
        assert mail(post.port, certificates.ca_file).send(sending(), "") == outcome


def test_a_mail_server_that_is_slow_mute_or_down_is_told_apart(certificates: Certificates) -> None:
    with mail_receiver(certificates.good) as post:
        post.seconds = 0.5
        slow = mail(post.port, certificates.ca_file, timeout_seconds=0.3)
        assert slow.send(sending(), "") == Outcome("timeout")
        post.seconds, post.hangs_up = 0, True
        assert mail(post.port, certificates.ca_file).send(sending(), "") == Outcome("no_answer")
    assert mail(post.port, certificates.ca_file).send(sending(), "") == Outcome("unreachable")


def test_a_mail_server_with_a_wrong_certificate_gets_nothing(certificates: Certificates) -> None:
    with mail_receiver(certificates.wrong) as post:
        channel = mail(post.port, certificates.ca_file)
        assert channel.send(sending(), "") == Outcome("certificate")
        assert channel.reach("") == Outcome("certificate")
        assert post.got == []


def test_mail_is_never_sent_in_the_clear(certificates: Certificates) -> None:
    with mail_receiver(certificates.good, tls="tls") as post:  # no STARTTLS to be had
        channel = mail(post.port, certificates.ca_file, tls="starttls", timeout_seconds=0.5)
        assert not channel.send(sending(), "").was_sent
        assert post.got == []


def test_a_mail_account_is_asked_for_its_password(certificates: Certificates) -> None:
    with mail_receiver(certificates.good, login=True) as post:
        channel = mail(post.port, certificates.ca_file, user="carehops")
        assert channel.send(sending(), "geheim") == SENT
        assert channel.send(sending(), "wrong") == Outcome("refused", 535)
        assert channel.reach("wrong") == Outcome("refused", 535)
        assert len(post.got) == 1
