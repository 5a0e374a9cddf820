"""Where notes, orders and assessments stand: status and dates, never their text."""

from datetime import time, timedelta

from orchestration.ground.business_time import Night
from orchestration.ground.contracts import Column, Delimited, Feed, Source, Table

DOCUMENT = Table(
    name="document",
    key=("document_id",),
    version="document_version",
    event_at="source_updated_at",
    meaning="One version of a document's status.",
    columns=(
        Column("document_id", "text", "The document.", required=True, identifies="document"),
        Column("document_version", "bigint", "Rises with each change.", required=True, at_least=1),
        Column(
            "document_kind",
            "text",
            "Visit note, order, or assessment.",
            required=True,
            one_of=("note", "order", "assessment"),
        ),
        Column("client_id", "text", "Whose.", required=True, identifies="client"),
        Column("visit_source", "text", "For a note: the EVV system of its visit."),
        Column("visit_id", "text", "For a note: its visit.", identifies="visit"),
        Column(
            "status",
            "text",
            "How far it is.",
            required=True,
            one_of=("draft", "complete", "signed", "locked"),
        ),
        Column("covers_from", "date", "For an order or assessment: first day it covers."),
        Column("covers_to", "date", "For an order or assessment: last day it covers."),
        Column("completed_at", "instant", "When it was completed."),
        Column("signed_at", "instant", "When it was signed."),
        Column("locked_at", "instant", "When it was locked against change."),
        Column("content_hash", "text", "Changes when the text changes.", pattern=r"[0-9a-f]{8,64}"),
        Column("source_updated_at", "instant", "When it was last changed.", required=True),
        Column("updated_by", "text", "Who changed it.", required=True),
    ),
)

DOCUMENTATION = Feed(
    name="documentation",
    meaning="Documentation status from the clinical record.",
    system="clinical_record",
    table=DOCUMENT,
    files="documentation_*.csv",
    dialect=Delimited(","),
    time_basis="utc",
    window_basis="updated_at",
    cadence=timedelta(hours=1),
    owner="Clinical supervisor",
    warn_after=timedelta(hours=2),
    fail_after=timedelta(hours=6),
    old_after=timedelta(hours=50),
    night=Night(begins=time(22), ends=time(6), slower=3),
    sources={column.name: Source(column.name) for column in DOCUMENT.columns},
)

FEEDS = (DOCUMENTATION,)
