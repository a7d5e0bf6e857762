"""No raw identifier leaves the memory: not to a screen, a report, a receipt, a log or the store."""

from __future__ import annotations

import html
import io
import json
import re
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, redirect_stdout
from functools import cache
from pathlib import Path
from random import Random

import pytest
from stdnum import verhoeff
from stdnum.jp import in_

from pii_audit.cli.main import main
from pii_audit.demo import numbers
from pii_audit.demo.persons import Registry
from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.model.codec import encode
from pii_audit.store import Store

SEED = 20260630
ROWS = 6
FORMATS = ("table", "json", "html", "markdown")
SOURCES = ("core.db", "share", "outbox")
SHORT = 7
"""Values with fewer characters are looked for as words of their own, not behind a mask: a few digits occur in every number."""
POLICY = """\
version: 1
purposes:
  p: {title: Test, needs: {cn_mobile: plain}}
recipients:
  r: {title: Recipient, role: processor, region: CN, purposes: [p], scope: {cn_mobile: plain}, never: [C3],
      agreement: {ref: HT-1, from: 2020-01-01, until: 2039-12-31}}
flows:
  f: {source: outbox, match: "*.csv", recipient: r, purpose: p, channel: sftp, legal_basis: contract, pia: PIA-1}
access: {default: gap, never: [{principals: [world], levels: [C2, C3]}]}
storage:
  never: [card_cvv2, card_track1, card_track2, card_pin]
  forms: {login_credential: password_hash, C3: encrypted, C2: encrypted}
  environments: {test: {forbid: [C2+]}}
"""
AUDIT = """\
version: 1
organisation: {name: Test, standards: [pipl, jrt-0171, pci-dss]}
sources:
  - {id: core, kind: database, url: "sqlite:core.db", environment: test}
  - {id: share, kind: file_share, url: share/}
  - {id: outbox, kind: feed, url: outbox/}
policies: [policies/]
key: "file:KEY"
"""


def _people(count: int) -> list[dict[str, str]]:
    """One row a person: a column for each kind of identifier that the program knows."""
    random = Random(SEED)
    registry = Registry(random)
    return [_row(random, registry) for _ in range(count)]


def _row(random: Random, registry: Registry) -> dict[str, str]:
    person = registry.person()
    digits = lambda count: numbers.digits(random, count)  # noqa: E731 - a short name for a short thing
    card = numbers.bank_card(random, "622848", 19)
    old = person.document[:6] + person.document[8:17]
    foreign = _check("911840" + person.document[6:14] + digits(3))
    settled = _check("810000" + person.document[6:14] + digits(3))
    return {
        "cust_name": person.name,
        "id_no": person.document,
        "old_id_no": old,
        "mobile": person.mobile,
        "home_tel": f"0571-8{digits(7)}",
        "intl_phone": f"+1 (403) 26{digits(1)}-{digits(4)}",
        "email": person.email,
        "address": person.address,
        "card_no": card,
        "acct_no": "3300" + digits(16),
        "cvv2": "0" + digits(3),
        "pay_pwd": digits(6),
        "exp_date": f"{random.randint(1, 12):02d}/{random.randint(27, 35)}",
        "track1": f"%B{card}^ZHANG/{digits(0)}SAN^2712101{digits(12)}?",
        "track2": f"{card}=2712101{digits(10)}",
        "password": f"Kq{digits(4)}-zW{digits(3)}",
        "sms_code": digits(6),
        "passport_no": "E" + digits(8),
        "eep_no": "C" + digits(8),
        "回乡证": "H" + digits(8),
        "台胞证": digits(8),
        "pr_card_no": foreign,
        "old_pr_card_no": "USA1100" + person.document[8:14] + digits(2),
        "residence_permit": settled,
        "officer_no": f"军字第{digits(7)}号",
        "plate_no": "浙A" + "BCDEFGH"[random.randrange(7)] + digits(4),
        "uscc": numbers.credit_code(random, "330199"),
        "hkid": _hkid("G" + digits(6)),
        "tw_id": _tw_id("A1" + digits(7)),
        "ssn": f"536-{random.randint(10, 99)}-{digits(4)}",
        "iban": _iban("DE", digits(18)),
        "client_ip": f"114.{random.randint(100, 250)}.{random.randint(100, 250)}.{random.randint(100, 250)}",
        "mac": ":".join(f"{random.randrange(16, 250):02x}" for _ in range(6)),
        "imei": (body := "35686800" + digits(6)) + numbers.luhn_digit(body),
        **_foreign(random, old[6:12]),
        **_facts(random),
        **_secrets(random),
    }


