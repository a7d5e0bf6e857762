"""Layouts of the held-out corpus, which no engine was written with in view: forms, tables, SQL, XML, URLs, mail, messages, file names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.corpus.layouts import Layout, closes, mixed
from benchmarks.corpus.scribe import Piece, Scribe
from benchmarks.corpus.values import Value


def form(scribe: Scribe, values: Sequence[Value]) -> list[Piece]:
    """A form that was filled in: label, colon, value, in columns of blanks or one to a line."""
    pieces: list[Piece] = [f"姓名：{scribe.name()}", "  "]
    gap = scribe.one("    ", "\t", "\n", "　")
    for item in mixed(scribe, values, scribe.random.randrange(1, 3)):
        pieces += [scribe.label_zh(item), scribe.one("：", ": ", ":"), item, gap]
    return [*pieces, "经办人：", scribe.name(), "\n"]


def table(scribe: Scribe, values: Sequence[Value]) -> list[Piece]:
    """A table in text: a line of headings, then a row, between bars, tabs or commas."""
    bar = scribe.one(" | ", "\t", "|")
    items = mixed(scribe, values, scribe.random.randrange(2, 5))
    spelled = ("login_credential", "otp_code", "card_cvv2", "card_expiry", "card_pin")
    pieces: list[Piece] = [
        bar.join(["序号", "姓名", *("" for _ in items)]),
        "\n",
        str(scribe.random.randrange(999)),
        bar,
        scribe.name(),
    ]
    for item in items:
        told = isinstance(item, Value) and item.identifier in spelled
        pieces += [bar, *(scribe.phrase_zh(item) if told or scribe.chance(0.6) or not _stands_alone(item) else [item])]
    return [*pieces, "\n"]


def sql(scribe: Scribe, values: Sequence[Value]) -> list[Piece]:
    """An INSERT or UPDATE statement out of a dump."""
    items = mixed(scribe, values, scribe.random.randrange(1, 5))
    pieces: list[Piece] = ["UPDATE t_customer SET "]
    for item in items:
        pieces += [f"`{scribe.key(item)}` = '", item, "', "]
    return [*pieces, f"updated_by='{scribe.one('batch', 'admin', 'etl')}' WHERE id={scribe.random.randrange(10**7)};\n"]


def xml(scribe: Scribe, values: Sequence[Value]) -> list[Piece]:
    """A message between systems."""
    pieces: list[Piece] = [f'<msg type="{scribe.one("A01", "QRY", "RSP")}">']
    for item in mixed(scribe, values, scribe.random.randrange(1, 4)):
        key = scribe.key(item).replace(" ", "").lstrip("@")
        pieces += [f"<{key}>", item, f"</{key}>"]
    return [*pieces, "</msg>\n"]


def url(scribe: Scribe, values: Sequence[Value]) -> list[Piece]:
    """A line of a web server's access log; values that URLs escape are left to a header behind it."""
    pieces: list[Piece] = [f'web-{scribe.random.randrange(1, 9)} - - "GET /api/v{scribe.random.randrange(1, 4)}/q?']
    behind: list[Piece] = []
    for item in mixed(scribe, values, scribe.random.randrange(1, 4)):
        if item.text.isascii() and not set(item.text) & set(' &+%#"?<>^;') and closes(item):
            pieces += [scribe.key(item), "=", item, "&"]
        else:
            behind += ["; ", *scribe.phrase_zh(item)]
    return [*pieces, f'page={scribe.random.randrange(9)} HTTP/1.1" 200 {scribe.random.randrange(10**5)}', *behind, "\n"]


def letter(scribe: Scribe, values: Sequence[Value]) -> list[Piece]:
    """A letter or mail, in Chinese or English."""
    items = mixed(scribe, values, scribe.random.randrange(2))
    if scribe.chance(0.5):
        pieces: list[Piece] = [f"尊敬的{scribe.name()}{scribe.one('先生', '女士')}:\n    {scribe.prose_zh()}"]
        for item in items:
            pieces += [
                "您预留的",
                *scribe.phrase_zh(item),
                scribe.one("如有变更请及时告知;", "将用于本次业务,", "\n    "),
            ]
        return [*pieces, "此致敬礼\n"]
    pieces = [f"Dear {scribe.english_name()},\n\n{scribe.prose_en()}"]
    for item in items:
        pieces += [
            scribe.one("We have on file ", "Our records show "),
            *scribe.phrase_en(item),
            scribe.one(" as agreed.\n", "\n", "\nand "),
        ]
    return [*pieces, "\nYours sincerely\n"]


def message(scribe: Scribe, values: Sequence[Value]) -> list[Piece]:
    """A short message from a bank."""
    pieces: list[Piece] = ["【示例银行】"]
    for item in mixed(scribe, values, 1):
        pieces += [
            scribe.one("您尾号的", "您的", "客户"),
            *scribe.phrase_zh(item),
            scribe.one("，", "于今日", "【回T退订】", "已生效，"),
        ]
    return [*pieces, "退订回复T\n"]


def file_name(scribe: Scribe, values: Sequence[Value]) -> list[Piece]:
    """A listing of files with values in their names; underscores, dots and Han characters end a value."""
    pieces: list[Piece] = []
    for item in mixed(scribe, values, scribe.random.randrange(1, 3)):
        alone = _stands_alone(item) and not set(item.text) & set(":/;?")
        if alone and not set(item.text) & set("@.＠．"):
            pieces += [
                scribe.one("share/cust_", "scan/身份资料_", "回单-", "img_"),
                item,
                scribe.one("_正面.jpg", ".csv", "_bak.tar.gz", "扫描件.pdf"),
            ]
        else:
            pieces += [f"notes/{scribe.clock()} ", *scribe.phrase_zh(item)]
        pieces.append("\n")
    return [*pieces, f"total {scribe.random.randrange(999)}\n"]


def settings(scribe: Scribe, values: Sequence[Value]) -> list[Piece]:
    """YAML or properties."""
    indent = scribe.one("", "  ", "    ")
    quote = scribe.one("", '"')
    pieces: list[Piece] = [f"# {scribe.prose_en()}\n"]
    for item in mixed(scribe, values, scribe.random.randrange(1, 4)):
        pieces += [f"{indent}{scribe.key(item)}: {quote}", item, f"{quote}\n"]
    return pieces


def _stands_alone(item: object) -> bool:
    alone = ("cn_mobile", "cn_resident_id", "bank_card", "email", "cn_uscc", "iban", "ip_address", "mac_address")
    return not isinstance(item, Value) or item.identifier in alone


LAYOUTS: Mapping[str, Layout] = {
    "form": form,
    "table": table,
    "sql": sql,
    "xml": xml,
    "url": url,
    "letter": letter,
    "message": message,
    "file_name": file_name,
    "settings": settings,
}
