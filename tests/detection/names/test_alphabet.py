from __future__ import annotations

from pii_audit.detection.names.alphabet import UNKNOWN, Alphabet, pieces


def test_characters_have_numbers_and_aliases_share_them():
    alphabet = Alphabet.of("张王", "張张")
    numbers, places = alphabet.read("张張李")
    assert numbers.tolist() == [1, 1, UNKNOWN]
    assert places.tolist() == [0, 1, 2]


def test_long_runs_of_letters_and_digits_are_shortened_in_the_middle():
    _, places = Alphabet.of("", "").read("张A1234567890B李   王")
    assert places.tolist() == [0, 1, 2, 11, 12, 13, 14, 17]


def test_characters_beyond_the_basic_plane_and_lone_surrogates_are_unknown():
    numbers, places = Alphabet.of("张", "").read("𠮷张\ud800")
    assert numbers.tolist() == [UNKNOWN, 1, UNKNOWN]
    assert len(places) == 3


def test_pieces_cover_a_text_with_true_offsets():
    text = "短行\r\n\n" + "长句子在这里。" * 40 + "\n" + "没有句号的一长串," * 60 + "完"
    found = list(pieces(text))
    assert all(text[start : start + len(piece)] == piece for start, piece in found)
    assert "".join(piece for _, piece in found) == text.replace("\r\n", "").replace("\n", "")
    assert max(len(piece) for _, piece in found) <= 160


def test_a_line_without_any_break_is_cut():
    assert [len(piece) for _, piece in pieces("张" * 1000)] == [160] * 6 + [40]
