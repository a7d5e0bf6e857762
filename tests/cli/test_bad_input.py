"""Whatever is wrong with what it is given: one line a diagnostic, the right exit code, never a traceback."""

from __future__ import annotations

import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager

import pytest

NOBODY = 65534
COMMANDS_IN_A_WORKSPACE = (
    ("run",),
    ("gate", "x.csv", "--flow", "f"),
    ("inventory",),
    ("findings", "list"),
    ("report",),
    ("policy", "check"),
)


def rows(answer):
    return {row["asset"]: row for row in json.loads(answer.out)["coverage"]}


@pytest.mark.parametrize("words", COMMANDS_IN_A_WORKSPACE)
def test_without_an_audit_yaml_it_says_how_to_make_one(tmp_path, call, told, monkeypatch, words):
    monkeypatch.chdir(tmp_path)
    [line] = told(call(*words), 2)
    assert "audit.yaml" in line
    assert "init" in line


@pytest.mark.parametrize("words", [("inventory",), ("findings", "list"), ("report",)])
def test_before_the_first_run_there_is_nothing_to_show(space, call, told, words):
    [line] = told(call(*words), 2)
    assert "run" in line
    assert not (space / ".pii-audit").exists()


@pytest.mark.parametrize("words", [("inspect", "nowhere"), ("gate", "nowhere", "--flow", "sms-daily")])
def test_a_missing_path_is_no_empty_folder(space, call, told, words):
    [line] = told(call(*words), 2)
    assert "nowhere" in line


@pytest.mark.parametrize(
    ("words", "english", "chinese"),
    [
        (("run", "--sample", "0"), "--sample: expected a whole number from 1", "--sample 应为 1 到"),
        (("gate", "x", "--as-of", "2026-13-01"), "--as-of: expected a date YYYY-MM-DD", "--as-of 应为日期 YYYY-MM-DD"),
        (
            ("run", "--full", "--sample", "5"),
            "--sample: not allowed with argument --full",
            "--sample 与 --full 不能同时使用",
        ),
        (
            ("run", "--ful"),
            'unrecognized arguments: --ful; did you mean "--full"?',
            "不认识的参数：--ful，是否指 “--full”？",
        ),
        (
            ("run", "--fail-on", "severe"),
            "known: critical, high, info, low, medium",
            "可用：critical, high, info, low, medium",
        ),
        (("run", "--source"), "--source: expected one argument", "--source 后缺少值"),
        (("policy",), "required: ACTION", "缺少参数：ACTION"),
    ],
)
def test_a_slip_on_the_command_line_is_told_in_the_language_that_was_asked_for(call, told, words, english, chinese):
    assert english in told(call("--lang", "en", *words), 2)[0]
    assert chinese in told(call("--lang", "zh", *words), 2)[0]


def test_a_source_whose_folder_is_missing_leaves_the_run_incomplete(space, call, told):
    (space / "share" / "note.txt").unlink()
    (space / "share").rmdir()
    answer = call("run", "--format", "json", "--fail-on", "critical")
    told(answer, 3)
    assert "failed" in {row["status"] for row in json.loads(answer.out)["coverage"]}
    assert "COV001" in {one["rule"] for one in json.loads(answer.out)["findings"]}