def _foreign(random: Random, born: str) -> dict[str, str]:
    """Documents and accounts of other countries; `born` is yymmdd."""
    digits = lambda count: numbers.digits(random, count)  # noqa: E731 - a short name for a short thing
    letters = lambda count: "".join(random.choices("ABCEGHJKLMNPRSTWXYZ", k=count))  # noqa: E731 - likewise
    nric, number = digits(7), f"4{digits(11)}"[:11]
    weighted = sum(weight * int(digit) for weight, digit in zip((2, 7, 6, 5, 4, 3, 2), nric, strict=True))
    routing = "02100" + digits(3)
    missing = -sum(weight * int(digit) for weight, digit in zip((3, 7, 1, 3, 7, 1, 3, 7), routing, strict=True)) % 10
    return {
        "macau_id": "1" + digits(7),
        "nric": f"S{nric}{'JZIHGFEDCBA'[weighted % 11]}",
        "my_number": number + in_.calc_check_digit(number),
        "jumin": f"{born}-1{digits(6)}",
        "pan_number": f"{letters(3)}P{letters(1)}{digits(4)}{letters(1)}",
        "aadhaar": number + verhoeff.calc_check_digit(number),
        "itin": f"9{digits(2)}-7{digits(1)}-{digits(4)}",
        "ein": f"91-{digits(7)}",
        "routing_no": routing + str(missing),
        "nino": f"AB{digits(6)}C",
        "uk_account": f"20-{random.randint(10, 99)}-00 {digits(8)}",
        "swift_code": f"{letters(4)}CN{letters(2)}",
        "mrz": _mrz(f"E{digits(8)}", born, f"3{digits(1)}0101"),
    }


def _mrz(number: str, born: str, expires: str) -> str:
    """ICAO 9303-4: the second line, weights 7 3 1."""
    check = lambda text: str(  # noqa: E731 - a short name for a short thing
        sum((7, 3, 1)[at % 3] * int(mark, 36) for at, mark in enumerate(text.replace("<", "0"))) % 10
    )
    first, second, third = number + check(number), born + check(born), expires + check(expires)
    optional = "<" * 14
    return f"{first}CHN{second}M{third}{optional}0{check(first + second + third + optional + '0')}"


def _facts(random: Random) -> dict[str, str]:
    """What columns say of a person: accounts at services, property, health, images, devices, places."""
    digits = lambda count: numbers.digits(random, count)  # noqa: E731 - a short name for a short thing
    sim = "8986011" + digits(12)
    return {
        "driver_license_no": "3301" + digits(8),
        "sbkh": "G" + digits(8),
        "policy_no": "P33" + digits(12),
        "wechat": "wx_" + digits(9),
        "balance": f"{digits(7)}.{digits(2)}",
        "txn_no": "T" + digits(16),
        "credit_report_no": digits(20),
        "open_branch": "示例支行" + digits(6),
        "diagnosis": f"高血压{digits(5)}期",
        "id_image": f"/kyc/{digits(10)}.jpg",
        "face_feature": "".join(random.choices("0123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ", k=160)),
        "gps": f"120.{digits(6)},30.{digits(6)}",
        "iccid": sim + numbers.luhn_digit(sim),
        "imsi": "46001" + digits(10),
        "oaid": numbers.uuid(random),
        "idfa": numbers.uuid(random).upper(),
        "device_id": numbers.uuid(random),
        "vin": f"LSVAU2180N2{digits(6)}",
    }


def _secrets(random: Random) -> dict[str, str]:
    """Keys and tokens that somebody left in a table."""
    digits = lambda count: numbers.digits(random, count)  # noqa: E731 - a short name for a short thing
    key = lambda count: "".join(random.choices("0123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ", k=count))  # noqa: E731 - likewise
    return {
        "pem": f"-----BEGIN PRIVATE KEY-----\\nMIIE{key(48)}\\n",
        "access_key_id": "AKIA" + "".join(random.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=16)),
        "jwt": f"eyJhbGciOiJIUzI1NiJ9.eyJ{key(12)}.{key(43)}",
        "dsn": f"mysql://core:Rp{digits(6)}k@db{digits(4)}.bank.example/core",
    }


