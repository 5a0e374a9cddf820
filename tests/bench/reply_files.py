"""Files of replies of any size, fictional, written as a stream."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

_HEADER = (
    "ISA*00*          *00*          *ZZ*CLRHOUSE01     *ZZ*AGENCY01       "
    "*260316*0700*^*00501*000000503*0*T*:"
)
_RATE = 425
"""Cents of a unit."""


def write_remittance(path: Path, claims: int, seed: int = 1) -> int:
    """One payment of that many claims of two lines, one in ten of them denied.

    Returns:
        How many segments.
    """
    return _write(path, "835", "HP", "005010X221A1", _remittance(claims, seed))


def write_claim_answers(path: Path, claims: int, seed: int = 1) -> int:
    """A 277CA over that many claims, one in twenty-five of them refused.

    Returns:
        How many segments.
    """
    return _write(path, "277", "HN", "005010X214", _claim_answers(claims, seed))


def _write(path: Path, kind: str, group: str, guide: str, segments: Iterator[str]) -> int:
    count = 2
    with path.open("w", encoding="ascii", newline="") as stream:
        stream.write(f"{_HEADER}~\nGS*{group}*CLRHOUSE01*AGENCY01*20260316*0700*503*X*{guide}~\n")
        stream.write(f"ST*{kind}*0001{'' if kind == '835' else f'*{guide}'}~\n")
        for segment in segments:
            count += 1
            stream.write(segment + "~\n")
        stream.write(f"SE*{count}*0001~\nGE*1*503~\nIEA*1*000000503~\n")
    return count + 4


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}" if cents % 100 else str(cents // 100)


def _remittance(claims: int, seed: int) -> Iterator[str]:
    total = sum(paid for _, _, paid in _paid(claims, seed))
    yield (
        f"BPR*I*{_money(total)}*C*ACH*CCP*01*011000015*DA*0001*1512345678**01*011000015*DA*0002"
        "*20260318"
    )
    yield from ("TRN*1*EFT0001*1512345678", "DTM*405*20260316")
    yield from ("N1*PR*EXAMPLE MEDICAID PLAN", "N3*1 STATE STREET", "N4*COLUMBUS*OH*43004")
    yield "PER*BL*HELP DESK*TE*8005550100"
    yield from ("N1*PE*EXAMPLE HOME CARE LLC*XX*1999999984", "REF*TJ*123456789", "LX*1")
    for claim, charge, paid in _paid(claims, seed):
        status = 1 if paid else 4
        yield f"CLP*{claim}*{status}*{_money(charge)}*{_money(paid)}**MC*ICN{claim[1:]}*12*1"
        yield "NM1*QC*1*TESTPERSON*ALPHA****MI*000000000101"
        yield "NM1*82*2*EXAMPLE HOME CARE LLC*****XX*1999999984"
        yield from ("DTM*232*20260301", "DTM*233*20260307")
        first = charge // _RATE // 2 * _RATE
        for line, asked in enumerate((first, charge - first), start=1):
            got = asked * 3 // 4 if paid else 0
            yield f"SVC*HC:T1019:U1*{_money(asked)}*{_money(got)}**{asked // _RATE}"
            yield "DTM*472*20260302"
            yield f"CAS*CO*{45 if paid else 197}*{_money(asked - got)}"
            yield f"REF*6R*{claim}-{line}"
            if not paid:
                yield "LQ*HE*N54"


def _paid(claims: int, seed: int) -> Iterator[tuple[str, int, int]]:
    random = Random(seed)
    for number in range(1, claims + 1):
        units = random.randint(2, 40)
        charge = units * _RATE
        first = units // 2 * _RATE
        paid = first * 3 // 4 + (charge - first) * 3 // 4
        yield f"V{number:09d}", charge, paid if random.random() > 0.1 else 0


def _claim_answers(claims: int, seed: int) -> Iterator[str]:
    random = Random(seed)
    yield "BHT*0085*08*CH1*20260302*1105*TH"
    yield from ("HL*1**20*1", "NM1*PR*2*EXAMPLE MEDICAID PLAN*****PI*EXMCD1", "TRN*1*R1")
    yield from ("DTP*050*D8*20260302", "DTP*009*D8*20260302")
    yield from ("HL*2*1*21*1", "NM1*41*2*EXAMPLE HOME CARE LLC*****46*AGENCY01")
    yield from ("TRN*2*B000000001-0001", "STC*A1:19:PR*20260302*WQ*1000")
    yield from ("HL*3*2*19*1", "NM1*85*2*EXAMPLE HOME CARE LLC*****XX*1999999984")
    yield from ("TRN*1*0", "STC*A1:19:PR**WQ*1000")
    for number in range(1, claims + 1):
        yield f"HL*{number + 3}*3*PT"
        yield "NM1*QC*1*TESTPERSON*ALPHA****MI*000000000101"
        yield f"TRN*2*V{number:09d}"
        refused = random.random() < 0.04
        yield f"STC*{'A7:164:IL' if refused else 'A2:20:PR'}*20260302*{'U' if refused else 'WQ'}*68"
        if not refused:
            yield f"REF*1K*ICN{number:09d}"
        yield "DTP*472*RD8*20260301-20260307"
