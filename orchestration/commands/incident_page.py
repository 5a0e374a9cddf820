"""How incidents are laid out."""

from collections.abc import Sequence

from orchestration.commands.printing import show, table
from orchestration.views.incidents import IncidentLine, IncidentPage
from orchestration.views.sentences import counted
from orchestration.views.sight import Sight


def open_line(lines: Sequence[IncidentLine]) -> str:
    """All open incidents in one sentence: ``2 open incidents: 1 P1, 1 P2 (1 held back)``."""
    by_severity = [line.severity for line in lines]
    counts = [f"{by_severity.count(severity)} {severity}" for severity in sorted({*by_severity})]
    held = sum(line.state == "held back" for line in lines)
    apart = f" ({held} held back by what explains them)" if held else ""
    return f"{counted(len(lines), 'open incident')}: {', '.join(counts)}{apart}."


def show_incidents(sight: Sight, lines: Sequence[IncidentLine]) -> None:
    """One row each, then what each says in a sentence."""
    if not lines:
        show("No incident is open.")
        return
    table(
        "Incidents",
        ("no.", "severity", "state", "what", "where", "cause", "since", "records", "owner"),
        (
            (
                *(line.incident, line.severity, line.state, line.kind, line.subject),
                *(line.cause or None, sight.local(line.since), line.records, line.owner),
            )
            for line in lines
        ),
        right=(0, 7),
    )
    show()
    for line in lines:
        show(f"{line.incident}: {line.sentence}")


def show_incident(sight: Sight, page: IncidentPage) -> None:
    """The sentence, then everything that happened."""
    show(f"Incident {page.about.incident}: {page.about.sentence}")
    show()
    table(
        "History",
        ("at", "what", "who", "why"),
        ((sight.local(each.at), each.what, each.who, each.why) for each in page.history),
    )
