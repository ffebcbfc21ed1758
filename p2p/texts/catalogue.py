"""A catalogue of sentences: each is a key with named fields. Plural forms and number formats are the catalogue's.

A sentence is written with its fields in braces: `{traders}` is a number or a text, `{traders|trader|traders}` the form
that goes with a number. `[format]` says how numbers and times are written, and which rule chooses a plural form.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

import msgspec

MINUTE_S = 60


class TextError(Exception):
    """The catalogue lacks a sentence, or a sentence asks for a field that it is not given."""


class Number(msgspec.Struct, frozen=True):
    """A number as a whole number of its last digit: 305 with one decimal is 30.5."""

    units: int
    decimals: int = 0


class Span(msgspec.Struct, frozen=True):
    """A length of time."""

    seconds: float


Field: TypeAlias = str | int | Number | Span


class Sentence(msgspec.Struct, frozen=True):
    """A sentence before it is put into words: its key, and what its fields are."""

    key: str
    fields: Mapping[str, Field] = {}


FIELD = re.compile(r"\{(\w+)((?:\|[^|{}]*)*)\}")
"""A field, and the forms of a word that its number chooses from."""
PLURALS: Mapping[str, Callable[[int], int]] = {"one other": lambda count: 0 if count == 1 else 1}
"""Which form goes with a number, by the name of the rule; a language with another rule adds its own."""
FORMATS = ("decimal", "plural", "seconds", "minutes")
"""The keys of the table [format]."""


class Catalogue:
    """The sentences of one language."""

    def __init__(self, sentences: Mapping[str, str]) -> None:
        self._sentences = sentences
        missing = [name for name in FORMATS if f"format.{name}" not in sentences]
        if missing:
            raise TextError(f"the catalogue's table [format] lacks {', '.join(missing)}")
        self._decimal = sentences["format.decimal"]
        if sentences["format.plural"] not in PLURALS:
            raise TextError(f"the catalogue's plural rule is none of {', '.join(PLURALS)}")
        self._plural = PLURALS[sentences["format.plural"]]

    def __contains__(self, key: object) -> bool:
        return key in self._sentences

    def __iter__(self) -> Iterator[str]:
        return iter(self._sentences)

    def fields(self, key: str) -> frozenset[str]:
        """The names of a sentence's fields; raises TextError where there is no such sentence."""
        return frozenset(match[1] for match in FIELD.finditer(self._template(key)))

    def text(self, key: str, **fields: Field) -> str:
        """A sentence in words; raises TextError."""

        def in_words(match: re.Match[str]) -> str:
            name, forms = match[1], match[2].split("|")[1:]
            if name not in fields:
                raise TextError(f"the sentence {key} is not given its field '{name}'")
            return forms[self._form(key, fields[name])] if forms else self._written(fields[name])

        return FIELD.sub(in_words, self._template(key))

    def sentence(self, sentence: Sentence) -> str:
        """The same of a sentence that has its fields already."""
        return self.text(sentence.key, **sentence.fields)

    def number(self, number: Number) -> str:
        """A number with its decimals; the minus sign is a minus, not a hyphen."""
        whole, part = divmod(abs(number.units), 10**number.decimals)
        sign = "−" if number.units < 0 else ""
        return f"{sign}{whole}{self._decimal}{part:0{number.decimals}}" if number.decimals else f"{sign}{whole}"

    def _template(self, key: str) -> str:
        try:
            return self._sentences[key]
        except KeyError:
            raise TextError(f"the catalogue has no sentence {key}") from None

    def _written(self, field: Field) -> str:
        match field:
            case str():
                return field
            case int():
                return self.number(Number(field))
            case Number():
                return self.number(field)
            case Span(seconds=seconds) if seconds >= MINUTE_S and seconds % MINUTE_S == 0:
                return self.text("format.minutes", n=int(seconds) // MINUTE_S)
            case Span(seconds=seconds):
                return self.text("format.seconds", n=shortest(seconds))

    def _form(self, key: str, field: Field) -> int:
        match field:
            case int() | Number(decimals=0):
                return self._plural(field if isinstance(field, int) else field.units)
            case Number():
                return self._plural(2)
            case _:
                raise TextError(f"the sentence {key} chooses a form by what is no number")


def shortest(value: float) -> int | Number:
    """A number of up to six decimals, with as many of them as it needs."""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    whole, _, part = text.partition(".")
    return Number(int(whole + part), len(part)) if part else int(whole)


def parse_catalogue(text: str) -> Catalogue:
    """A catalogue from its TOML; raises TextError. Tables within tables make keys with dots."""
    try:
        return Catalogue(dict(_flat("", tomllib.loads(text))))
    except tomllib.TOMLDecodeError as error:
        raise TextError(f"the catalogue is no TOML: {error}") from error


def _flat(path: str, value: object) -> Iterator[tuple[str, str]]:
    match value:
        case dict():
            for name, inner in value.items():
                yield from _flat(f"{path}.{name}" if path else name, inner)
        case str():
            yield path, value
        case _:
            raise TextError(f"the catalogue's {path} is no text")
