"""What lies in the drop folder is taken safely, moved out once kept, or left with its reason."""

import os
import stat
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from orchestration.flow.landing import receive, sweep
from orchestration.flow.landing.sweep import settled
from orchestration.ground.database import Database
from orchestration.ground.failures import PermanentFailure, TransientFailure
from tests.bench_of_files import BROKEN, Files, text_of


@pytest.fixture
def files(database: Database, tmp_path: Path) -> Files:
    return Files(database, tmp_path)


GOOD = (BROKEN / "good.csv").read_bytes()


def left(files: Files) -> list[str]:
    return sorted(path.name for path in files.drop.iterdir())


def refused(files: Files, path: Path) -> str | None:
    """Lands what must be refused; answers with the code."""
    verdict = files.landing.land(path)
    assert verdict.verdict == "refused"
    assert verdict.reason
    assert verdict.next_step
    assert verdict.sha256 is None
    assert files.rows("file") == 0
    arrival = files.all("select * from landing.arrival")[-1]
    assert (arrival.verdict, arrival.reason_code) == ("refused", verdict.reason_code)
    assert not files.kept.exists() or not [p for p in files.kept.rglob("*") if p.is_file()]
    return verdict.reason_code


def test_a_link_is_not_followed(files: Files, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("Zzcanary")
    (files.drop / "caregivers_1.csv").symlink_to(secret)
    assert refused(files, files.drop / "caregivers_1.csv") == "NOT-A-FILE"


def test_a_pipe_is_not_waited_for(files: Files) -> None:
    os.mkfifo(files.drop / "caregivers_1.csv")
    assert refused(files, files.drop / "caregivers_1.csv") == "NOT-A-FILE"


def test_a_folder_and_a_device_are_no_files(files: Files) -> None:
    (files.drop / "caregivers_1.csv").mkdir()
    assert refused(files, files.drop / "caregivers_1.csv") == "NOT-A-FILE"
    assert refused(files, Path("/dev/zero")) == "NOT-A-FILE"


def test_a_file_that_becomes_a_pipe_while_it_is_opened_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "caregivers_1.csv"
    path.write_bytes(GOOD)

    def swap(place: Path, flags: int) -> int:
        place.unlink()
        os.mkfifo(place)
        return os.open(place, flags)

    with pytest.raises(receive.Refused, match="NOT-A-FILE"):
        receive.receive(path, tmp_path / "kept", opener=swap)


@pytest.mark.parametrize("name", ["a..csv", "-rf.csv", "a\nb.csv", "a\\b.csv", "a\x1b[2J.csv"])
def test_a_name_that_is_a_trick_is_refused_and_shown_safely(files: Files, name: str) -> None:
    assert refused(files, files.write(name, GOOD)) == "UNSAFE-NAME"
    (arrival,) = files.all("select name from landing.arrival")
    assert set(arrival.name) <= set("ab..csv-rf_2J")


def test_a_parent_folder_is_no_file_name(files: Files) -> None:
    assert refused(files, files.drop / "..") == "UNSAFE-NAME"
    assert refused(files, Path("/")) == "UNSAFE-NAME"


def test_a_name_with_spaces_is_stored_without_them(files: Files) -> None:
    verdict = files.landing.land(files.write("caregivers_Zoë (1).csv", GOOD))
    assert (verdict.verdict, verdict.file) == ("landed", "caregivers_Zo___1_.csv")


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "caregivers_1.csv"
    path.write_bytes(GOOD)
    path.chmod(0)

    def opener(place: Path, flags: int) -> int:
        if os.geteuid() == 0:  # nothing is unreadable for root
            raise PermissionError(13, "Permission denied")
        return os.open(place, flags)

    with pytest.raises(receive.Refused, match="may not be read") as caught:
        receive.receive(path, tmp_path / "kept", opener=opener)
    assert caught.value.code == "NOT-READABLE"
    assert "right to read" in caught.value.next_step


def test_a_missing_file_is_said_to_be_missing(files: Files) -> None:
    assert refused(files, files.drop / "caregivers_1.csv") == "NO-SUCH-FILE"


def test_a_file_larger_than_allowed_is_not_taken(files: Files) -> None:
    files.landing = files.make_landing(largest=100)
    assert refused(files, files.write("caregivers_1.csv", GOOD)) == "FILE-TOO-LARGE"


def test_bytes_are_kept_for_our_account_only(files: Files) -> None:
    verdict = files.landing.land(files.write("caregivers_1.csv", GOOD))
    kept = files.kept / str(verdict.sha256)[:2] / str(verdict.sha256)
    assert kept.read_bytes() == GOOD
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert [path.name for path in files.kept.iterdir()] == [kept.parent.name]
    assert (files.drop / "caregivers_1.csv").exists()


def test_no_room_for_the_bytes_is_a_passing_failure(files: Files) -> None:
    files.kept.write_text("in the way")
    with pytest.raises(TransientFailure, match="bytes could not be kept"):
        files.landing.land(files.write("caregivers_1.csv", GOOD))
    assert files.rows("arrival") == 0


def test_a_sweep_takes_everything_and_leaves_what_it_refuses(files: Files) -> None:
    files.write("caregivers_1.csv", GOOD)
    files.write("caregivers_1.csv.manifest.json", '{"row_count": 6}')
    time.sleep(0.01)
    files.write("caregivers_2.csv", GOOD)
    files.write("wages.csv", "a,b\n1,2\n")
    files.write("visits.csv.part", "half")
    files.write(".hidden", "half")
    os.mkfifo(files.drop / "pipe")
    verdicts = {v.file: v.verdict for v in files.landing.sweep(files.drop, settle_seconds=0)}
    assert verdicts == {
        "caregivers_1.csv": "landed",
        "caregivers_2.csv": "already_seen",
        "wages.csv": "quarantined",
        "pipe": "refused",
    }
    assert left(files) == [".hidden", "pipe", "visits.csv.part"]
    assert files.file(files.landing.land(files.write("again.csv", GOOD))).name == "caregivers_1.csv"


def test_what_is_refused_again_is_written_down_once(files: Files) -> None:
    (files.drop / "pipe").mkdir()
    for _ in range(3):
        assert len(files.landing.sweep(files.drop, settle_seconds=0)) == 1
    assert files.rows("arrival") == 1
    (files.drop / "pipe").rmdir()
    (files.drop / "-pipe").write_text("x")
    files.landing.sweep(files.drop, settle_seconds=0)
    assert files.rows("arrival") == 2


def test_older_files_are_taken_first(files: Files) -> None:
    for age, name in ((10, "caregivers_a.csv"), (20, "caregivers_b.csv"), (15, "caregivers_c.csv")):
        path = files.write(name, text_of("caregivers", [{"caregiver_id": f"G{age}"}]))
        os.utime(path, (time.time() - age, time.time() - age))
    order = [verdict.file for verdict in files.landing.sweep(files.drop)]
    assert order == ["caregivers_b.csv", "caregivers_c.csv", "caregivers_a.csv"]


def test_a_file_still_being_written_is_left_for_the_next_time(files: Files) -> None:
    files.write("caregivers_2.csv", GOOD)
    path = files.write("caregivers_1.csv", GOOD)
    done = threading.Event()

    def keep_writing() -> None:
        with path.open("ab") as stream:
            while not done.wait(0.02):
                stream.write(b"more\n")
                stream.flush()

    writer = threading.Thread(target=keep_writing)
    writer.start()
    try:
        verdicts = files.landing.sweep(files.drop, settle_seconds=0.3)
    finally:
        done.set()
        writer.join()
    assert [verdict.file for verdict in verdicts] == ["caregivers_2.csv"]
    assert left(files) == ["caregivers_1.csv"]
    assert files.rows("arrival") == 1


def test_what_is_settled_is_told_without_waiting(files: Files) -> None:
    files.write("young.csv", GOOD)
    old = files.write("old.csv", GOOD)
    os.utime(old, (time.time() - 60, time.time() - 60))
    assert [path.name for path, _ in settled(files.drop, 30)] == ["old.csv"]


def test_a_file_that_grows_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "caregivers_1.csv"
    path.write_bytes(GOOD)
    look_at = receive._Seen.look_at

    def grow(seen: receive._Seen, chunk: bytes) -> None:
        with path.open("ab") as stream:
            stream.write(b"x" if path.stat().st_size < 2000 else b"")
        look_at(seen, chunk)

    monkeypatch.setattr(receive._Seen, "look_at", grow)
    with pytest.raises(receive.Refused, match="STILL-BEING-WRITTEN"):
        receive.receive(path, tmp_path / "kept")
    assert list((tmp_path / "kept").iterdir()) == []


def test_a_file_replaced_while_it_landed_is_not_thrown_away(files: Files) -> None:
    path = files.write("caregivers_1.csv", GOOD)
    newer = text_of("caregivers", [{"caregiver_id": "G77"}])

    def replace(*_: object) -> None:
        path.unlink()
        path.write_text(newer)

    files.make_landing(hand_on=replace).sweep(files.drop, settle_seconds=0)
    assert path.read_text() == newer
    files.landing.sweep(files.drop, settle_seconds=0)
    assert left(files) == []
    assert files.rows("caregiver") == 7


def test_what_a_crash_left_aside_comes_back(files: Files) -> None:
    aside = files.drop / ".taken-1-2"
    aside.mkdir()
    (aside / "caregivers_1.csv").write_bytes(GOOD)
    assert files.landing.sweep(files.drop, settle_seconds=0) == []
    os.utime(aside, (time.time() - 90, time.time() - 90))
    (verdict,) = files.landing.sweep(files.drop, settle_seconds=0)
    assert (verdict.verdict, verdict.file) == ("landed", "caregivers_1.csv")
    assert left(files) == []


def test_what_another_sweep_took_meanwhile_is_no_news(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = files.write("caregivers_1.csv", GOOD)
    seen = sweep._still

    def gone(*arguments: Any) -> Any:
        found = seen(*arguments)
        path.unlink()
        return found

    monkeypatch.setattr(sweep, "_still", gone)
    assert files.landing.sweep(files.drop, settle_seconds=0) == []
    assert files.rows("arrival") == 0


def test_one_file_that_cannot_be_tried_does_not_stop_the_others(files: Files) -> None:
    files.write("acknowledgements_1.csv", "x")
    files.write("caregivers_1.csv", GOOD)
    files.write("incidents_1.csv", text_of("incidents", [{}]))

    def hand_on(_: object, table: str, __: int) -> None:
        if table == "landing.caregiver":
            raise PermanentFailure("the queue is full")

    landing = files.make_landing(hand_on=hand_on)
    with pytest.raises(PermanentFailure, match=r"drop folder: 1; .*queue is full"):
        landing.sweep(files.drop, settle_seconds=0)
    assert left(files) == ["caregivers_1.csv"]
    assert (files.rows("caregiver"), files.rows("incident")) == (0, 1)


def test_only_the_feeds_asked_for_are_taken(files: Files) -> None:
    files.write("caregivers_1.csv", GOOD)
    files.write("incidents_1.csv", text_of("incidents", [{}]))
    files.write("wages.csv", "a")
    verdicts = files.landing.sweep(files.drop, settle_seconds=0, feeds=["incidents"])
    assert [verdict.feed for verdict in verdicts] == ["incidents"]
    assert left(files) == ["caregivers_1.csv", "wages.csv"]


def test_a_drop_folder_that_is_not_there_is_empty(files: Files, tmp_path: Path) -> None:
    assert files.landing.sweep(tmp_path / "nowhere") == []


def test_pieces_a_crash_left_behind_are_cleared_after_a_day(files: Files) -> None:
    files.kept.mkdir()
    for name, age in ((".incoming-old", 90_000), (".incoming-new", 60)):
        piece = files.kept / name
        piece.write_text("x")
        os.utime(piece, (time.time() - age, time.time() - age))
    files.landing.sweep(files.drop)
    assert [path.name for path in files.kept.iterdir()] == [".incoming-new"]


def test_a_drop_folder_that_cannot_be_cleared_is_said_to_be_so(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.write("caregivers_1.csv", GOOD)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(PermanentFailure, match=r"cannot be cleared .* right to write"):
        files.landing.sweep(files.drop, settle_seconds=0)
    assert files.rows("caregiver") == 6
