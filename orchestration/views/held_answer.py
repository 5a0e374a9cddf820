"""What a trace answers when all that ever came of a record was held at landing."""

from orchestration.views import sentences, way
from orchestration.views.answer import Trace
from orchestration.views.held_lines import HeldLine
from orchestration.views.sight import Sight


def held_answer(sight: Sight, asked: str, held: tuple[HeldLine, ...]) -> Trace:
    """All that ever came of it was held at landing."""
    line = next((line for line in reversed(held) if line.waits), None)
    steps = tuple(way.landing_steps(sight, (), held))
    if line is None:
        sentence = sentences.about_ended_line(sight, asked, held[-1])
        return Trace(
            asked=asked,
            kind="held line",
            sentence=sentence,
            record=asked,
            hop="landing",
            state="settled",
            way=steps,
            held_lines=held,
        )
    owner = next((feed.owner for feed in sight.feeds if feed.name == line.file.feed), "nobody")
    return Trace(
        asked=asked,
        kind="held line",
        sentence=sentences.about_held_line(sight, asked, line, owner),
        record=asked,
        hop="landing",
        state="held",
        next="landed",
        stuck_since=line.held_at,
        reason_class=line.reason_class,
        reason_code=line.codes[0],
        owner=owner,
        next_step=str(line.reasons[0]["next_step"]),
        way=steps,
        held_lines=held,
    )
