"""A partner gets each file once, whatever its server does, and gives its replies once."""

import os
import stat
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from orchestration.ground.database import Database
from orchestration.ground.failures import TransientFailure
from orchestration.partners.deliveries import Deliveries
from orchestration.partners.line import CHUNK
from tests.bench_of_exchange import PARTNER, SECRET, Exchanges
from tests.sftp_partner import Running, sftp_partner

pytestmark = pytest.mark.slow

LARGE = b"ISA*" + os.urandom(3 * CHUNK).hex().encode()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    with sftp_partner(tmp_path / "partner") as server:
        yield server


@pytest.fixture
def exchanges(database: Database, tmp_path: Path, running: Running) -> Exchanges:
    bench = Exchanges(database, tmp_path)
    bench.agree(running.partner)
    return bench


def test_what_waits_is_sent_in_order_and_once(exchanges: Exchanges, running: Running) -> None:
    names = [exchanges.owe(number) for number in (1, 2, 3)]
    done = exchanges.run()
    assert (done.outcome, done.sent, done.left) == ("done", 3, {})
    assert running.partner.arrived == names
    assert exchanges.run().sent == 0
    assert running.partner.files("in") == {
        name: f"ISA*{n}".encode() for n, name in enumerate(names, 1)
    }
    row = exchanges.deliveries()[0]
    assert (row.state, row.transport, row.tries, row.remote_name, row.bytes_sent) == (
        *("sent", "sftp", 1),
        *(names[0], 5),
    )
    assert row.sent_at is not None
    assert row.confirmed_at is not None


def test_nothing_of_ours_is_left_beside_the_files(exchanges: Exchanges, running: Running) -> None:
    exchanges.owe(1, LARGE)
    exchanges.run()
    assert [path.name for path in running.partner.folder("in").iterdir()] == ["B000000001.837"]


@pytest.mark.parametrize("can_sync", [True, False])
def test_a_line_that_drops_mid_file_goes_on_where_it_stopped(
    exchanges: Exchanges, running: Running, can_sync: bool
) -> None:
    partner = running.partner
    partner.can_sync = can_sync
    name = exchanges.owe(1, LARGE)
    partner.drops_after = 2 * CHUNK + CHUNK // 2
    done = exchanges.run()
    assert (done.outcome, done.why, exchanges.states()) == ("failed", "dropped", ["waiting"])
    assert partner.files("in") == {}
    partner.writes.clear()
    assert exchanges.run().sent == 1
    assert min(offset for offset, _ in partner.writes) == 2 * CHUNK
    assert partner.files("in") == {name: LARGE + b"1"}


@pytest.mark.parametrize("gone", ["left", "processed"])
def test_a_file_whose_answer_is_lost_is_looked_for_and_not_sent_again(
    exchanges: Exchanges, running: Running, gone: str
) -> None:
    partner = running.partner
    exchanges.agree(partner, processed=["done"])
    partner.takes_at_once = "done" if gone == "processed" else ""
    name = exchanges.owe(1)
    partner.loses_answer = True
    done = exchanges.run()
    assert (done.outcome, done.left) == ("failed", {"unconfirmed": 1})
    exchanges.run()
    assert (exchanges.states(), exchanges.reasons()) == (["sent"], ["seen_there"])
    assert partner.arrived == [name]


def test_a_partner_that_takes_the_file_and_says_nothing_more_has_it(
    exchanges: Exchanges, running: Running
) -> None:
    exchanges.agree(running.partner, timeout_seconds=1)
    running.partner.goes_dead_after_taking = True
    exchanges.owe(1)
    done = exchanges.run()
    assert (done.why, exchanges.states()) == ("timeout", ["unconfirmed"])
    running.partner.goes_dead_after_taking = False
    exchanges.run()
    assert exchanges.states() == ["sent"]
    assert running.partner.arrived == ["B000000001.837"]