@contextmanager
def _as_nobody():
    """Root may read everything: as somebody else, then."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_file_without_permission_is_told_and_not_passed_over(space, call, told):
    (space / "share" / "note.txt").chmod(0o644)
    assert call("inspect", "share", "--format", "json").code == 0
    (space / "share" / "secret.txt").write_text("13800138000")
    (space / "share" / "secret.txt").chmod(0o000)
    (space / "share" / "locked").mkdir(mode=0o000)
    space.chmod(0o755)
    with _as_nobody():
        answer = call("inspect", "share", "--format", "json")
    told(answer, 3)
    assert {name: row["status"] for name, row in rows(answer).items()} == {
        "note.txt": "inspected",
        "secret.txt": "failed",
        "locked/": "failed",
    }
    assert "ermission" in rows(answer)["secret.txt"]["reason"]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.csv", b""),
        ("empty.json", b""),
        ("blank.txt", b" \n\n"),
        ("nul.csv", b"mobile,x\n13800138000,\x00\n13900139000,a\x00b\n"),
        ("nul.txt", b"tel 13800138000\x00\x00 and 13900139000\n"),
        ("broken-utf8.txt", b"tel 13800138000 \xff\xfe\xfa\xc3\x28 end\n"),
        ("broken-utf8.csv", b"mobile,note\n13800138000,\xe5\xbc\n13900139000,\xff\n"),
        ("ragged.csv", b"a,mobile\n1,13800138000\n2\n3,13900139000,more,and more\n"),
        ("quote.csv", b'a,mobile\n"1,13800138000\n2,13900139000\n'),
        ("half.json", b'{"mobile": "13800138000", "x": [1,'),
        ("half.jsonl", b'{"mobile": "13800138000"}\n{"mobile": \n{"mobile": "13900139000"}\n'),
        ("deep.json", b"[" * 100_000),
        ("huge-number.json", b'{"n": 1' + b"0" * 5000 + b"}"),
        ("archive.zip", b"PK\x03\x04\x14\x00\x06\x00" + bytes(range(256))),
    ],
)
def test_an_odd_file_is_read_or_told_never_passed_over(space, call, told, name, data):
    """A value that can be read is found; what cannot be read makes the call incomplete."""
    (space / name).write_bytes(data)
    answer = call("inspect", name, "--format", "json")
    assert answer.code in (0, 3)
    told(answer, answer.code)
    seen = json.loads(answer.out)
    assert [row["asset"] for row in seen["coverage"]] == [name]
    assert (answer.code == 3) is (seen["coverage"][0]["status"] == "failed")
    if b"13800138000" in data and answer.code == 0:
        assert "cn_mobile" in {one["identifier"] for one in seen["fields"]}
    for format_ in ("table", "jsonl"):
        assert call("inspect", name, "--format", format_).code == answer.code


def _one_line(path, size):
    with path.open("wb") as stream:
        for _ in range(size // 1000):
            stream.write(b"x" * 999 + b" ")
        stream.write(b"13800138000")


def test_a_line_of_20_megabytes_is_read_to_its_end(space, call, told):
    _one_line(space / "line.txt", 20_000_000)
    answer = call("inspect", "line.txt", "--format", "json")
    told(answer, 0)
    [found] = json.loads(answer.out)["fields"]
    assert (found["identifier"], found["hits"]) == ("cn_mobile", 1)


@pytest.mark.soak
def test_a_line_of_200_megabytes_is_read_in_bounded_memory(space, program, told):
    _one_line(space / "line.txt", 200_000_000)
    limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (2_000_000_000, 2_000_000_000))  # noqa: E731 - for the child
    answer = program("inspect", "line.txt", "--format", "json", cwd=space, setup=limit, timeout=900)
    told(answer, 0)
    assert [one["hits"] for one in json.loads(answer.out)["fields"]] == [1]


@pytest.mark.parametrize(
    "data",
    [b"", b"not a database at all" * 200, b"SQLite format 3\x00" + b"\xff" * 5000],
    ids=["empty", "text", "torn"],
)
def test_a_broken_database_leaves_the_run_incomplete_or_empty_never_clean_by_mistake(space, call, told, data):
    (space / "core.db").write_bytes(data)
    answer = call("run", "--source", "core", "--format", "json", "--fail-on", "critical")
    told(answer, 0 if not data else 3)
    if data:
        assert [row["status"] for row in json.loads(answer.out)["coverage"]] == ["failed"]


def test_a_database_that_lost_a_page_in_the_middle_is_incomplete(space, call, told):
    with closing(sqlite3.connect(space / "core.db")) as connection:
        connection.executemany(
            "INSERT INTO customer VALUES (?, ?, ?)", [(n, f"138{n:08d}", None) for n in range(20000)]
        )
        connection.commit()
    data = bytearray((space / "core.db").read_bytes())
    data[40 * 4096 : 60 * 4096] = b"\xff" * (20 * 4096)
    (space / "core.db").write_bytes(data)
    answer = call("run", "--source", "core", "--format", "json", "--fail-on", "critical")
    told(answer, 3)
    assert rows(answer)["core:customer"]["status"] == "failed"


@contextmanager
def _locked(path):
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


def test_a_locked_database_is_told_as_one_that_could_not_be_read(space, call, told):
    with _locked(space / "core.db"):
        answer = call("run", "--source", "core", "--format", "json", "--fail-on", "critical")
    told(answer, 3)
    assert "locked" in json.dumps(json.loads(answer.out)["coverage"])


def _full_disk():
    """In the child: no file may grow beyond 100 bytes, and the attempt is an error and no signal."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))


