"""A file of the corpus, with what there is to say about it."""

from dataclasses import dataclass, field


@dataclass
class Made:
    """A file, what it is, and what an honest look at it must tell."""

    name: str
    content: bytes
    what: str
    """One line for the README."""
    expected: dict = field(default_factory=dict)
    """By how it was made: the keys are told in the README."""


def open_to(expected, *keys):
    """Without what may be told either way."""
    return {key: value for key, value in expected.items() if key not in keys}


def kept(path, make):
    """A file that no two runs make alike (it holds a fresh key) is made once."""
    return path.read_bytes() if path.exists() else make()