def test_a_question_that_got_lost_is_asked_again(exchanges: Exchanges, running: Running) -> None:
    running.partner.loses_question = True
    exchanges.owe(1)
    exchanges.run()
    assert exchanges.states() == ["unconfirmed"]
    exchanges.run()
    assert exchanges.states() == ["sent"]
    assert running.partner.arrived == ["B000000001.837"]


def test_what_is_in_doubt_is_not_looked_at_before_the_line_has_settled(
    exchanges: Exchanges, running: Running
) -> None:
    running.partner.loses_answer = True
    exchanges.owe(1)
    exchanges.run()
    exchanges.run(after=timedelta(seconds=59))
    assert exchanges.states() == ["unconfirmed"]
    exchanges.run(after=timedelta(seconds=1))
    assert exchanges.states() == ["sent"]


def lost_from_sight(exchanges: Exchanges, running: Running) -> None:
    running.partner.takes_at_once = "done"
    running.partner.loses_answer = True
    exchanges.owe(1)
    exchanges.run()
    exchanges.run()


def test_a_file_that_cannot_be_seen_is_never_sent_again_by_itself(
    exchanges: Exchanges, running: Running
) -> None:
    lost_from_sight(exchanges, running)
    for _ in range(3):
        exchanges.run()
    assert (exchanges.states(), exchanges.reasons()) == (["unconfirmed"], ["not_seen"])
    assert running.partner.arrived == ["B000000001.837"]


def test_a_partner_that_keeps_what_it_takes_proves_that_a_file_is_absent(
    exchanges: Exchanges, running: Running
) -> None:
    exchanges.agree(running.partner, processed=[])
    running.partner.loses_question = True
    exchanges.owe(1)
    exchanges.run()
    for part in running.partner.folder("in").iterdir():
        part.unlink()  # its house-keeping clears what looks half sent
    exchanges.run()
    assert exchanges.states() == ["sent"]
    assert running.partner.arrived == ["B000000001.837"]
    events = exchanges.all("select state, reason from core.delivery_event order by event_id")
    assert ("waiting", "proven_absent") in [tuple(row) for row in events]


def test_a_full_disk_at_the_partner_is_waited_for(exchanges: Exchanges, running: Running) -> None:
    running.partner.full_after = CHUNK
    exchanges.owe(1, LARGE)
    done = exchanges.run()
    assert (done.outcome, done.why) == ("failed", "not_taken")
    assert exchanges.states() == ["waiting"]
    running.partner.full_after = None
    exchanges.run()
    assert running.partner.files("in") == {"B000000001.837": LARGE + b"1"}


@pytest.mark.parametrize("algorithm", ["ssh-ed25519", "ecdsa-sha2-nistp256"])
def test_a_changed_host_key_is_refused_before_anything_is_said(
    exchanges: Exchanges, running: Running, algorithm: str
) -> None:
    exchanges.owe(1)
    running.change_key(algorithm)
    done = exchanges.run()
    assert (done.outcome, done.why) == ("failed", "host_key_changed")
    assert running.partner.logins == 0
    assert (exchanges.states(), exchanges.reasons()) == (["waiting"], ["host_key_changed"])
    assert exchanges.run().outcome == "stopped"
    exchanges.agree(running.partner)
    assert exchanges.run().sent == 1


def test_a_refused_credential_is_told_and_not_tried_again_until_it_changes(
    exchanges: Exchanges, running: Running
) -> None:
    exchanges.owe(1)
    running.partner.password = "another"
    done = exchanges.run()
    assert (done.outcome, done.why) == ("failed", "credential_refused")
    tried = running.partner.logins
    assert [exchanges.run().outcome for _ in range(3)] == ["stopped"] * 3
    assert running.partner.logins == tried
    (credential,) = exchanges.all("select name, owner_role, failing_since from ops.credential")
    assert (credential.name, credential.owner_role) == (PARTNER, "EDI analyst")
    assert credential.failing_since is not None
    exchanges.environ[SECRET] = "another"
    assert exchanges.run().sent == 1
    assert exchanges.all("select failing_since from ops.credential")[0].failing_since is None


