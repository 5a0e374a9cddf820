"""The clearinghouse to try against reads our files by itself and answers like a partner."""

import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from orchestration.cli import main
from orchestration.ground.business_time import WorkingTime, parse_limit
from orchestration.ground.failures import CarehopsFailure, FileRefused
from orchestration.partners.simulator.behaviour import (
    OWN_BEHAVIOURS,
    Behaviour,
    Faults,
    Level,
    Payment,
    Style,
    read_behaviours,
)
from orchestration.partners.simulator.clearinghouse import Answer, Clearinghouse
from orchestration.partners.simulator.folder import Answered, Folders, answer
from orchestration.partners.simulator.reading import NoInterchange, read_claims
from orchestration.partners.simulator.truth import truth
from orchestration.partners.x12.claim import Claim
from orchestration.partners.x12.replies import read_replies
from orchestration.partners.x12.reply_rows import ReplyRow
from orchestration.partners.x12.writer import write_837
from tests.unit.sample_batch import (
    BILLING,
    ENVELOPE,
    LINE,
    PAYER,
    RECEIVER,
    SUBMITTER,
    claim_number,
    every_kind_of_claim,
)
from tests.unit.test_x12_kinds_of_claim import (
    INSTITUTIONAL_CLAIMS,
    PROFESSIONAL_CLAIMS,
    institutional,
    professional,
    write,
)

MONDAY = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
LONG_AFTER = MONDAY + timedelta(days=60)
EASTERN = WorkingTime(ZoneInfo("America/New_York"))


def after(first: str, last: str = "", **changes: object) -> Level:
    limits = parse_limit(first), parse_limit(last or first)
    return Level("always", limits, **changes)  # type: ignore[arg-type]  # fields by name


PROMPT = Behaviour(
    name="prompt",
    payers=(),
    calendar=EASTERN,
    levels={
        "TA1": after("5 minutes"),
        "999": after("1 hour"),
        "clearinghouse 277CA": after("2 hours"),
        "payer 277CA": after("1 day"),
        "835": after("14 days"),
    },
)


def file_of(claims: Iterable[Claim], number: int = 1, per_set: int = 1000) -> bytes:
    envelope = replace(
        ENVELOPE, interchange_control=number, group_control=number, batch_ref=f"B{number}"
    )
    stream = io.StringIO()
    write_837(
        *(stream, envelope),
        submitter=SUBMITTER,
        receiver=RECEIVER,
        billing=BILLING,
        payer=PAYER,
        claims=claims,
        per_set=per_set,
    )
    return stream.getvalue().encode("ascii")


def claims(count: int) -> list[Claim]:
    return [claim_number(number) for number in range(1, count + 1)]


def opened(behaviour: Behaviour = PROMPT, **changes: object) -> Clearinghouse:
    return Clearinghouse([behaviour], seed=7, **changes)  # type: ignore[arg-type]  # by name


def said(answers: Iterable[Answer]) -> list[ReplyRow]:
    """What our own reader understands; nothing may be left over."""
    rows = []
    for one in answers:
        read = read_replies(one.content)
        assert not read.unreadable, one.name
        assert not read.doubts, one.name
        rows += read.rows
    return rows


def told(behaviour: Behaviour, sent: Sequence[Claim], **changes: object) -> list[ReplyRow]:
    house = opened(behaviour, **changes)
    house.receive(file_of(sent), MONDAY)
    return said(house.answers(LONG_AFTER))


def outcomes(rows: Iterable[ReplyRow], kind: str, level: str = "claim") -> Counter[str]:
    return Counter(row.outcome for row in rows if (row.kind, row.level) == (kind, level))


