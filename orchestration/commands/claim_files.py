"""The command that puts a claim file through the three gates."""

import json
import sys
from typing import BinaryIO

import click

from assets.feeds.payer_contracts import PAYER_CONTRACTS
from orchestration.commands.opening import AS_JSON
from orchestration.commands.printing import show
from orchestration.ground.settings import read_settings
from orchestration.partners.payers.billed import billed_codes
from orchestration.partners.x12.gates.checking import FileCheck
from orchestration.partners.x12.gates.finding import Finding
from orchestration.partners.x12.gates.gatekeepers import standing_gatekeepers
from orchestration.partners.x12.gates.judging import Asked as Judged
from orchestration.views.sentences import counted

NOT_CLEAN = 1


@click.group()
def claims() -> None:
    """Claim files (X12 837): say whether they would come back."""


@claims.command("check")
@click.argument("file", type=click.File("rb"))
@AS_JSON
@click.option("--show", "with_text", is_flag=True, help="Quote each segment: a person's data.")
@click.option("--ours", is_flag=True, help="Also tell codes that no contract of ours bills.")
def check(file: BinaryIO, *, as_json: bool, with_text: bool, ours: bool) -> None:
    """Put any 837 file, professional or institutional, through the three gates.

    Says where, against which rule and how to mend it; a person's data only with --show. FILE may
    be - for standard input. Exit code 1: the file is not clean.
    """
    codes = None
    if ours:
        codes = billed_codes(PAYER_CONTRACTS.table, read_settings().agency_folder / "payers")
    gates = FileCheck(standing_gatekeepers(), Judged(with_text, codes))
    found = (_tell_json if as_json else _tell)(gates, file)
    sys.exit(NOT_CLEAN if found else 0)


def _tell(gates: FileCheck, file: BinaryIO) -> int:
    found = 0
    for one in gates.findings(file):
        found += 1
        show(f"{_where(one)}: {one.rule}. {one.mend}")
        if one.quoted:
            show(f"    {one.quoted}")
    show(
        f"{counted(gates.sets, 'transaction set')}, {counted(gates.tally.claims, 'claim')}, "
        f"{counted(gates.tally.lines, 'line')}, {gates.tally.total:,.2f} in all: "
        f"{counted(found, 'finding') if found else 'clean'}."
    )
    return found


def _where(one: Finding) -> str:
    place = (
        *((f"set {one.set_control}",) if one.set_control else ()),
        *((f"segment {one.position}",) if one.position else ()),
        one.element or one.segment or "file",
        *((f"claim {one.claim_id}",) if one.claim_id else ()),
        *((f"line {one.line_key}",) if one.line_key else ()),
    )
    return " ".join(place)


def _tell_json(gates: FileCheck, file: BinaryIO) -> int:
    """One object, written as it becomes known: a file may have any number of findings."""
    found = 0
    sys.stdout.write('{"findings": [')
    for one in gates.findings(file):
        told = {
            "set": one.set_control,
            "position": one.position,
            "segment": one.segment,
            "element": one.element,
            "claim": one.claim_id,
            "line": one.line_key,
            "rule": one.rule,
            "mend": one.mend,
            **({"text": one.quoted} if one.quoted else {}),
        }
        sys.stdout.write((",\n" if found else "\n") + json.dumps(told))
        found += 1
    counts = {
        "sets": gates.sets,
        "claims": gates.tally.claims,
        "lines": gates.tally.lines,
        "total": float(gates.tally.total),
        "is_clean": not found,
    }
    sys.stdout.write("\n], " + json.dumps(counts)[1:] + "\n")
    return found


COMMANDS = (claims,)