def test_the_last_day_of_a_login_is_known_once_it_was_used(
    exchanges: Exchanges, running: Running
) -> None:
    exchanges.owe(1)
    assert exchanges.run().sent == 1
    assert exchanges.all("select 1 from ops.credential") == []
    exchanges.agree(running.partner, login_expires_on=date(2026, 12, 10))
    exchanges.owe(2)
    assert exchanges.run().sent == 1
    (row,) = exchanges.all("select name, owner_role, failing_since, expires_at from ops.credential")
    assert (row.name, row.owner_role, row.failing_since) == (PARTNER, "EDI analyst", None)
    # the day's end by the agency's clock
    assert row.expires_at == datetime(2026, 12, 11, 5, tzinfo=UTC)
    exchanges.agree(running.partner)
    exchanges.owe(3)
    assert exchanges.run().sent == 1
    assert exchanges.all("select expires_at from ops.credential")[0].expires_at is None


def test_who_is_thrown_out_at_the_door_does_not_knock_again(
    exchanges: Exchanges, running: Running
) -> None:
    exchanges.owe(1)
    running.partner.password, running.partner.throws_out = "another", True
    done = exchanges.run()
    assert (done.outcome, done.why) == ("failed", "credential_refused")
    assert exchanges.run().outcome == "stopped"
    assert running.partner.logins == 1


def test_a_password_may_be_asked_for_as_a_person_is_asked(
    exchanges: Exchanges, running: Running
) -> None:
    running.partner.asks_as_a_person = True
    exchanges.owe(1)
    assert exchanges.run().sent == 1
    exchanges.environ[SECRET] = "wrong"
    exchanges.owe(2)
    assert exchanges.run().why == "credential_refused"
    assert running.partner.logins == 2


def test_no_secret_is_written_down(exchanges: Exchanges, running: Running) -> None:
    exchanges.environ[SECRET] = "wrong-ZZSECRET"
    exchanges.owe(1)
    exchanges.run()
    (row,) = exchanges.all("select * from ops.line")
    assert row.is_stopped
    assert "ZZSECRET" not in str([bytes(v) if isinstance(v, memoryview) else v for v in row])


def test_a_key_is_as_good_as_a_password(exchanges: Exchanges, running: Running) -> None:
    import asyncssh

    key = asyncssh.generate_private_key("ssh-ed25519")
    running.partner.authorized = key.export_public_key().decode()
    place = exchanges.settings.secrets
    place.mkdir(parents=True, mode=0o700)
    kept = place / "CAREHOPS_PLAN_KEY"
    kept.write_bytes(key.export_private_key())
    exchanges.agree(running.partner, password=None, key="CAREHOPS_PLAN_KEY")
    exchanges.owe(1)
    kept.chmod(0o644)
    assert exchanges.run().why == "secret_missing"
    kept.chmod(0o600)
    assert exchanges.run().sent == 1


def test_another_file_of_the_same_name_is_never_replaced(
    exchanges: Exchanges, running: Running
) -> None:
    (running.partner.folder("in") / "B000000001.837").write_bytes(b"of somebody else")
    exchanges.owe(1)
    exchanges.owe(2)
    exchanges.run()
    assert (exchanges.states(), exchanges.reasons()) == (["failed", "sent"], ["name_taken", None])
    assert running.partner.files("in")["B000000001.837"] == b"of somebody else"


def test_nobody_answers_and_the_wait_grows(exchanges: Exchanges, running: Running) -> None:
    running.stop()
    exchanges.owe(1)
    waits = []
    for _ in range(4):
        done = exchanges.run()
        assert (done.outcome, done.why) == ("failed", "unreachable")
        (row,) = exchanges.all("select next_try_at from ops.line")
        waits.append((row.next_try_at - exchanges.now).total_seconds())
        assert exchanges.run(after=timedelta(0)).outcome == "waits"
    assert all(0 < one <= 1800 for one in waits)
    assert waits[3] > 2 * waits[0]
    running.start()