def _check(body: str) -> str:
    total = sum(weight * int(digit) for weight, digit in zip(numbers.RESIDENT_WEIGHTS, body, strict=True))
    return body + numbers.RESIDENT_CHECK[total % 11]


def _hkid(body: str) -> str:
    """Weights 9 to 2, a leading space counts 36; what is missing to a multiple of 11."""
    total = 36 * 9 + sum(weight * int(mark, 36) for weight, mark in zip(range(8, 1, -1), body, strict=True))
    return f"{body}({'0123456789A'[-total % 11]})"


def _tw_id(body: str) -> str:
    """A counts as 10; weights 1, 9, 8 … 1; the check digit makes a multiple of 10."""
    total = 1 + sum(weight * int(digit) for weight, digit in zip(range(8, 0, -1), body[1:], strict=True))
    return body + str(-total % 10)


def _iban(country: str, account: str) -> str:
    """ISO 13616: ISO 7064 MOD 97-10 over the account, the country and 00."""
    number = "".join(str(int(mark, 36)) for mark in f"{account}{country}00")
    return f"{country}{98 - int(number) % 97:02d}{account}"


def _csv(rows: list[dict[str, str]]) -> str:
    return "".join(
        ",".join(f'"{cell}"' for cell in line) + "\n" for line in ([*rows[0]], *(row.values() for row in rows))
    )


@pytest.fixture(scope="module")
def bank(tmp_path_factory) -> tuple[Path, list[str]]:
    """A workspace full of people, and everything about them that must not be seen again."""
    root = tmp_path_factory.mktemp("bank")
    for name in ("share/deep", "outbox", "policies"):
        (root / name).mkdir(parents=True)
    key = tmp_path_factory.mktemp("key") / "key"
    key.write_text("5a" * 32 + "\n")
    (root / "audit.yaml").write_text(AUDIT.replace("KEY", str(key)))
    (root / "policies" / "all.yaml").write_text(POLICY)
    rows = _people(ROWS)
    planted = [value for row in rows for value in row.values()]
    strangers = _people(ROWS + 4)[ROWS:]
    planted += [value for row in strangers for value in row.values()]
    _database(root / "core.db", rows, strangers)
    _share(root / "share", rows, strangers)
    (root / "outbox" / f"{strangers[2]['mobile']}_export.csv").write_text(_csv(rows))
    (root / "outbox" / f"{strangers[3]['id_no']}.txt").write_text("ref " + rows[0]["id_no"])
    return root, list(dict.fromkeys(planted))


@pytest.fixture(scope="module")
def recorded(bank) -> tuple[Path, list[str]]:
    """The same workspace after its first run."""
    with redirect_stdout(io.TextIOWrapper(io.BytesIO())):
        assert main(["run", "-w", str(bank[0]), "--quiet"]) == 1
    return bank


def _database(path: Path, rows: list[dict[str, str]], strangers: list[dict[str, str]]) -> None:
    with sqlite3.connect(path) as connection:
        names = ", ".join(f'"{name}" TEXT' for name in rows[0])
        connection.execute(f"CREATE TABLE customer ({names})")
        marks = ",".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO customer VALUES ({marks})", [tuple(row.values()) for row in rows])
        table, column = strangers[0]["mobile"], strangers[0]["id_no"]
        connection.execute(f'CREATE TABLE "t_{table}" ("{column}" TEXT, "{strangers[0]["email"]}" TEXT)')
        connection.execute(f'INSERT INTO "t_{table}" VALUES (?, ?)', (rows[0]["mobile"], rows[1]["email"]))
        connection.execute(f'CREATE VIEW "v_{strangers[1]["mobile"]}" AS SELECT missing FROM nowhere')
    connection.close()