def test_its_reader_finds_every_kind_of_claim() -> None:
    sent = every_kind_of_claim()
    file = read_claims(file_of(sent, number=12, per_set=3))
    assert (file.sender, file.receiver) == ("AGENCY01", "CLRHOUSE01")
    assert (file.interchange, file.group, file.fault) == ("000000012", "12", "")
    assert [one.reference for one in file.sets] == ["B12-0001", "B12-0002", "B12-0003"]
    assert all(one.provider == BILLING.npi and not one.fault for one in file.sets)
    for found, claim in zip(file.claims, sent, strict=True):
        assert found.claim_id == claim.claim_id
        assert found.charge == claim.total
        assert found.frequency == claim.frequency
        assert found.original == (claim.payer_claim_number or "")
        assert found.payer == PAYER.payer_id
        assert found.member_known
        assert [line.key for line in found.lines] == [line.line_key for line in claim.lines]
        assert [line.charge for line in found.lines] == [line.charge for line in claim.lines]


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        *((professional(kind), write(professional(kind))) for kind in PROFESSIONAL_CLAIMS),
        *((institutional(kind), write(institutional(kind))) for kind in INSTITUTIONAL_CLAIMS),
    ],
    ids=[*PROFESSIONAL_CLAIMS, *(f"institutional {kind}" for kind in INSTITUTIONAL_CLAIMS)],
)
def test_whatever_we_can_claim_it_reads_and_answers(claim: Claim, text: str) -> None:
    (found,) = read_claims(text.encode()).claims
    assert (found.claim_id, found.charge) == (claim.claim_id, claim.total)
    assert (found.payer, found.sequence) == (PAYER.payer_id, claim.payer_order)
    assert found.member_known
    for seen, line in zip(found.lines, claim.lines, strict=True):
        assert (seen.key, seen.charge) == (line.line_key, line.charge)
        assert seen.procedure == ":".join(("HC", line.service_code, *line.modifiers))
        assert Decimal(seen.units) == line.units
    house = opened()
    house.receive(text.encode(), MONDAY)
    rows = said(house.answers(LONG_AFTER))
    if claim.frequency == "1":
        assert outcomes(rows, "835") == {"paid": 1}
    else:
        assert outcomes(rows, "277CA") == {"rejected": 1}


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda text: text.replace(b"IEA*1*", b"OOO*1*"), "023"),
        (lambda text: text[: len(text) // 2], "023"),
        (lambda text: text.replace(b"GE*1*", b"GE*2*"), "024"),
    ],
)
def test_its_reader_sees_a_broken_envelope(spoil: Callable[[bytes], bytes], fault: str) -> None:
    assert read_claims(spoil(file_of(claims(2)))).fault == fault


def test_what_is_no_interchange_is_answered_by_nobody() -> None:
    with pytest.raises(NoInterchange):
        read_claims(b"<html>no</html>")
    house = opened()
    house.receive(b"", MONDAY)
    assert house.unreadable == 1
    assert list(house.answers(LONG_AFTER)) == []


def test_a_good_claim_is_answered_rung_by_rung_and_paid() -> None:
    house = opened()
    house.receive(file_of(claims(1)), MONDAY)
    heard = [
        (at - MONDAY, row.kind, row.level, row.outcome)
        for at, row in ((one.at, row) for one in house.answers(LONG_AFTER) for row in said([one]))
        if row.level in ("interchange", "group", "claim")
    ]
    assert [row[1:] for row in heard] == [
        ("TA1", "interchange", "accepted"),
        ("999", "group", "accepted"),
        ("277CA", "claim", "received"),
        ("277CA", "claim", "accepted"),
        ("835", "claim", "paid"),
    ]
    assert [row[0] for row in heard[:4]] == [
        timedelta(minutes=5), timedelta(hours=1), timedelta(hours=2), timedelta(days=1)
    ]  # fmt: skip


def test_it_answers_when_the_time_has_come_and_only_once() -> None:
    house = opened()
    house.receive(file_of(claims(1)), MONDAY)
    assert len(list(house.answers(MONDAY + timedelta(minutes=4)))) == 0
    assert len(list(house.answers(MONDAY + timedelta(minutes=5)))) == 1
    assert len(list(house.answers(MONDAY + timedelta(minutes=5)))) == 0
    assert len(list(house.answers(LONG_AFTER))) == 4


def test_the_same_seed_gives_the_same_bytes() -> None:
    def answers(seed: int) -> list[Answer]:
        house = Clearinghouse(read_behaviours(), seed, orphans=1)
        for number in (1, 2):
            house.receive(file_of(claims(50), number), MONDAY)
        return list(house.answers(LONG_AFTER))

    assert answers(3) == answers(3)
    assert answers(3) != answers(4)


@pytest.mark.parametrize("level", ["clearinghouse 277CA", "payer 277CA"])
def test_a_share_of_claims_is_refused_and_hears_no_more(level: str) -> None:
    refusing = replace(
        PROMPT, levels={**PROMPT.levels, level: replace(PROMPT.levels[level], rejects=0.1)}
    )
    rows = told(refusing, claims(400))
    refused = outcomes(rows, "277CA")["rejected"]
    assert 20 <= refused <= 60
    assert outcomes(rows, "835")["paid"] == 400 - refused


