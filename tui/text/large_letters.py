"""Large capital letters and digits of blocks, for a code, a clock and a price that are to be read from afar."""

_ROWS = 7
"""Dots of a letter's height; two of them stand in one line."""
_FONT = {
    "A": "01110 10001 10001 11111 10001 10001 10001",
    "B": "11110 10001 10001 11110 10001 10001 11110",
    "C": "01111 10000 10000 10000 10000 10000 01111",
    "D": "11110 10001 10001 10001 10001 10001 11110",
    "E": "11111 10000 10000 11110 10000 10000 11111",
    "F": "11111 10000 10000 11110 10000 10000 10000",
    "G": "01111 10000 10000 10011 10001 10001 01111",
    "H": "10001 10001 10001 11111 10001 10001 10001",
    "I": "11111 00100 00100 00100 00100 00100 11111",
    "J": "00111 00010 00010 00010 00010 10010 01100",
    "K": "10001 10010 10100 11000 10100 10010 10001",
    "L": "10000 10000 10000 10000 10000 10000 11111",
    "M": "10001 11011 10101 10101 10001 10001 10001",
    "N": "10001 11001 10101 10011 10001 10001 10001",
    "O": "01110 10001 10001 10001 10001 10001 01110",
    "P": "11110 10001 10001 11110 10000 10000 10000",
    "Q": "01110 10001 10001 10001 10101 10010 01101",
    "R": "11110 10001 10001 11110 10100 10010 10001",
    "S": "01111 10000 10000 01110 00001 00001 11110",
    "T": "11111 00100 00100 00100 00100 00100 00100",
    "U": "10001 10001 10001 10001 10001 10001 01110",
    "V": "10001 10001 10001 10001 01010 01010 00100",
    "W": "10001 10001 10001 10101 10101 11011 10001",
    "X": "10001 10001 01010 00100 01010 10001 10001",
    "Y": "10001 10001 01010 00100 00100 00100 00100",
    "Z": "11111 00001 00010 00100 01000 10000 11111",
    "0": "01110 10001 10011 10101 11001 10001 01110",
    "1": "00100 01100 00100 00100 00100 00100 01110",
    "2": "01110 10001 00001 00110 01000 10000 11111",
    "3": "11110 00001 00001 01110 00001 00001 11110",
    "4": "10010 10010 10010 11111 00010 00010 00010",
    "5": "11111 10000 11110 00001 00001 10001 01110",
    "6": "01110 10000 10000 11110 10001 10001 01110",
    "7": "11111 00001 00010 00100 00100 00100 00100",
    "8": "01110 10001 10001 01110 10001 10001 01110",
    "9": "01110 10001 10001 01111 00001 00001 01110",
    " ": "000 000 000 000 000 000 000",
    "-": "000 000 000 111 000 000 000",
    ":": "0 0 1 0 1 0 0",
    ".": "0 0 0 0 0 0 1",
    "/": "00001 00001 00010 00100 01000 10000 10000",
    "%": "11001 11001 00010 00100 01000 10011 10011",
}
"""The dots of each sign, row by row."""
_BLOCKS = {"00": " ", "10": "▀", "01": "▄", "11": "█"}


def large(text: str) -> str:
    """The text in letters of four lines; signs that are no capital letters or digits are left out."""
    letters = [_FONT[letter].split() for letter in text.upper() if letter in _FONT]
    lines = []
    for row in range(0, _ROWS, 2):
        parts = []
        for letter in letters:
            below = letter[row + 1] if row + 1 < _ROWS else "0" * len(letter[row])
            parts.append("".join(_BLOCKS[top + bottom] for top, bottom in zip(letter[row], below, strict=True)))
        lines.append("  ".join(parts))
    return "\n".join(lines)


def larger(text: str, dot: int) -> str:
    """The same with dots `dot` columns wide and half as high: seven lines for 2, fourteen for 4."""
    letters = [_FONT[letter].split() for letter in text.upper() if letter in _FONT]
    lines = []
    for row in range(_ROWS):
        line = (" " * dot).join(
            "".join("█" * dot if on == "1" else " " * dot for on in letter[row]) for letter in letters
        )
        lines += [line] * (dot // 2)
    return "\n".join(lines)


def largest(text: str, columns: int, rows: int) -> str:
    """The text in the largest letters that there is room for; as it stands where there is room for none."""
    for lettering in (larger(text, 4), larger(text, 2), large(text)):
        lines = lettering.split("\n")
        if len(lines) <= rows and max(map(len, lines)) <= columns:
            return lettering
    return text
