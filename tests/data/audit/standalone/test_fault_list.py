"""A large broken export gives a short report, and its text cannot control a terminal."""

from __future__ import annotations

from data.audit.standalone.fault_list import Fault, FaultList, shown


def test_only_the_first_faults_of_a_place_are_listed_and_all_are_counted() -> None:
    faults = FaultList()
    for seq in range(30, 0, -1):
        faults.add("wrong", "journal", seq)
    faults.add("missing", "README.md")
    listed = faults.listed()
    assert (len(listed), faults.count(), faults.first_bad_seq) == (22, 31, 1)
    assert listed[-1] == Fault("faults not listed: 10", "journal")
    assert (FaultList().listed(), FaultList().count(), FaultList().first_bad_seq) == ([], 0, None)


def test_text_is_shown_without_control_characters_and_cut() -> None:
    assert shown("a\x1b[2Jb\n\u202e\ud800é") == "a\\x1b[2Jb\\n\\u202e\\ud800é"
    assert shown("x" * 200) == "x" * 120 + "…"
    assert shown(17) == "17"