def test_a_refused_set_is_a_partly_accepted_group() -> None:
    levels = {**PROMPT.levels, "999": after("1 hour", rejects=0.5)}
    house = opened(replace(PROMPT, levels=levels))
    house.receive(file_of(claims(40), per_set=4), MONDAY)
    rows = said(house.answers(LONG_AFTER))
    assert outcomes(rows, "999", "group") == {"partial": 1}
    sets = outcomes(rows, "999", "set")
    assert sets["rejected"] > 0
    assert outcomes(rows, "277CA")["accepted"] == 4 * sets["accepted"]


def test_a_second_interchange_of_one_number_is_refused_and_its_claims_are_held_once() -> None:
    house = opened()
    for _ in range(2):
        house.receive(file_of(claims(3)), MONDAY)
    rows = said(house.answers(LONG_AFTER))
    assert outcomes(rows, "TA1", "interchange") == {"accepted": 1, "rejected": 1}
    assert outcomes(rows, "835") == {"paid": 3}
    assert {"interchange_came_twice": "000000001", "receiver": "CLRHOUSE01", "times": 2} in list(
        truth(house, LONG_AFTER)
    )


def test_a_claim_it_holds_is_no_new_claim() -> None:
    house = opened()
    for number in (1, 2):
        house.receive(file_of(claims(1), number), MONDAY)
    rows = said(house.answers(LONG_AFTER))
    refused = [row for row in rows if row.outcome == "rejected"]
    assert [row.codes for row in refused] == [("A3:54:PR",)]
    assert house.book.doubled == ["V000001"]
    assert outcomes(rows, "835") == {"paid": 1}


def test_a_replacement_takes_back_what_was_paid_and_a_void_all_of_it() -> None:
    house = opened()
    house.receive(file_of(claims(1)), MONDAY)
    first = [row for row in said(house.answers(LONG_AFTER)) if row.kind == "835"]
    number = next(row.payer_claim_number for row in first if row.level == "claim")
    for turn, (frequency, expected) in enumerate(
        [("7", ["reversed", "paid"]), ("8", ["reversed"])], start=2
    ):
        again = replace(claim_number(1), frequency=frequency, payer_claim_number=number)  # type: ignore[arg-type]  # a Literal
        at = LONG_AFTER + turn * timedelta(days=60)
        house.receive(file_of([again], turn), at)
        rows = said(house.answers(at + timedelta(days=59)))
        assert [
            row.outcome for row in rows if (row.kind, row.level) == ("835", "claim")
        ] == expected


def test_a_replacement_of_what_it_does_not_hold_is_refused() -> None:
    stranger = replace(claim_number(1), frequency="7", payer_claim_number="ICN1")
    rows = told(PROMPT, [stranger])
    assert outcomes(rows, "277CA") == {"rejected": 1}


def test_some_payers_take_no_replacements() -> None:
    house = opened(replace(PROMPT, payment=Payment(replaces=False)))
    house.receive(file_of(claims(1)), MONDAY)
    said(house.answers(LONG_AFTER))
    number = house.book.held["V000001"].payer_number
    again = replace(claim_number(1), frequency="7", payer_claim_number=number)
    house.receive(file_of([again], 2), LONG_AFTER)
    rows = said(house.answers(LONG_AFTER + timedelta(days=60)))
    assert outcomes(rows, "277CA")["rejected"] == 1


def test_every_payment_adds_up_whatever_is_paid_denied_taken_back_or_kept_back() -> None:
    odd = Payment(denied=0.2, part=0.3, forwarded=0.1, reversed=0.3, recouped=0.2)
    two = replace(LINE, line_key="L2", charge=Decimal("12.34"), units=Decimal(3), modifiers=("U1",))
    sent = [
        replace(one, lines=(*one.lines, two), total=one.total + two.charge) for one in claims(200)
    ]
    rows = told(replace(PROMPT, payment=odd), sent)  # `said` refuses what does not balance
    seen = outcomes(rows, "835")
    assert set(seen) == {"paid", "denied", "forwarded", "reversed"}
    assert outcomes(rows, "835", "adjustment")["adjusted"] > 0
    assert any(row.outcome == "unpaid" for row in rows if row.level == "line")


def test_a_payment_that_does_not_add_up_is_one_and_leaves_claims_a_rung_lower() -> None:
    house = opened(replace(PROMPT, faults=Faults(unbalanced=1)))
    house.receive(file_of(claims(1)), MONDAY)
    doubts = [
        doubt.reason
        for one in house.answers(LONG_AFTER)
        for doubt in read_replies(one.content).doubts
    ]
    assert doubts == ["payment_out_of_balance"]
    assert [row["rung"] for row in truth(house, LONG_AFTER)] == ["835"]


