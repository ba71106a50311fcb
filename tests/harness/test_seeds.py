"""Where a search begins."""

from __future__ import annotations

from pathlib import Path

from sdlc.harness.seeds import constants


def test_texts_and_bytes_of_python_files_up_to_a_size(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 'word'\ny = b'\\x00bytes'\nz = ''\nlong = '" + "l" * 40 + "'\nn = 7\n")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "b.py").write_text("f'{1} part'\n")
    assert constants([str(tmp_path)], at_most=32) == [b"\x00bytes", b" part", b"word"]


def test_one_file_is_enough_and_a_file_that_does_not_parse_has_none(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.py", tmp_path / "bad.py"
    good.write_text("'w'")
    bad.write_text("def (")
    assert constants([str(good), str(bad), str(tmp_path / "none.py")], at_most=32) == [b"w"]


def test_half_a_character_is_a_word_too(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("'\\ud800'")
    assert constants([str(tmp_path)], at_most=32) == [b"\xed\xa0\x80"]


def test_words_of_names_are_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def do_GET(): 'x'\ndef do_PUT(): 'x'\ndef do_HEAD(): 'x'\n")
    assert constants([str(tmp_path)], at_most=32) == [b"x"]
    assert constants([str(tmp_path)], at_most=32, names=True) == [b"GET", b"HEAD", b"PUT", b"x"]
