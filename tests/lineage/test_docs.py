"""docs/sql.md says what is so."""

from __future__ import annotations

import re

import pytest
import yaml

pytest.importorskip("sqlglot")


def test_the_settings_shown_are_those_of_audit_yaml(checkout, tmp_path):
    from pii_audit.lineage.dialects import load_dialect
    from pii_audit.workspace import load_workspace

    page = (checkout / "docs" / "sql.md").read_text(encoding="utf-8")
    shown = "".join(re.findall(r"```yaml\n(.*?)```", page, re.DOTALL))
    others = "".join(f"  - {{id: {name}, kind: database, url: 'sqlite:{name}.db'}}\n" for name in ("core", "warehouse"))
    (tmp_path / "audit.yaml").write_text(
        f"version: 1\n{shown.replace('sources:', 'sources:' + chr(10) + others)}", encoding="utf-8"
    )
    space = load_workspace(tmp_path)
    jobs = space.source("jobs").sql
    assert jobs is not None
    assert load_dialect(jobs.dialect).name == "hive"
    assert space.functions == yaml.safe_load(shown)["functions"]


def test_every_dialect_named_is_read(checkout):
    from pii_audit.lineage.dialects import load_dialect

    page = (checkout / "docs" / "sql.md").read_text(encoding="utf-8")
    listed = page.partition("## Dialects and templates")[2].partition(":")[0]
    names = set(re.findall(r"[A-Za-z]+(?: Server)?", listed)) - {"and", "others"}
    assert len(names) > 20
    for name in names:
        load_dialect(name.replace(" ", ""))


def test_what_is_said_of_functions_is_what_they_do(warehouse, checkout):
    page = (checkout / "docs" / "sql.md").read_text(encoding="utf-8")
    for name in ("md5", "sha2", "HASHBYTES", "STANDARD_HASH", "hmac", "aes_encrypt", "mask_show_last_n"):
        assert f"`{name}" in page or f"{name}`" in page
    assert warehouse.trace("SELECT md5(phone) AS h FROM customer").gaps == ()