@pytest.mark.parametrize(
    ("fault", "rows_for_each"),
    [
        ("lost", {"277CA": 0, "835": 0}),
        ("swallowed", {"277CA": 0, "835": 0}),
        ("duplicates", {"277CA": 4, "835": 2}),
        ("contradictions", {"277CA": 4, "835": 1}),
    ],
)
def test_a_fault_that_always_happens(fault: str, rows_for_each: dict[str, int]) -> None:
    rows = told(replace(PROMPT, faults=Faults(**{fault: 1.0})), claims(5))
    for kind, times in rows_for_each.items():
        assert sum(outcomes(rows, kind).values()) == 5 * times


def test_answers_out_of_order_end_on_the_same_rung() -> None:
    house = opened(replace(PROMPT, faults=Faults(out_of_order=1)))
    house.receive(file_of(claims(1)), MONDAY)
    kinds = [row.kind for row in said(house.answers(LONG_AFTER)) if row.level == "claim"]
    assert kinds.index("835") < len(kinds) - 1
    assert [row["rung"] for row in truth(house, LONG_AFTER)] == ["posted"]


def test_a_torn_copy_comes_before_the_good_one() -> None:
    house = opened(replace(PROMPT, faults=Faults(malformed=1)))
    house.receive(file_of(claims(2)), MONDAY)
    answers = list(house.answers(LONG_AFTER))
    for bad, good in zip(answers[::2], answers[1::2], strict=True):
        assert bad.content != good.content
        assert read_replies(bad.content).unreadable or read_replies(bad.content).doubts
    assert outcomes(said(answers[1::2]), "835") == {"paid": 2}


def test_orphans_and_wrong_numbers_name_nothing_of_ours_and_stand_in_the_truth() -> None:
    house = opened(orphans=4, wrong_numbers=1)
    for number in range(1, 6):
        sent = [claim_number(number * 10 + one) for one in range(3)]
        house.receive(file_of(sent, number), MONDAY)
    rows = said(house.answers(LONG_AFTER))
    orphans = [row for row in truth(house, LONG_AFTER) if "orphan" in row]
    assert Counter(row["kind"] for row in orphans) == {"TA1": 1, "999": 1, "277CA": 1, "835": 1}
    wrong = [row for row in truth(house, LONG_AFTER) if "wrong_number" in row]
    assert [row["kind"] for row in wrong] == ["999"]
    groups = {row.group_control for row in rows if row.kind == "999"}
    assert wrong[0]["wrong_number"] in groups
    assert "1" not in groups


def test_orphans_and_wrong_numbers_come_by_share_too() -> None:
    house = opened(replace(PROMPT, faults=Faults(orphans=1, wrong_numbers=1)))
    for number in (1, 2):
        house.receive(file_of([claim_number(number)], number), MONDAY)
    said(house.answers(LONG_AFTER))
    assert (len(house.strays), len(house.mistaken)) == (2, 2)


def test_a_payer_that_pays_on_thursdays_pays_on_thursdays_and_a_holiday_moves_it() -> None:
    closed = replace(EASTERN, closures=(date(2026, 3, 19),))
    weekly = {"835": after("14 days", days=(3,))}
    paid_on = {
        calendar: next(opened_at(replace(PROMPT, levels=weekly, calendar=calendar)))
        for calendar in (EASTERN, closed)
    }
    assert paid_on[EASTERN].date() == date(2026, 3, 19)
    assert paid_on[closed].date() == date(2026, 3, 20)


def opened_at(behaviour: Behaviour) -> Iterator[datetime]:
    house = opened(behaviour)
    house.receive(file_of(claims(1)), MONDAY)
    return (one.at for one in house.answers(LONG_AFTER))


def test_what_comes_after_the_cut_off_comes_on_the_next_working_day() -> None:
    early = replace(PROMPT, cut_off=time(9, 59), levels={"TA1": after("1 hour")})
    assert next(opened_at(early)) == datetime(2026, 3, 3, 6, 0, tzinfo=UTC)


def test_a_partner_with_its_own_separators_is_understood() -> None:
    style = Style(element="|", component=">", segment="'", new_line=False)
    assert outcomes(told(replace(PROMPT, style=style), claims(2)), "835") == {"paid": 2}


def test_a_silent_partner_says_nothing() -> None:
    assert told(replace(PROMPT, levels={}), claims(2)) == []


