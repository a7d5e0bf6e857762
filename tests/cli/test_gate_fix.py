"""`gate --fix`: what it writes passes the gate, and what it did not touch is as it was, byte for byte."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import stat
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

IDS = ("11010519491231002X", "440524188001010014", "330399195811065543", "420199198612141026")
PHONES = ("13800138000", "13900139000", "17809581033", "18078645461")
NAMES = ("张三", "李小四", "欧阳娜娜", "宋思雨")
CARDS = ("6222020200112233448", "4111111111111111", "5555555555554444", "6011000990139424")


def table(header, *columns):
    rows = zip(*columns, strict=True)
    return "".join(",".join(map(str, row)) + "\n" for row in (header, *rows))


@pytest.fixture
def scope(space):
    """Gives the recipient another scope, and the purpose the same."""

    path = space / "policies" / "recipients.yaml"
    before = path.read_text()

    def write(**lines):
        said = ", ".join(f"{name}: {form}" for name, form in lines.items())
        text = re.sub(r"needs: \{.*\}\n    allows: \{.*\}", f"needs: {{}}\n    allows: {{{said}}}", before)
        text = re.sub(r"scope:\n(?:      .*\n)+", f"scope: {{{said}}}\n", text)
        path.write_text(text)

    return write


@pytest.fixture
def fixed(space, call):
    """Fixes an export and shows that the result passes; gives the result's bytes and the ledger."""

    def run(data, name="sms_2.csv", *words):
        (space / "outbox" / name).write_bytes(data.encode() if isinstance(data, str) else data)
        out = f"fixed-{name}"
        answer = call("gate", f"outbox/{name}", "--flow", "sms-daily", "--fix", out, "--format", "json", *words)
        assert answer.code == 0, answer.err
        after = call("gate", out, "--flow", "sms-daily", *words)
        assert after.code == 0, after.out
        return (space / out).read_bytes(), json.loads(answer.out)

    return run


def test_a_column_in_excess_is_dropped_and_all_else_stays(fixed, space):
    data = table(
        ("mobile", "name", "id_no", "sum"),
        PHONES,
        ("张*", "李*", "王*", "赵*"),
        IDS,
        (1.5, 2, "3,0".replace(",", ""), 4),
    )
    out, ledger = fixed(data)
    assert out.decode() == table(("mobile", "name", "sum"), PHONES, ("张*", "李*", "王*", "赵*"), (1.5, 2, 30, 4))
    assert [(one["column"], one["action"], one["rule"]) for one in ledger["changes"]] == [
        ("id_no", "dropped", "SHR002")
    ]
    assert ledger["changes"][0]["policy"].startswith("policies/recipients.yaml:")
    assert ledger["untouched"] == ["mobile", "name", "sum"]
    assert ledger["input"]["sha256"] == hashlib.sha256(data.encode()).hexdigest()
    assert ledger["output"]["sha256"] == hashlib.sha256(out).hexdigest()
    assert stat.S_IMODE((space / "fixed-sms_2.csv").stat().st_mode) == 0o600


def test_names_are_masked_where_the_policy_asks_for_a_mask_even_unknown_ones(fixed):
    out, ledger = fixed(table(("mobile", "name"), PHONES, (*NAMES[:3], "Ωλ")))
    assert out.decode() == table(("mobile", "name"), PHONES, ("张*", "李**", "欧阳**", "Ω*"))
    assert ledger["changes"][0]["values"] == {"masked": 4}


def test_a_mask_shows_as_much_as_the_line_lets_it(fixed, scope):
    scope(cn_mobile="plain", cn_resident_id="{forms: [masked], show: {first: 0, last: 4}}")
    out, _ = fixed(table(("mobile", "id_no"), PHONES, IDS))
    assert out.decode() == table(("mobile", "id_no"), PHONES, [f"{'*' * 14}{one[-4:]}" for one in IDS])


def test_what_is_masked_well_enough_already_stays_beside_what_is_not(fixed):
    out, ledger = fixed(table(("mobile", "name"), PHONES, ("张三", "李**", "王*", "赵四")))
    assert out.decode() == table(("mobile", "name"), PHONES, ("张*", "李**", "王*", "赵*"))
    assert ledger["changes"][0]["values"] == {"masked": 2}