def test_a_sender_that_was_overtaken_goes_no_further(exchanges: Exchanges) -> None:
    exchanges.owe(1)
    slow = Deliveries(exchanges.database.engine, exchanges.exchange().clock, PARTNER)
    (waiting,) = slow.owed("waiting")
    sending = slow.begin(waiting, "sftp")
    slow.recover()  # its lock was lost, and another one came
    (again,) = slow.owed("waiting")
    other = slow.begin(again, "sftp")
    for step in (slow.offer, slow.sent):
        with pytest.raises(TransientFailure, match="somebody else has gone on"):
            step(sending)
    slow.offer(other)
    slow.sent(other)
    assert exchanges.states() == ["sent"]


def test_a_reply_of_any_name_is_fetched_and_one_that_is_not_given_holds_up_no_other(
    exchanges: Exchanges, running: Running
) -> None:
    exchanges.agree(running.partner, quiet_seconds=0)
    out = running.partner.folder("out")
    for name in ("a", "b", "c"):
        (out / f"{name}.x12").write_bytes(name.encode())
    (out / os.fsdecode(b"Gr\xfc\xdfe.x12")).write_bytes(b"d")
    running.partner.withholds = "b.x12"
    done = exchanges.run()
    assert (done.outcome, done.why, done.fetched) == ("failed", "folder_refused", 3)
    assert sorted(exchanges.dropped().values()) == [b"a", b"c", b"d"]
    running.partner.withholds = ""
    assert exchanges.run().fetched == 1


def test_what_lies_in_the_reply_folder_is_fetched_once(
    exchanges: Exchanges, running: Running
) -> None:
    out = running.partner.folder("out")
    (out / "DOE_JANE_277.txt").write_bytes(b"ISA*277~")
    assert exchanges.run().fetched == 0  # it may still be written to
    assert exchanges.run().fetched == 1
    assert exchanges.run().fetched == 0
    ((name, content),) = exchanges.dropped().items()
    assert content == b"ISA*277~"
    assert name.startswith(f"{PARTNER}_")
    assert name.endswith(".x12")
    drop = exchanges.settings.drop
    assert stat.S_IMODE(drop.stat().st_mode) == 0o700
    assert stat.S_IMODE((drop / name).stat().st_mode) == 0o600
    assert (out / "DOE_JANE_277.txt").exists()


def test_a_reply_that_is_still_written_is_not_taken(exchanges: Exchanges, running: Running) -> None:
    reply = running.partner.folder("out") / "999.x12"
    for size in range(1, 4):
        reply.write_bytes(b"ISA*" * size)
        (reply.parent / "835.x12.filepart").write_bytes(b"ISA*")
        assert exchanges.run().fetched == 0
    assert exchanges.run().fetched == 1
    assert list(exchanges.dropped().values()) == [b"ISA*" * 3]


def test_the_same_reply_under_another_name_is_the_same_reply(
    exchanges: Exchanges, running: Running
) -> None:
    out = running.partner.folder("out")
    exchanges.agree(running.partner, quiet_seconds=0)
    (out / "a.x12").write_bytes(b"ISA*1~")
    assert exchanges.run().fetched == 1
    (out / "b.x12").write_bytes(b"ISA*1~")
    assert exchanges.run().fetched == 0
    (out / "a.x12").write_bytes(b"ISA*2222~")
    assert exchanges.run().fetched == 1


def test_a_reply_is_taken_away_only_when_it_is_here(exchanges: Exchanges, running: Running) -> None:
    exchanges.agree(running.partner, removes_replies=True)
    out = running.partner.folder("out")
    (out / "a.x12").write_bytes(b"ISA*1~")
    exchanges.run()
    assert len(list(out.iterdir())) == 1
    exchanges.run()
    assert list(out.iterdir()) == []
    assert list(exchanges.dropped().values()) == [b"ISA*1~"]


def test_a_folder_of_replies_that_is_gone_does_not_hold_up_what_is_sent(
    exchanges: Exchanges, running: Running
) -> None:
    running.partner.folder("out").rmdir()
    exchanges.owe(1)
    done = exchanges.run()
    assert (done.outcome, done.why, done.sent) == ("failed", "folder_missing", 1)
    assert exchanges.states() == ["sent"]
