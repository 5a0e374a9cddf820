"""Every kind of thing that goes wrong, in the order it is planted: the rarest first.

A kind takes visits nothing else is wrong with, so that what must be found stays certain.
"""

from assets.sample import (
    allowed,
    faults_at_the_clock,
    faults_of_cover,
    faults_of_delivery,
    faults_of_overlap,
    faults_of_record,
    faults_of_whereabouts,
    faults_on_paper,
)
from assets.sample.kinds import Kind
from assets.sample.world import World

KINDS: tuple[Kind, ...] = tuple(
    sorted(
        (
            *faults_at_the_clock.KINDS,
            *faults_on_paper.KINDS,
            *faults_of_cover.KINDS,
            *faults_of_delivery.KINDS,
            *faults_of_overlap.KINDS,
            *faults_of_record.KINDS,
            *faults_of_whereabouts.KINDS,
            *allowed.KINDS,
        ),
        key=lambda kind: kind.share,
    )
)

#: Codes no feed can bring about: the agency's own facts or the product's own arithmetic would have
#: to be wrong, or two hops to run at the same time.
NOT_IN_FEEDS = {
    "PROV-NPI": "the agency's own number stands in agency.toml",
    "CLM-CHARGE": "a charge is computed, never received",
    "CLM-ANSWERED": "a claim goes out again only when somebody asks for it",
    "CLM-PART": "a claim goes out again only when somebody asks for it",
    "CLM-FREQ": "a change is sent as a new claim only when somebody asks for it",
    "UNIT-GT-EVV": "needs a visit that is shortened between hop 3 and hop 4",
    "CLM-DUP": "a line cannot be claimed twice before it was claimed once",
    "RECON-REOPENED": "needs a visit that is taken back between hop 3 and hop 4",
    "AUTH-STALE-VERSION": "needs an authorization that lands between hop 3 and hop 4",
    "UNIT-RULE": "contracts are refused while they name a rule nobody knows",
    "UNIT-CARRY-WAITS": "no payer of the sample counts visits together",
    "MAP-VERSION": "the sample agency's contracts are approved",
    "CODE-INVALID": "a contract with such a code does not come into force",
    "CODE-POS": "a contract with such a place does not come into force",
    "EVV-WINDOW-BASIS": "the sample's senders state no window in their manifests",
    "EVV-BAD-ZONE": "landing holds such a line already",
}

#: A small sample has room for fewer kinds: this much of it may be odd.
MOST_ODD = 0.4


def plant_all(world: World) -> None:
    """Plant every kind at its rate, at least once where there is room."""
    visits = len(world.visits)
    odd = 0
    for kind in KINDS:
        for _ in range(max(1, round(kind.share * visits))):
            if odd > MOST_ODD * visits:
                return
            bearers = kind.plant(world)
            if not bearers:
                break
            for visit in bearers:
                visit.fault = kind.name
                visit.is_plain = False
                visit.codes[kind.hop] = kind.codes
                visit.warnings[kind.hop] = kind.warns
            odd += len(bearers)
            world.planted[kind.name] = world.planted.get(kind.name, 0) + 1