def test_a_keyed_hash_gets_a_column_that_says_so(fixed, scope):
    scope(cn_mobile="keyed_hash", person_name="masked")
    out, ledger = fixed(table(("mobile", "name"), (PHONES[0], "+86 138-0013-8000", *PHONES[1:3]), ("张*",) * 4))
    rows = list(csv.DictReader(io.StringIO(out.decode())))
    assert ledger["changes"][0]["renamed"] == "mobile_hmac"
    assert all(re.fullmatch("[0-9a-f]{64}", row["mobile_hmac"]) for row in rows)
    assert rows[0] == rows[1], "one person has one hash, however the number is written"
    assert rows[0]["mobile_hmac"] != hashlib.sha256(PHONES[0].encode()).hexdigest()
    assert len({row["mobile_hmac"] for row in rows}) == 3


def test_where_a_column_cannot_be_renamed_a_token_takes_its_place(fixed, scope, space):
    scope(cn_mobile="keyed_hash", person_name="masked")
    flows = space / "policies" / "flows.yaml"
    flows.write_text(flows.read_text() + "    fields: {mobile: cn_mobile, name: person_name}\n")
    out, ledger = fixed(table(("mobile", "name"), PHONES, ("张*",) * 4))
    assert re.fullmatch(r"mobile,name\n(tok_[a-p]{32},张\*\n){4}", out.decode())
    assert ledger["changes"][0]["values"] == {"tokenised": 4}


def test_a_member_deep_in_json_keeps_its_name_and_gets_a_token(fixed, scope):
    scope(cn_mobile="keyed_hash", person_name="masked")
    out, _ = fixed("".join(json.dumps({"who": {"mobile": one}}) + "\n" for one in PHONES))
    assert re.fullmatch(r'(\{"who": \{"mobile": "tok_[a-p]{32}"\}\}\n){4}', out.decode())
    out, _ = fixed("".join(json.dumps({"mobile": one, "n": 1}) + "\n" for one in PHONES), "sms_3.csv")
    assert re.fullmatch(r'(\{"mobile_hmac": "[0-9a-f]{64}", "n": 1\}\n){4}', out.decode())


def test_what_may_not_be_kept_is_dropped_even_from_what_stays_in_the_house(fixed, space):
    recipients = space / "policies" / "recipients.yaml"
    recipients.write_text(recipients.read_text().replace("role: processor", "role: internal"))
    cards = table(("card_no", "cvv2", "colour"), CARDS, (123, 456, 789, 321), ("red",) * 4)
    out, ledger = fixed(cards, "sms_2.csv", "--allow-gaps")
    assert b"cvv2" not in out
    assert "STO001" in {one["rule"] for one in ledger["changes"]}


def test_two_recipients_cannot_join_their_hashes():
    from pii_audit.auditing.fixing.remedy import Keys
    from pii_audit.identifiers.catalogue import load_catalogue

    mobile = load_catalogue()["cn_mobile"]
    one, other = (Keys.of(b"k" * 32, name).token(mobile, PHONES[0]) for name in ("acme", "bolt"))
    assert one != other
    assert one == Keys.of(b"k" * 32, "acme").token(mobile, "138 0013 8000")


def test_addresses_are_generalised_to_their_district(fixed, scope):
    scope(cn_mobile="plain", address="masked")
    places = ("浙江省温州市鹿城区文三路246号18幢2单元1502室", "湖北省武汉市洪山区解放大道173号25幢3单元1002室") * 2
    out, ledger = fixed(table(("mobile", "home_addr"), PHONES, places))
    assert out.decode().splitlines()[1].startswith(f"{PHONES[0]},浙江省温州市鹿城区***")
    assert ledger["changes"][0]["values"] == {"generalised": 4}


def test_a_stray_identifier_is_emptied_out_of_a_column_that_is_about_another(fixed):
    phones = [*PHONES, *(f"138001380{number:02}" for number in range(20)), IDS[0]]
    out, ledger = fixed(table(("mobile", "name"), phones, ["张*"] * 25))
    assert out.decode() == table(("mobile", "name"), [*phones[:-1], ""], ["张*"] * 25)
    assert ledger["changes"][0]["values"] == {"removed": 1}


def test_numbers_inside_remarks_go_with_their_column_where_they_are_in_excess(fixed):
    notes = [f"已致电 {one} 核实" for one in IDS]
    out, _ = fixed(table(("mobile", "note"), PHONES, notes))
    assert out.decode() == table(("mobile",), PHONES)


