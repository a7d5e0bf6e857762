"""Layouts of the first corpus, the one that engineers look at: prose, chat, logs, key=value and JSON lines.

A layout writes some values, none or several, with hard negatives about them, as one or more lines.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from benchmarks.corpus.decoys import Decoy
from benchmarks.corpus.scribe import Piece, Scribe
from benchmarks.corpus.values import Value

Layout = Callable[[Scribe, Sequence[Value]], list[Piece]]


def mixed(scribe: Scribe, values: Sequence[Value], decoys: int) -> list[Value | Decoy]:
    """Values and so many hard negatives, shuffled."""
    items: list[Value | Decoy] = [*values, *(scribe.decoy() for _ in range(decoys))]
    scribe.random.shuffle(items)
    return items


def closes(item: Value | Decoy) -> bool:
    """Whether a bracket or a full stop may stand directly behind a value; in a password both would belong to it."""
    return not (isinstance(item, Value) and item.identifier == "login_credential")


def prose_zh(scribe: Scribe, values: Sequence[Value]) -> list[Piece]:
    """Sentences in which values are glued to Han characters, before and behind."""
    pieces: list[Piece] = [scribe.prose_zh(), "客户" if values else "柜员", scribe.name()]
    for item in mixed(scribe, values, scribe.random.randrange(3)):
        pieces += [scribe.one("提供", "的", ",", "本人", "登记的"), *scribe.phrase_zh(item)]
        pieces.append(scribe.one("已核验", ",", "，", "请留存", "、", "号码已更新"))
    return [*pieces, "。", scribe.prose_zh() if scribe.chance(0.5) else "", "\n"]


def prose_en(scribe: Scribe, values: Sequence[Value]) -> list[Piece]:
    """English sentences."""
    pieces: list[Piece] = [scribe.prose_en(), scribe.english_name(), " wrote: "]
    for item in mixed(scribe, values, scribe.random.randrange(3)):
        pieces += scribe.phrase_en(item)
        pieces.append(scribe.one(", ", "; ", " and ", " then "))
    return [*pieces, "thank you. ", scribe.prose_en() if scribe.chance(0.4) else "", "\n"]


def chat(scribe: Scribe, values: Sequence[Value]) -> list[Piece]:
    """A conversation: who, when, and what is asked and answered in short lines."""
    pieces: list[Piece] = [f"[{scribe.clock()}] 客服{scribe.one('小王', '小李', '007')}: 您好,请问有什么可以帮您?\n"]
    for item in mixed(scribe, values, scribe.random.randrange(2)):
        alone = (
            isinstance(item, Value)
            and item.identifier in ("cn_mobile", "cn_resident_id", "bank_card", "email")
            and scribe.chance(0.3)
        )
        phrase = [item] if alone else scribe.phrase_zh(item)
        pieces += [f"[{scribe.clock()}] {scribe.name()}: ", scribe.one("", "", "我的", "嗯,"), *phrase]
        pieces.append(scribe.one("\n", "\n", " 谢谢\n", "哈\n") if closes(item) else "\n")
    return [*pieces, f"[{scribe.clock()}] 客服: {scribe.prose_zh()}\n"]


def log(scribe: Scribe, values: Sequence[Value]) -> list[Piece]:
    """Lines of an application's log."""
    level, thread = scribe.one("INFO ", "WARN ", "ERROR", "DEBUG"), scribe.random.randrange(1, 64)
    head = f"{scribe.day()} {scribe.clock()},{scribe.random.randrange(1000):03d} {level} [exec-{thread}] c.b.c.{scribe.one('Pay', 'User', 'Loan')}Service - "
    pieces: list[Piece] = [head, scribe.one("handle request", "校验通过", "query done", "参数", "timeout calling core")]
    for item in mixed(scribe, values, scribe.random.randrange(1, 4)):
        style = scribe.random.randrange(3) if closes(item) else 0
        before, after = (
            (f" {scribe.key(item)}=", ""),
            (f", {scribe.key(item)}=[", "]"),
            (f" {{{scribe.key(item)}:", "}"),
        )[style]
        pieces += [before, item, after]
    return [*pieces, f" cost={scribe.random.randrange(2000)}ms\n"]


def key_value(scribe: Scribe, values: Sequence[Value]) -> list[Piece]:
    """key=value or key: value, several to a line or one."""
    separator, equals = scribe.one("&", " ", "; ", "\n", "|"), scribe.one("=", "=", ": ")
    pieces: list[Piece] = []
    for item in mixed(scribe, values, scribe.random.randrange(1, 5)):
        own = separator if closes(item) else "; "
        pieces += [scribe.key(item), equals, item, own]
    return [*pieces, "status", equals, scribe.one("ok", "fail", "pending"), "\n"]


def json_lines(scribe: Scribe, values: Sequence[Value]) -> list[Piece]:
    """One JSON object to a line; what JSON escapes is not among the values."""
    pieces: list[Piece] = [f'{{"id": {scribe.random.randrange(10**6)}']
    spaced = scribe.one(": ", ":")
    for item in mixed(scribe, values, scribe.random.randrange(1, 5)):
        bare = (
            isinstance(item, Decoy) and item.text.isdecimal() and not item.text.startswith("0") and scribe.chance(0.5)
        )
        quote = "" if bare else '"'
        pieces += [f', "{scribe.key(item)}"{spaced}{quote}', item, quote]
    note = json.dumps(scribe.prose_zh(), ensure_ascii=False)
    return [*pieces, f', "note"{spaced}{note}' if scribe.chance(0.5) else "", "}\n"]


LAYOUTS: Mapping[str, Layout] = {
    "prose_zh": prose_zh,
    "prose_en": prose_en,
    "chat": chat,
    "log": log,
    "key_value": key_value,
    "json_lines": json_lines,
}


def texts(pieces: Sequence[Piece]) -> Iterator[str]:
    """The characters of some pieces."""
    for piece in pieces:
        yield piece if isinstance(piece, str) else piece.text
