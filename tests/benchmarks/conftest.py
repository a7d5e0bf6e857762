"""The benchmarks are part of the checkout and of no wheel."""

from __future__ import annotations

from pathlib import Path

if not (Path(__file__).resolve().parents[2] / "benchmarks" / "corpus").is_dir():
    collect_ignore_glob = ["test_*.py"]