def test_undeclared_columns_and_what_must_not_stand_together_are_dropped(fixed, scope, space):
    scope(cn_mobile="plain", person_name="plain", bank_card="plain")
    recipients = space / "policies" / "recipients.yaml"
    recipients.write_text(
        recipients.read_text().replace(
            "    allows:", "    never_together: [[person_name, cn_mobile, bank_card]]\n    allows:"
        )
    )
    flows = space / "policies" / "flows.yaml"
    declared = "{mobile: cn_mobile, name: person_name, card_no: bank_card}"
    flows.write_text(flows.read_text() + f"    fields: {declared}\n")
    out, ledger = fixed(table(("mobile", "name", "card_no", "colour"), PHONES, NAMES, CARDS, ("red",) * 4))
    assert out.decode() == table(("mobile", "name"), PHONES, NAMES)
    assert {one["column"] for one in ledger["changes"]} == {"card_no", "colour"}


@pytest.mark.parametrize("codec", ["utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_encoding_byte_order_mark_line_ends_and_delimiter_are_kept(fixed, codec, end):
    text = end.join(["mobile|name|id_no|备注", *(f"{a}|张*|{b}|“引号”" for a, b in zip(PHONES, IDS, strict=True)), ""])
    out, _ = fixed(text.encode(codec))
    wanted = end.join(["mobile|name|备注", *(f"{a}|张*|“引号”" for a in PHONES), ""])
    assert out == wanted.encode(codec)


def test_json_lines_and_documents_keep_their_shape(fixed):
    records = [
        {"mobile": a, "who": {"name": b, "idNo": c, "tags": [1, "x"]}, "sum": 1.50}
        for a, b, c in zip(PHONES, NAMES, IDS, strict=True)
    ]
    out, _ = fixed("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records), "sms_2.csv")
    first = out.decode().splitlines()[0]
    assert first == f'{{"mobile": "{PHONES[0]}", "who": {{"name": "张*", "tags": [1, "x"]}}, "sum": 1.5}}'
    out, _ = fixed(json.dumps(records, indent=2, ensure_ascii=False), "sms_3.csv")
    again = json.loads(out)
    assert [one["who"]["name"] for one in again] == ["张*", "李**", "欧阳**", "宋**"]
    assert all("idNo" not in one["who"] for one in again)


def test_fixed_width_records_keep_their_layout(fixed, space):
    (space / "sms.layout.yaml").write_text(
        "version: 1\nfields: [{name: mobile, width: 12}, {name: name, width: 8}, {name: id_no, width: 18}, {name: sum, width: 6}]\n"
    )
    audit = space / "audit.yaml"
    audit.write_text(
        audit.read_text().replace('ignore: ["*.ok"]', 'ignore: ["*.ok"], layouts: {"*.csv": sms.layout.yaml}')
    )
    data = "".join(f"{a:<12}{b:<8}{c:<18}{'1.50':>6}\n" for a, b, c in zip(PHONES, NAMES, IDS, strict=True))
    out, ledger = fixed(data)
    assert out.decode().splitlines()[0] == f"{PHONES[0]:<12}{'张*':<8}{'':<18}{'1.50':>6}"
    assert {len(line) for line in out.decode().splitlines()} == {44}
    assert ledger["untouched"] == ["mobile", "sum", "rest"]


def test_a_compliant_export_comes_out_unchanged(fixed, space):
    data = (space / "outbox" / "sms_1.csv").read_bytes()
    out, ledger = fixed(data)
    assert out == data
    assert ledger["changes"] == []


def test_standard_input_is_fixed_too(space, call):
    data = table(("mobile", "id_no"), PHONES, IDS).encode()
    answer = call("gate", "-", "--flow", "sms-daily", "--fix", "out.csv", "--lang", "zh", "--name", "a.csv", stdin=data)
    assert answer.code == 0
    assert answer.out.startswith("id_no: 整列删除 (SHR002 policies/recipients.yaml:")
    assert (space / "out.csv").read_text() == table(("mobile",), PHONES)


def test_the_receipt_of_a_fix_is_about_its_result_and_lists_the_changes(space, excess, call):
    words = ("--fix", "out.csv", "--receipt", "receipt.json")
    assert call("gate", excess, "--flow", "sms-daily", *words).code == 0
    receipt = json.loads((space / "receipt.json").read_text())
    assert list(receipt["files"]) == ["out.csv"]
    assert receipt["ledger"]["changes"][0]["column"] == "id_no"
    assert call("gate", "--verify", "receipt.json", "out.csv").code == 0
    assert call("gate", "--verify", "receipt.json", excess).code == 1


# What cannot be fixed


def test_what_no_change_of_columns_mends_is_told_and_nothing_is_written(space, excess, call, told):
    answer = call("gate", excess, "--flow", "sms-daily", "--fix", "out.csv", "--as-of", "2024-12-31")
    lines = told(answer, 1)
    assert any("SHR007" in line for line in lines)
    assert "nothing was written" in lines[-1]
    assert sorted(path.name for path in space.iterdir() if "out" in path.name or path.name.startswith(".pii")) == [
        "outbox"
    ]


def test_an_export_of_nothing_but_excess_is_not_written_empty(space, call, told):
    (space / "outbox" / "sms_2.csv").write_text(table(("id_no", "card_no"), IDS, CARDS))
    told(call("gate", "outbox/sms_2.csv", "--flow", "sms-daily", "--fix", "out.csv"), 1)
    assert not (space / "out.csv").exists()


@pytest.mark.parametrize("path", ["outbox/sms_2.csv", "-"])
def test_of_an_empty_export_nothing_is_to_be_fixed(space, call, told, path):
    (space / "outbox" / "sms_2.csv").write_bytes(b"")
    [line] = told(call("gate", path, "--flow", "sms-daily", "--fix", "out.csv"), 2)
    assert "is empty" in line
    assert not (space / "out.csv").exists()


def test_a_format_that_cannot_be_fixed_is_named(space, call, told):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["mobile", "id_no"])
    book.save(space / "outbox" / "sms_2.csv")
    [line] = told(call("gate", "outbox/sms_2.csv", "--flow", "sms-daily", "--fix", "out.csv"), 2)
    assert "cannot be fixed" in line
    assert "JSON Lines" in line


def test_a_file_that_mixes_encodings_is_left_alone(space, call, told):
    row = "13800138000,张三,11010519491231002X\n"
    data = b"mobile,name,id_no\n" + row.encode() * 20 + row.encode("gb18030")
    (space / "outbox" / "sms_2.csv").write_bytes(data)
    [line] = told(call("gate", "outbox/sms_2.csv", "--flow", "sms-daily", "--fix", "out.csv"), 3)
    assert "encodings" in line
    assert not (space / "out.csv").exists()


def test_what_could_not_be_read_whole_is_not_fixed(space, call, told):
    (space / "outbox" / "sms_2.csv").write_bytes(b'[{"mobile": "13800138000"}, {"mobile": ')
    [line] = told(call("gate", "outbox/sms_2.csv", "--flow", "sms-daily", "--fix", "out.csv"), 3)
    assert "nothing was written" in line


@pytest.mark.parametrize("out", ["outbox/sms_2.csv", "link.csv", "outbox", "-", "nowhere/out.csv"])
def test_the_input_is_never_overwritten_nor_anything_that_is_no_file(space, excess, call, told, out):
    (space / "link.csv").symlink_to(excess)
    before = excess.read_bytes()
    told(call("gate", "outbox/sms_2.csv", "--flow", "sms-daily", "--fix", out), 2)
    assert excess.read_bytes() == before


@pytest.mark.parametrize(
    "words", [("outbox",), ("outbox/sms_1.csv", "outbox/sms_2.csv"), ("outbox/sms_2.csv", "--record")]
)
def test_one_file_at_a_time_and_nothing_beside(space, excess, call, told, words):
    told(call("gate", *words, "--flow", "sms-daily", "--fix", "out.csv"), 2)


def test_what_stood_in_its_place_survives_a_failure(space, excess, call):
    (space / "out.csv").write_text("before")
    assert call("gate", excess, "--flow", "sms-daily", "--fix", "out.csv", "--as-of", "2024-12-31").code == 1
    assert (space / "out.csv").read_text() == "before"
    assert call("gate", excess, "--flow", "sms-daily", "--fix", "out.csv").code == 0
    assert (space / "out.csv").read_text() == "mobile,name\n13800138000,张*\n13900139000,李*\n"


def test_no_value_that_was_taken_out_is_told(space, call):
    (space / "outbox" / "sms_2.csv").write_text(table(("mobile", "name", "id_no"), PHONES, NAMES, IDS))
    answer = call("gate", "outbox/sms_2.csv", "--flow", "sms-daily", "--fix", "out.csv", "--format", "json", "-v")
    assert not any(value in answer.out + answer.err for value in (*PHONES, *NAMES, *IDS))


# Whatever stands in it

COLUMNS = {
    "mobile": st.sampled_from(PHONES),
    "name": st.sampled_from((*NAMES, "张*", "")),
    "id_no": st.sampled_from((*IDS, "")),
    "card_no": st.sampled_from(CARDS),
    "note": st.sampled_from(("", "ok", f"call {PHONES[1]}", "说“好”, 然后", 'he said "no"', f"证件{IDS[0]}号")),
    "amount": st.integers(0, 10**6).map(lambda cents: f"{cents / 100:.2f}"),
    "md5": st.sampled_from([hashlib.md5(one.encode()).hexdigest() for one in PHONES]),
}
COLOUR = st.sampled_from(("red", "blue", "green"))
FORMS = st.sampled_from(["plain", "masked", "keyed_hash", "tokenised", "{forms: [masked], show: {first: 0, last: 4}}"])


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_fixed_passes_and_untouched_columns_are_as_they_were(data, space, call, scope):
    names = [*data.draw(st.lists(st.sampled_from(sorted(COLUMNS)), min_size=1, unique=True)), "colour"]
    rows = data.draw(st.lists(st.tuples(*(COLUMNS.get(name, COLOUR) for name in names)), min_size=2, max_size=12))
    forms = {
        name: data.draw(FORMS)
        for name in data.draw(
            st.sets(st.sampled_from(["cn_mobile", "person_name", "cn_resident_id", "bank_card"]), min_size=1)
        )
    }
    scope(**forms)
    delimiter, end = data.draw(st.sampled_from([",", "|", "\t"])), data.draw(st.sampled_from(["\n", "\r\n"]))
    codec, quoting = data.draw(st.sampled_from(["utf-8", "utf-8-sig", "gb18030"])), data.draw(st.sampled_from([0, 1]))
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows([names, *rows])
    (space / "outbox" / "sms_2.csv").write_bytes(text.getvalue().encode(codec))
    (space / "out.csv").unlink(missing_ok=True)
    answer = call("gate", "outbox/sms_2.csv", "--flow", "sms-daily", "--fix", "out.csv", "--format", "json")
    assert answer.code == 0, answer.err
    assert call("gate", "out.csv", "--flow", "sms-daily").code == 0
    ledger = json.loads(answer.out)
    before = raw_cells(text.getvalue(), delimiter, end)
    after = raw_cells((space / "out.csv").read_bytes().decode(codec), delimiter, end)
    assert len(after) == len(before)
    kept = {cells[0].strip('"'): cells for cells in zip(*after, strict=True)}
    for name, cells in zip(names, zip(*before, strict=True), strict=True):
        if name in ledger["untouched"]:
            # Of a lone empty cell its quotes tell that there is a row.
            assert kept[name] == (cells if len(kept) > 1 else tuple(cell or '""' for cell in cells))


def raw_cells(text, delimiter, end):
    """Cells as they stand, quotes and all; no cell of these tests holds a line end."""
    cell = re.compile(rf'(?:"(?:[^"]|"")*"|[^{re.escape(delimiter)}]*)')
    rows = []
    for line in filter(None, text.split(end)):
        row, at = [], 0
        while at <= len(line):
            row.append(cell.match(line, at)[0])
            at += len(row[-1]) + 1
        rows.append(row)
    return rows


def test_kill_9_leaves_what_stood_there(space):
    rows = "".join(f"{PHONES[number % 4]},张三,{IDS[number % 4]}\n" for number in range(3_000))
    (space / "outbox" / "sms_2.csv").write_text("mobile,name,id_no\n" + rows)
    (space / "out.csv").write_text("before")
    words = ("gate", "outbox/sms_2.csv", "--flow", "sms-daily", "--fix", "out.csv")
    with subprocess.Popen([sys.executable, "-m", "pii_audit", *words], stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and not list(space.glob(".pii-audit-*")):
            pass
        process.kill()
    assert (space / "out.csv").read_text() == "before"
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in space.glob(".pii-audit-*"))


def test_a_hostile_column_name_drives_no_terminal(space, call):
    name = "\x1b[2Jid_no\u202e"
    (space / "outbox" / "sms_2.csv").write_text(table(("mobile", name), PHONES, IDS))
    for words in (
        ("outbox/sms_2.csv", "--fix", "out.csv"),
        ("--diff", "outbox/sms_1.csv", "outbox/sms_2.csv"),
        ("--diff", "outbox/sms_1.csv", "outbox/sms_2.csv", "--format", "json"),
    ):
        answer = call("gate", "--flow", "sms-daily", *words)
        assert "id_no" in answer.out + answer.err
        assert not any(mark in answer.out + answer.err for mark in ("\x1b", "\u202e"))