@pytest.mark.parametrize("format_", ["json", "jsonl", "table"])
def test_on_a_full_disk_the_old_output_of_an_inspection_survives(space, program, told, format_):
    (space / "share" / "more.txt").write_text("13800138000\n" * 5)
    (space / "out").write_text("the old one")
    answer = program("inspect", "share", "--format", format_, "-o", "out", cwd=space, setup=_full_disk)
    [line] = told(answer, 2)
    assert "the output was not written" in line
    assert (space / "out").read_text() == "the old one"
    assert [path.name for path in space.iterdir() if path.name.startswith(".pii-audit-")] == []


@pytest.mark.parametrize("option", ["-o", "--receipt"])
def test_on_a_full_disk_the_old_verdict_and_receipt_survive(space, program, told, option):
    (space / "out").write_text("the old one")
    words = ("gate", "outbox/sms_1.csv", "--flow", "sms-daily", option, "out")
    told(program(*words, cwd=space, setup=_full_disk), 2)
    assert (space / "out").read_text() == "the old one"


def test_on_a_full_disk_a_run_is_not_recorded_and_not_green(space, program, told):
    told(program("run", cwd=space, setup=_full_disk), 2)


def test_a_full_standard_output_is_told_too(space, told):
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        for words in (
            ["inspect", "share", "--format", "json"],
            ["inspect", "share"],
            ["inspect", "share", "--format", "jsonl"],
            ["--help"],
        ):
            done = subprocess.run([sys.executable, "-m", "pii_audit", *words], stdout=full, stderr=subprocess.PIPE, timeout=60, check=False, cwd=space)  # fmt: skip
            assert b"Traceback" not in done.stderr, words
            assert done.returncode == 2, (words, done.stderr)


def test_an_output_in_a_folder_that_is_missing_is_told(space, call, told):
    [line] = told(call("inspect", "share", "--format", "json", "-o", "no/such/folder/out.json"), 2)
    assert "no/such/folder" in line


def test_an_interrupted_run_keeps_its_progress_and_goes_on_to_the_same_findings(space, program, told):
    big = space / "share" / "big.csv"
    big.write_text("mobile,id\n" + "".join(f"138{n:08d},{n}\n" for n in range(120_000)))
    (space / "share" / "a.csv").write_text("mobile\n13800138000\n13900139000\n")
    running = subprocess.Popen(
        [sys.executable, "-m", "pii_audit", "run", "--source", "share"],
        cwd=space,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        # A shell lets what it begins in the background ignore interruptions, tests included.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no thread runs here
    )
    store = space / ".pii-audit" / "store.db"
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not _kept(store):
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=30)
    assert running.returncode == 130, err
    assert b"Traceback" not in err
    assert b"--resume" in err
    assert _kept(store)
    resumed = program("run", "--source", "share", "--resume", "--format", "json", cwd=space)
    told(resumed, resumed.code)
    assert not _kept(store)
    fresh = program("run", "--source", "share", "--full", "--format", "json", cwd=space)
    keep = ("fingerprint", "rule", "severity", "message", "evidence")
    told_ = [
        [{name: one[name] for name in keep} for one in json.loads(answer.out)["findings"]]
        for answer in (resumed, fresh)
    ]
    assert told_[0] == told_[1]
    assert json.loads(resumed.out)["coverage"] == json.loads(fresh.out)["coverage"]


def _kept(store):
    """How many assets an unfinished run has in the store."""
    if not store.exists():
        return 0
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        try:
            return connection.execute("SELECT count(*) FROM checkpoints").fetchone()[0]
        except sqlite3.OperationalError:
            return 0


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["inspct", "x"], "inspect"),
        (["polcy"], "policy"),
        (["run", "--sauce", "core"], "--sauce"),
        (["run", "--source", "coer"], "core"),
        (["inspect", "share", "--identifier", "cn_mobil"], "cn_mobile"),
        (["report", "--run", "nothing"], "nothing"),
        (["run", "--sample", "0"], "--sample"),
        (["run", "--sample", "5", "--full"], "--full"),
        (["findings", "lst"], "list"),
        (["--lang", "fr", "run"], "--lang"),
    ],
)
def test_a_typing_error_is_one_line_with_what_was_meant(space, call, told, words, meant):
    call("run", "-q")
    answer = call(*words)
    [line] = told(answer, 2)
    assert meant in line
    assert answer.out == ""


