"""Each claim of a transaction set by itself, as a set of its own."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from orchestration.partners.x12.gates.document import SetText
from orchestration.partners.x12.gates.finding import Finding
from orchestration.partners.x12.gates.reading import Level, Loop, SetRead


@dataclass(frozen=True, slots=True)
class Part:
    """A set that holds one claim.

    Args:
        claim_id: The claim, as it calls itself.
        text: The set.
        places: Where each of its segments stands in the set it was taken from.
    """

    claim_id: str
    text: SetText
    places: tuple[int, ...]

    def placed(self, finding: Finding) -> Finding:
        """The finding as one of the whole set."""
        there = 0 < finding.position <= len(self.places)
        return replace(finding, position=self.places[finding.position - 1] if there else 0)


def claims_alone(one: SetText, read: SetRead) -> Iterator[Part]:
    """Every claim with the levels above it, which are numbered anew."""
    last = read.all_segs[-1]
    end = last.place if last.name == "SE" else last.place + 1
    starts = sorted([loop.head.place for loop in (*read.levels, *read.claims)] + [end])
    top = range(1, starts[0])

    def own(loop: Loop) -> range:
        return range(loop.head.place, next(at for at in starts if at > loop.head.place))

    for claim in read.claims:
        levels = [level for level in (claim.billing, claim.subscriber, claim.patient) if level]
        runs = (top, *map(own, levels), own(claim))
        places = tuple(place for run in runs for place in run)
        yield Part(claim.claim_id, _renumbered(one, places, levels), (*places, last.place))


def _renumbered(one: SetText, places: tuple[int, ...], levels: list[Level]) -> SetText:
    element = one.separators.element
    numbers = {level.head.place: number for number, level in enumerate(levels, start=1)}
    lines = []
    for place in places:
        text = one.segments[place - 1]
        if place in numbers:
            number = numbers[place]
            above = str(number - 1) if number > 1 else ""
            kept = text.split(element)[3:4]
            has_children = "1" if number < len(levels) else "0"
            text = element.join(("HL", str(number), above, *kept, has_children))
        lines.append(text)
    control = lines[0].split(element)[2:3]
    lines.append(element.join(("SE", str(len(lines) + 1), *control)))
    return replace(one, segments=tuple(lines))
