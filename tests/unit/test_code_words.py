"""Codes of replies have words: our own, or the agency's where it has a list."""

from pathlib import Path

import pytest

from orchestration.ground.code_words import AGENCY_LIST, code_words, load_words, our_words
from orchestration.ground.failures import FileRefused, SetUpFailure


def write(folder: Path, *lines: str, name: str = "licensed.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(["code_list,code,wording", *lines, ""]))
    return path


@pytest.mark.parametrize(
    ("spelled", "words"),
    [
        ("025", "control number was used before"),
        ("IK304:3", "needed segment is missing"),
        ("IK403:7", "code not in the list"),
        ("A7:164:IL", "rejected: something is wrong; member number; member"),
        ("A2", "accepted for judgement"),
        ("CO:197", "no authorization or notice on file; by contract; the client owes nothing"),
        ("HE:N820", "EVV units do not meet the visit"),
        ("MOA:MA130", "cannot be processed; correct and send again"),
        ("CLP:22", "payment taken back"),
        ("PLB:WO", "overpayment recovered"),
    ],
)
def test_codes_are_spoken_as_replies_spell_them(spelled: str, words: str) -> None:
    assert our_words().spoken(spelled) == f"{spelled} ({words})"


@pytest.mark.parametrize("spelled", ["CO:9999", "BPR:ACH", "ZZ", "", ":"])
def test_a_code_without_words_stands_alone(spelled: str) -> None:
    assert our_words().spoken(spelled).startswith(spelled)


def test_every_word_of_ours_is_short() -> None:
    assert max(map(len, our_words().words.values())) <= 60


def test_the_agency_s_list_takes_precedence_code_by_code(tmp_path: Path) -> None:
    agency = tmp_path / "agency"
    agency.mkdir()
    loaded = load_words(
        write(tmp_path, 'CARC,197,"Precert, or notice absent."', "carc,999,Unheard of"),
        agency,
    )
    assert (loaded.lists, loaded.new) == ({"carc": 2}, 1)
    words = code_words(agency)
    assert words.of("carc", "197") == "Precert, or notice absent."
    assert words.of("carc", "198") == our_words().of("carc", "198")
    load_words(write(tmp_path, "rarc,N820,Another list"), agency)
    assert code_words(agency).of("carc", "197").startswith("Precert")
    assert [path.name for path in agency.iterdir()] == [AGENCY_LIST]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("carc,197", "three columns"),
        ("cars,197,Words", "no such list"),
        ("carc,Smith,Words", "no code"),
        ("carc,197,", "no wording"),
        ("carc,1,Words", "twice"),
    ],
)
def test_a_wrong_list_is_refused_whole_with_its_line(tmp_path: Path, line: str, why: str) -> None:
    path = write(tmp_path, "carc,1,Good", line)
    with pytest.raises(FileRefused, match=f"licensed.csv:3: .*{why}"):
        load_words(path, tmp_path)
    assert not (tmp_path / AGENCY_LIST).exists()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "header"),
        (b"a,b\n", "header"),
        (b"code_list,code,wording\n", "no code"),
        (b"\xff", "UTF"),
    ],
)
def test_what_is_no_list_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(FileRefused, match=why):
        load_words(path, tmp_path)


def test_ours_hold_while_the_agency_s_list_is_wrong(tmp_path: Path) -> None:
    write(tmp_path, "cars,1,Words", name=AGENCY_LIST)
    words = code_words(tmp_path)
    assert words.refused is not None
    assert words.of("carc", "1") == "deductible"


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path) -> None:
    with pytest.raises(SetUpFailure, match="nowhere: no such file"):
        load_words(write(tmp_path, "carc,1,Words"), tmp_path / "nowhere")