@pytest.mark.parametrize(
    "name", ["客户 名单.txt", "with  blanks.txt", "tab\there.txt", "bell\a.txt", "new\nline.txt", "esc\x1b[31m.txt"]
)
@pytest.mark.parametrize("format_", ["table", "json", "jsonl"])
def test_odd_file_names_are_read_and_shown_without_control_characters(space, call, told, name, format_):
    (space / "share" / name).write_text("13800138000")
    answer = call("inspect", "share", "--format", format_)
    told(answer, 0)
    assert answer.out.replace("\n", "").replace("\t", "").isprintable()
    assert call("run", "--source", "share", "-q").code in (0, 1)


def test_a_file_name_that_is_no_utf8_is_read_all_the_same(space, call, told):
    with open(os.fsencode(space / "share") + b"/\xff\xfe.txt", "w") as file:  # noqa: PTH123 - a name in bytes
        file.write("13800138000")
    for format_ in ("table", "json", "jsonl"):
        told(call("inspect", "share", "--format", format_), 0)
    for format_ in ("table", "json", "html", "markdown"):
        answer = call("run", "--source", "share", "--format", format_)
        told(answer, answer.code)
    told(call("gate", "share", "--flow", "sms-daily", "--receipt", "r.json"), 0)


def test_a_diagnostic_about_an_odd_name_is_one_line(space, call, told):
    [line] = told(call("inspect", "no\nsuch\x1b[31mfile"), 2)
    assert "\\x0a" in line


def test_a_link_that_leads_nowhere_or_round_in_a_circle_is_told(space, call, told):
    (space / "share" / "dangling.txt").symlink_to(space / "nowhere")
    (space / "share" / "round").symlink_to(space / "share")
    answer = call("inspect", "share", "--format", "json")
    assert answer.code in (0, 3)
    told(answer, answer.code)
    assert {"dangling.txt", "round"} <= set(rows(answer))


def test_errors_of_audit_yaml_are_told_all_at_once(space, call, told):
    text = (
        (space / "audit.yaml")
        .read_text()
        .replace("kind: feed", "kind: feeed")
        .replace("owner: Office", "ovner: Office")
    )
    (space / "audit.yaml").write_text(text)
    lines = told(call("run"), 2)
    assert len(lines) == 2
    assert all(line.startswith("audit.yaml:") for line in lines)
    assert "feed" in lines[1]
    assert "owner" in lines[0]


def test_a_key_that_is_none_is_told(space, call, told, surroundings):
    (surroundings / "key").write_text("secret but no key")
    lines = told(call("run"), 2)
    assert not any("secret but no key" in line for line in lines)


def test_a_store_that_is_none_is_told(space, call, told):
    (space / ".pii-audit").mkdir()
    (space / ".pii-audit" / "store.db").write_bytes(b"not a store" * 1000)
    for words in (("run",), ("report",), ("findings", "list"), ("inventory",)):
        told(call(*words), 2)


@pytest.mark.parametrize(
    "words",
    [
        ("run", "--jobs", "99999999999"),
        ("run", "--jobs", "0"),
        ("gate", "x.csv", "--flow", "sms-daily", "--jobs", "257"),
        ("run", "--sample", "9" * 5000),
        ("findings", "list", "--limit", "9" * 20),
    ],
)
def test_a_number_beyond_all_reason_is_refused(space, call, told, words):
    told(call(*words), 2)


@pytest.mark.parametrize("error", [OverflowError, ValueError, PermissionError, KeyError])
def test_an_error_that_nobody_has_foreseen_looks_like_no_verdict_and_tells_no_value(
    space, call, told, monkeypatch, error
):
    def fails(*_, **__):
        value = "13800138000"
        raise error(value)

    monkeypatch.setattr("pii_audit.auditing.selfcheck.audit", fails)
    [line] = told(call("run"), 3)
    assert line.startswith("pii_audit.cli.program:")
    assert "pii_audit.cli.run:" in line
    assert error.__name__ in line
    assert "13800138000" not in line
