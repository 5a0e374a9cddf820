"""Defects of a transaction set's frame: its levels, its own numbers, what stands in its header."""

from typing import Final, NamedTuple

from orchestration.partners.x12.gates.reading import Level, SetRead
from orchestration.partners.x12.gates.rule import Rule

MOST_CLAIMS: Final = 5000
_PARENTS: Final = {"20": "", "22": "20", "23": "22"}


class Nested(NamedTuple):
    """A level and where it stands.

    Args:
        level: The level.
        number: How many levels there are up to it.
        parent: The number of the nearest level above it that may hold it; blank for none.
    """

    level: Level
    number: int
    parent: str


def nested(read: SetRead) -> list[Nested]:
    """Every level of a set with the place it should have."""
    latest = {"": ""}
    levels = []
    for number, level in enumerate(read.levels, start=1):
        parent = latest.get(_PARENTS.get(level.kind, ""), "")
        levels.append(Nested(level, number, parent))
        latest[level.kind] = level.head[1]
    return levels


SET_RULES: Final[tuple[Rule[SetRead], ...]] = (
    Rule(
        "set_names_other_guide_than_group",
        "ST",
        "ST03",
        "ST03 must equal GS08.",
        lambda read: read.head[3] != read.group_guide,
    ),
    Rule(
        "set_is_no_claim_set",
        "ST",
        "ST01",
        "Only sets of claims (837) belong in this file.",
        lambda read: read.head[1] != "837",
    ),
    Rule(
        "set_holds_no_claim",
        "ST",
        "",
        "There is no claim in this transaction set: leave it out.",
        lambda read: not read.claims,
    ),
    Rule(
        "too_many_claims_in_set",
        "ST",
        "",
        "Put at most 5,000 claims into a transaction set.",
        lambda read: len(read.claims) > MOST_CLAIMS,
    ),
    Rule(
        "set_count_differs",
        "SE",
        "SE01",
        "A segment was lost or split: look for a separator inside a text.",
        lambda read: (
            read.all_segs[-1].name == "SE" and read.all_segs[-1][1] != str(len(read.all_segs))
        ),
    ),
    Rule(
        "set_control_differs",
        "SE",
        "SE02",
        "ST02 and SE02 must be the same.",
        lambda read: read.all_segs[-1].name == "SE" and read.all_segs[-1][2] != read.head[2],
    ),
)

LEVEL_RULES: Final[tuple[Rule[Nested], ...]] = (
    Rule(
        "level_number_out_of_order",
        "HL",
        "HL01",
        "Levels are numbered from 1 in each transaction set, without a gap.",
        lambda at: at.level.head[1] != str(at.number),
    ),
    Rule(
        "level_kind_unknown",
        "HL",
        "HL03",
        "A level bills (20), is insured (22) or depends on somebody insured (23).",
        lambda at: at.level.kind not in _PARENTS,
    ),
    Rule(
        "level_parent_wrong",
        "HL",
        "HL02",
        "A level must name the level it belongs to, the nearest above it of the kind before.",
        lambda at: (
            at.level.head[2] != at.parent or (at.level.kind in {"22", "23"} and not at.parent)
        ),
    ),
    Rule(
        "level_children_differ",
        "HL",
        "HL04",
        "HL04 is 1 if levels below it follow, else 0.",
        lambda at: at.level.head[4] != ("1" if at.level.children else "0"),
    ),
)
