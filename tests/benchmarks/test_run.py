"""The whole benchmark in small: our own engine on corpora of a few kilobytes."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from benchmarks.__main__ import main
from benchmarks.contestants.interface import TABLE, TEXT, Contestant, blocks
from benchmarks.measure import measure
from benchmarks.plot import bars


def test_blocks_end_with_a_line_and_are_the_whole_file(tmp_path):
    path = tmp_path / "text"
    path.write_bytes(b"".join(b"%d\n" % number for number in range(2_000)))
    given = list(blocks(path, 5_000))
    assert b"".join(given) == path.read_bytes()[: len(b"".join(given))]
    assert all(block.endswith(b"\n") for block in given)
    assert b"".join(blocks(path, path.stat().st_size)) == path.read_bytes()


def test_the_errors_of_our_engine_are_listed_by_corpus(tmp_path, capsys):
    code = main(["--errors", "--only", "reference", "--size", "0.02", "--held-out", "0.02", "--keep", str(tmp_path)])
    printed = capsys.readouterr().out
    assert code == 0
    assert "cn_mobile" in printed
    assert "what it confuses, held out" in printed


def test_a_results_page_and_a_plot_are_written(tmp_path):
    pytest.importorskip("pyarrow", reason="of the extra bench")
    page = tmp_path / "results.md"
    small = ["--size", "0.02", "--held-out", "0.02", "--rows", "50", "--keep", str(tmp_path), "--out", str(page)]
    assert main(["--only", "reference", "--only", "reference_table", "--only", "gate", *small]) == 0
    text = page.read_text(encoding="utf-8")
    assert "## Text: speed" in text
    assert "## Table: columns" in text
    assert "| gate --pass-through | 0 |" in text
    assert "| cn_mobile |" in text
    assert str(tmp_path) not in text
    ET.fromstring(page.with_suffix(".svg").read_text(encoding="utf-8"))


def test_who_is_not_installed_is_left_out_and_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "text").write_text("x\n")
    said = []
    ripgrep = next(one for one in TEXT if one.name == "ripgrep")
    assert measure(ripgrep, tmp_path / "text", 2, tmp_path, said.append) is None
    assert "not installed" in said[0]


def test_a_contestant_that_fails_fails_the_run(tmp_path):
    broken = Contestant("reference", "ours", "ourselves", repeats=1)
    with pytest.raises(RuntimeError, match="ours failed"):
        measure(broken, tmp_path / "no such file", 10, tmp_path, print)


def test_contestants_have_names_of_their_own():
    names = [one.name for one in (*TEXT, *TABLE)]
    assert len(names) == len(set(names))


def test_a_plot_escapes_names_and_puts_the_largest_first():
    plot = bars("a < b", "MB", [("small", 0.1, False), ("large & fast", 200.0, True)])
    texts = ["".join(one.itertext()) for one in ET.fromstring(plot).iter("{http://www.w3.org/2000/svg}text")]
    assert texts.index("large & fast") < texts.index("small")