def _share(folder: Path, rows: list[dict[str, str]], strangers: list[dict[str, str]]) -> None:
    for encoding in ("utf-8", "utf-16", "gb18030"):
        (folder / f"list-{encoding}.csv").write_bytes(_csv(rows).encode(encoding))
        log = "".join(f"2026-06-30 INFO {name}={value}\n" for row in rows for name, value in row.items())
        (folder / f"app-{encoding}.log").write_bytes(log.encode(encoding))
    (folder / "rows.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    keyed = {row["id_no"]: {row["email"]: {row["card_no"]: row["cust_name"]}} for row in strangers}
    (folder / "keyed.json").write_text(json.dumps(keyed, ensure_ascii=False), encoding="utf-8")
    (folder / "lines.jsonl").write_text("".join(json.dumps({row["mobile"]: row["address"]}) + "\n" for row in rows))
    (folder / f"{strangers[0]['mobile']}.csv").write_text(_csv(rows[:3]), encoding="utf-8")
    (folder / f"卡{strangers[1]['card_no']}.log").write_text("empty of people\n", encoding="utf-8")
    (folder / "deep" / strangers[2]["email"]).mkdir()
    (folder / "deep" / strangers[2]["email"] / "notes.txt").write_text(strangers[2]["address"], encoding="utf-8")
    (folder / f"broken_{strangers[3]['mobile']}.json").write_text('{"a": [1,', encoding="utf-8")
    (folder / f"{strangers[3]['card_no']}.xlsx").write_bytes(b"PK\x03\x04 not read yet")
    header = f"{strangers[3]['id_no']},{strangers[3]['mobile']}\n"
    (folder / "headless.csv").write_text(header + "a,b\nc,d\n", encoding="utf-8")


@cache
def _needles(value: str) -> set[str]:
    bare = re.sub(r"[\s()+:./-]", "", value)
    forms = {value, bare, html.escape(value), json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}
    return forms if len(bare) >= SHORT else {value}


def _texts(data: bytes) -> list[str]:
    """The ways to read some bytes; what is wholly UTF-8 without NUL holds no other encoding of digits or of Han characters."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        return [data.decode(encoding, "replace") for encoding in ("utf-8", "utf-16-le", "gb18030")]
    return [text, re.sub(r"[\s│┃]+", "", text)]


def seen(planted: list[str], data: bytes) -> list[str]:
    """Which of the planted values can be read in some bytes, as they are or with line breaks and blanks taken out."""
    texts = _texts(data)
    found = []
    for value in planted:
        if len(value) < SHORT:
            shape = re.compile(rf"(?<![0-9A-Za-z.*;:-]){re.escape(value)}(?![0-9A-Za-z.%])")
            if shape.search(texts[0]):
                found.append(value)
        elif any(needle in text for needle in _needles(value) for text in texts):
            found.append(value)
    return found


def _written(root: Path) -> Iterator[tuple[str, bytes]]:
    """Every file under a workspace but what was there to be inspected, with what is compressed in the store unpacked."""
    for path in root.rglob("*"):
        inside = path.relative_to(root)
        if path.is_file() and inside.parts[0] not in SOURCES:
            yield str(inside), path.read_bytes()


def _unpacked(database: Path) -> Iterator[tuple[str, bytes]]:
    """Every text and every blob of the store, table by table; blobs unpacked where they are compressed."""
    with closing(sqlite3.connect(database)) as connection:
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            cells = [cell for row in connection.execute(f'SELECT * FROM "{table}"') for cell in row]
            yield f"texts of {table}", "\n".join(cell for cell in cells if isinstance(cell, str)).encode()
            blobs = list(map(_inflated, (cell for cell in cells if isinstance(cell, bytes))))
            yield f"documents of {table}", b"\n".join(blob for blob in blobs if blob.startswith((b"{", b"[")))
            yield f"blobs of {table}", b"\n".join(blob for blob in blobs if not blob.startswith((b"{", b"[")))


def _inflated(blob: bytes) -> bytes:
    try:
        return zlib.decompress(blob)
    except zlib.error:
        return blob


def _leaks(planted: list[str], places: Iterator[tuple[str, bytes]]) -> list[str]:
    """Where something leaked and what kind of value it was; the report of a failure names no value either."""
    shapes = [(place, re.sub("[0-9]", "9", value)) for place, data in places for value in seen(planted, data)]
    return sorted({f"{place}: {shape}" for place, shape in shapes})


def _spoken(*answers) -> Iterator[tuple[str, bytes]]:
    for number, answer in enumerate(answers):
        yield f"stdout {number}", answer.out.encode()
        yield f"stderr {number}", answer.err.encode()


def test_the_search_sees_a_value_in_every_disguise():
    value = "13912345678"
    plain = f"x {value} y"
    for data in (plain.encode(), plain.encode("utf-16"), plain.encode("gb18030"), b"1391234\n  5678"):
        assert seen([value], data) == [value]
    assert seen(["张三丰的家在杭州市西湖区"], json.dumps("张三丰的家在杭州市西湖区").encode())
    assert seen(["913"], b"cvv 913, no") == ["913"]
    assert seen(["913"], b"1913") == []


def test_a_run_sees_every_kind_of_identifier_and_writes_none_down(bank, call):
    root, planted = bank
    done = call("run", "-w", root, "-v", "--format", "json")
    assert done.code == 1
    with Store.open("sqlite:.pii-audit/store.db", root) as store:
        run = store.load()
        assert {one.identifier for asset in run.inspected for one in asset.fields} == set(load_catalogue())
        documents = [(f"document {one.asset.id[:4]}", json.dumps(encode(one)).encode()) for one in store.inventory()]
        documents += [(f"finding {one.rule}", json.dumps(encode(one)).encode()) for one in run.findings]
    assert _leaks(planted, _spoken(done)) == []
    assert _leaks(planted, _written(root)) == []
    assert _leaks(planted, _unpacked(root / ".pii-audit" / "store.db")) == []
    assert _leaks(planted, iter(documents)) == []


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("format_", FORMATS)
def test_no_report_shows_a_value(recorded, call, format_, language):
    root, planted = recorded
    answers = [call("report", "-w", root, "-v", "--lang", language, "--format", format_)]
    answers.append(call("report", "-w", root, "--lang", language, "--format", format_, "-o", root / "report"))
    assert [answer.code for answer in answers] == [0, 0]
    assert len(answers[0].out) > 1000
    assert _leaks(planted, _spoken(*answers)) == []
    assert _leaks(planted, iter([("file", (root / "report").read_bytes())])) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_listing_shows_a_value(recorded, call, language):
    root, planted = recorded
    with Store.open("sqlite:.pii-audit/store.db", root) as store:
        prints = [one.finding.fingerprint for one in store.findings()]
    answers = [
        call(*words, "-w", root, "--lang", language)
        for words in (
            *((what, *more) for what in ("inventory", "doctor") for more in ((), ("-v",))),
            ("inventory", "--format", "json"),
            ("findings", "list"),
            ("findings", "list", "--format", "json"),
            ("report", "--list"),
            ("policy", "check"),
            *(("findings", "show", one) for one in prints),
            *(("findings", "show", one, "--format", "json") for one in prints),
        )
    ]
    assert len(prints) > 5
    assert {answer.code for answer in answers} == {0}
    assert _leaks(planted, _spoken(*answers)) == []


@pytest.mark.parametrize("format_", ["table", "json", "jsonl"])
def test_inspect_shows_no_value(bank, call, monkeypatch, format_):
    root, planted = bank
    monkeypatch.chdir(root)
    answers = [call("inspect", "share", "--format", format_, "-v", "--names")]
    answers.append(call("inspect", "share", "--format", format_, "--identifier", "email"))
    answers.append(call("inspect", "-", "--format", format_, stdin=(root / "share" / "app-gb18030.log").read_bytes()))
    assert [answer.code for answer in answers] == [3, 3, 0]
    assert _leaks(planted, _spoken(*answers)) == []


def test_the_gate_its_receipt_and_its_record_show_no_value(bank, call, monkeypatch):
    root, planted = bank
    monkeypatch.chdir(root)
    [csv] = (root / "outbox").glob("*.csv")
    answers = [
        call("gate", path, "--flow", "f", "--record", "--receipt", root / "receipt.json", "--format", format_, "-v")
        for path, format_ in ((f"outbox/{csv.name}", "json"), *(("outbox", format_) for format_ in FORMATS))
    ]
    assert {answer.code for answer in answers} == {1}
    assert json.loads((root / "receipt.json").read_text())["files"]
    assert _leaks(planted, _spoken(*answers)) == []
    assert _leaks(planted, _written(root)) == []
    assert _leaks(planted, _unpacked(root / ".pii-audit" / "store.db")) == []


def test_a_file_of_another_flow_is_refused_without_its_name_being_shown(bank, call, monkeypatch):
    root, planted = bank
    monkeypatch.chdir(root)
    [text] = (root / "outbox").glob("*.txt")
    refused = call("gate", f"outbox/{text.name}", "--flow", "f")
    assert refused.code == 2
    assert "not of flow f" in refused.err
    assert _leaks(planted, _spoken(refused)) == []
