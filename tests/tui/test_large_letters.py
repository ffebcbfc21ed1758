"""A code in large letters: every sign of a code has its own shape, and eight of them fit the smallest terminal."""

from tui.text.large_letters import large

SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def test_every_sign_of_a_code_has_a_shape_of_its_own():
    assert len({large(sign) for sign in SIGNS}) == len(SIGNS)


def test_eight_signs_fit_80_columns_in_four_lines():
    lines = large("W" * 8).split("\n")
    assert len(lines) == 4
    assert max(map(len, lines)) <= 76


def test_other_signs_are_left_out():
    assert large("a\x1b[é") == large("A")