def test_between_folders_it_goes_on_where_it_ended(tmp_path: Path) -> None:
    folders = Folders(tmp_path / "out", tmp_path / "in", tmp_path / "book")
    folders.outbox.mkdir()
    (folders.outbox / "B1.837").write_bytes(file_of(claims(3)))

    def call(until: datetime) -> Answered:
        return answer([PROMPT], 7, folders, now=MONDAY, until=until)

    assert call(MONDAY) == Answered(1, 0)
    assert call(MONDAY + timedelta(hours=1)) == Answered(0, 2)
    for path in folders.replies.iterdir():
        path.unlink()  # landed
    assert call(MONDAY + timedelta(hours=1)) == Answered(0, 0)
    (folders.outbox / "B2.837").write_bytes(file_of([claim_number(9)], 2))
    assert call(LONG_AFTER) == Answered(1, 7)
    assert len(list(folders.replies.iterdir())) == 7
    assert (folders.book / "truth.jsonl").read_text().count('"rung": "posted"') == 4


def test_cut_short_it_leaves_the_same_files_again(tmp_path: Path) -> None:
    folders = Folders(tmp_path / "out", tmp_path / "in", tmp_path / "book")
    folders.outbox.mkdir()
    (folders.outbox / "B1.837").write_bytes(file_of(claims(3)))
    answer([PROMPT], 7, folders, now=MONDAY, until=LONG_AFTER)
    left = {path.name: path.read_bytes() for path in folders.replies.iterdir()}
    journal = folders.book / "journal.jsonl"
    lines = journal.read_text().splitlines(keepends=True)
    journal.write_text("".join(lines[:-1]) + lines[-1][:5])
    for path in folders.replies.iterdir():
        path.unlink()
    answer([PROMPT], 7, folders, now=MONDAY, until=LONG_AFTER)
    assert {path.name: path.read_bytes() for path in folders.replies.iterdir()} == left
    assert journal.read_text().splitlines(keepends=True) == lines


def test_a_book_is_gone_on_with_under_its_own_seed_only(tmp_path: Path) -> None:
    folders = Folders(tmp_path, tmp_path / "in", tmp_path / "book")
    answer([PROMPT], 7, folders, now=MONDAY, until=MONDAY)
    with pytest.raises(CarehopsFailure, match="another seed"):
        answer([PROMPT], 8, folders, now=MONDAY, until=MONDAY)


def test_our_own_partners_can_be_read() -> None:
    assert {one.name for one in read_behaviours()} >= {"any_payer", "maple_care_plan"}


@pytest.mark.parametrize(
    ("old", "new", "said_of_it"),
    [
        ("rejects = 0.03", "rejects = 3", "no share"),
        ('"999"', '"998"', "no answer"),
        ('"5 minutes"', '"soon"', "no two lengths"),
        ("denied", "dneied", "not known"),
        ("payers = []", "payers = 1", "must be a list"),
    ],
)
def test_a_wrong_behaviour_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, said_of_it: str
) -> None:
    text = (OWN_BEHAVIOURS / "any_payer.toml").read_text()
    assert old in text
    (tmp_path / "any_payer.toml").write_text(text.replace(old, new, 1))
    with pytest.raises(FileRefused, match=said_of_it) as refused:
        read_behaviours(tmp_path)
    assert "any_payer.toml:" in str(refused.value)


def test_a_folder_without_a_partner_for_everyone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CarehopsFailure, match="exactly one"):
        read_behaviours(tmp_path)


def test_the_command_takes_in_now_and_answers_until_then(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "B1.837").write_bytes(file_of(claims(3)))

    def call(now: str, until: str) -> str:
        folders = [("--outbox", "out"), ("--replies", "in"), ("--book", "book")]
        where = [part for option, name in folders for part in (option, str(tmp_path / name))]
        told = CliRunner().invoke(main, ["--now", now, "clearinghouse", *where, "--until", until])
        assert told.exit_code == 0, told.output
        return told.output

    said_first = call("2026-03-02T15:00:00Z", "2026-03-02T15:00:00Z")
    assert said_first.startswith("1 file taken in, 0 answers left in")
    assert "0 files taken in, 0 answers" not in call("2026-03-09T15:00:00Z", "2026-04-20T15:00:00Z")
    assert list((tmp_path / "in").glob("CLRHOUSE01_835_*.x12"))
    assert "0 files taken in, 0 answers" in call("2026-03-09T15:00:00Z", "2026-04-20T15:00:00Z")
