from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import jsonschema
import pytest
import yaml

from pii_audit import content
from pii_audit.errors import ConfigurationError, PiiAuditError, UsageError
from pii_audit.workspace import (
    STANDARDS,
    Workspace,
    find_workspace,
    load_workspace,
    packs,
    shown_path,
    workspace_schema,
)

# The example of the published form, word for word.
EXAMPLE = """\
version: 1
organisation:
  name: 示例银行
  standards: [pipl, pboc-2020-5, cac-audit, jrt-0171, jrt-0197, tpcac-0001, pci-dss]   # only these are cited in reports
  institution: {roles: [issuer], own_bins: ["622848"]}          # tells own C3 from other institutions' C3
  units:                       # a tree: head office → branch → sub-branch; sources and findings belong to a unit
    - {id: hq, title: 总行, kind: head_office, units: [{id: hz, title: 杭州分行, kind: branch, responsible: 张某, email: hz@bank.example}]}
sources:
  - {id: core, kind: database, url: "sqlite:core.db", owner: 零售业务部, unit: hq, environment: prod, region: CN,
     at_rest: {method: TDE, ref: SEC-2025-3, until: 2027-06-30}}       # a connected scanner sees clear text: encryption at rest is declared
  - {id: warehouse, kind: database, url: "env:WAREHOUSE_URL", owner: 数据部, unit: hq, environment: prod, region: CN,
     include: ["public.*"], exclude: ["*.tmp_*"], sample: 20000}
  - {id: branch-share, kind: file_share, url: "share/", owner: 办公室, unit: hq, units_by_path: {"hz/**": hz}}
  - {id: outbox, kind: feed, url: "outbox/", owner: 数据部, unit: hq, ignore: ["*.ok", "*.ctl"]}
policies: [policies/]          # folders or files; every *.yaml in them is read
store: "sqlite:.pii-audit/store.db"
key: "keyring:pii-audit/example"   # HMAC key: keyring:, env: or file:; `init` makes it outside the workspace; `doctor` warns of a key beside the store
samples: masked                # or none
"""


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policies").mkdir()

    def loaded(text: str) -> Workspace:
        (tmp_path / "audit.yaml").write_text(text, encoding="utf-8")
        return load_workspace(tmp_path)

    return loaded


def problems(load, text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load(text)
    return caught.value.lines("en")


def test_the_published_example_loads_with_every_part(load, tmp_path):
    workspace = load(EXAMPLE)
    core, warehouse, share, outbox = workspace.sources
    assert workspace.name == "示例银行"
    assert workspace.institution.own_bins == ("622848",)
    assert workspace.units["hz"].parent == "hq"
    assert workspace.units["hz"].email == "hz@bank.example"
    assert core.at_rest is not None
    assert core.at_rest.until == date(2027, 6, 30)
    assert (warehouse.include, warehouse.exclude, warehouse.sample) == (("public.*",), ("*.tmp_*",), 20000)
    assert outbox.ignore == ("*.ok", "*.ctl")
    assert share.position.line == 13
    assert workspace.timezone == "Asia/Shanghai"
    assert workspace.root == tmp_path.resolve()


def test_the_published_example_satisfies_the_json_schema():
    document = json.loads(json.dumps(yaml.safe_load(EXAMPLE), default=str))
    jsonschema.validate(document, workspace_schema())


def test_the_published_json_schema_is_current():
    assert json.loads(content.text("reports/schemas/audit.schema.json")) == workspace_schema()


def test_every_instrument_that_can_be_cited_is_a_standard():
    assert set(STANDARDS) == set(yaml.safe_load(content.text("policies/instruments.yaml"))["instruments"])


def test_an_asset_belongs_to_the_unit_of_its_path_or_else_of_its_source(load):
    workspace = load(EXAMPLE)
    share = workspace.source("branch-share")
    assert workspace.unit_of(share, "hz/lists/a.csv").id == "hz"
    assert workspace.unit_of(share, "nb/a.csv").id == "hq"


@pytest.mark.parametrize("said", ["none", "无", "-", "TBD"])
def test_an_encryption_at_rest_that_there_is_not_is_refused(load, said):
    text = f"version: 1\nsources:\n  - {{id: a, kind: feed, url: x, at_rest: {{method: '{said}'}}}}\n"
    assert problems(load, text) == [f'audit.yaml:3:51: "{said}" proves nothing: leave it out where there is none']


def test_version_alone_is_a_workspace_with_defaults(load):
    workspace = load("version: 1\n")
    assert (workspace.store, workspace.key, workspace.samples) == ("sqlite:.pii-audit/store.db", None, "masked")


def test_all_problems_are_reported_at_once_with_their_places(load):
    text = """\
version: 2
organisation:
  standards: [pipll]
  units: [{id: hq}, {id: hq}]
sources:
  - {id: a, kind: databse, url: x}
  - {id: a, kind: feed, url: y, unit: hz, sample: 0, region: cn, envirnment: prod}
  - {kind: feed}
policies: [nowhere/, "pack:none"]
identifiers: [own/]
samples: raw
timezone: Mars/Olympus
"""
    assert problems(load, text) == [
        "audit.yaml:1:10: this program knows version: 1 only",
        'audit.yaml:3:15: "pipll" is not one of ' + " | ".join(STANDARDS) + '; did you mean "pipl"?',
        'audit.yaml:4:22: duplicate unit "hq" (first in line 4)',
        'audit.yaml:6:19: "databse" is not one of database | file_share | feed | bundle | export_jobs; did you mean "database"?',
        'audit.yaml:7:6: duplicate source "a" (first in line 6)',
        'audit.yaml:7:33: unknown unit "hz"; known: hq',
        'audit.yaml:7:51: expected a whole number, at least 1, got "0"',
        "audit.yaml:7:62: a region is a two-letter code of ISO 3166-1 such as CN or HK",
        'audit.yaml:7:66: unknown key "envirnment"; did you mean "environment"?',
        'audit.yaml:8:5: missing key "id"',
        'audit.yaml:8:5: missing key "url"',
        'audit.yaml:9:12: there is no file or folder "nowhere/"',
        'audit.yaml:9:22: unknown pack "none"',
        'audit.yaml:10:15: there is no file or folder "own/"',
        'audit.yaml:11:10: "raw" is not one of masked | none',
        "audit.yaml:12:11: not an IANA time zone such as Asia/Shanghai",
    ]


def test_a_region_named_no_is_norway_and_a_bin_keeps_its_zero(load):
    workspace = load(
        "version: 1\norganisation: {institution: {own_bins: [012345]}}\n"
        "sources: [{id: oslo, kind: database, url: x, region: NO}]\n"
    )
    assert workspace.sources[0].region == "NO"
    assert workspace.institution.own_bins == ("012345",)


def test_a_day_that_does_not_exist_is_refused_at_its_line(load):
    text = "version: 1\nsources:\n- {id: a, kind: feed, url: x,\n   at_rest: {method: TDE, until: 2030-02-31}}\n"
    assert problems(load, text) == ["audit.yaml:4:34: 2030-02-31 is not a date of the calendar"]


SECRET = "hunter2hunter2"


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://audit:{SECRET}@db.bank.example/core",
        f"sftp://audit:{SECRET}@host/out",
        f"zip://a.csv::sftp://audit:{SECRET}@host/out",
        f"postgresql://audit:p@{SECRET}/x@db/core",
        f"postgresql://audit:{SECRET}/x@db/core",
        f"postgresql://db/core?user=audit&password={SECRET}",
        f"mssql+pyodbc:///?odbc_connect=DRIVER=x;UID=audit;PWD={SECRET}",
        f"s3://bucket/path?secret_access_key={SECRET}",
        f"az://c/p?sig={SECRET}",
        f"https://host/api?access_token={SECRET}",
    ],
)
@pytest.mark.parametrize("key", ["url", "store"])
def test_a_secret_in_a_url_is_refused_and_never_echoed(load, url, key):
    text = {
        "url": f'version: 1\nsources:\n- {{id: a, kind: database, url: "{url}"}}\n',
        "store": f'version: 1\nstore: "{url}"\n',
    }[key]
    (line,) = problems(load, text)
    assert "secrets never stand in YAML; use env:NAME or keyring:SERVICE/USER" in line
    assert SECRET not in line


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:core.db",
        "share/",
        "postgresql://audit@db.bank.example:5432/core",
        "https://host:8443/path@2/x",
        "env:WAREHOUSE_URL",
        "keyring:warehouse/audit",
        "s3://bucket/password-reset/",
        "C:\\share\\x",
    ],
)
def test_a_url_without_a_secret_is_accepted(load, url):
    quoted = url.replace("\\", "\\\\")
    assert load(f'version: 1\nsources: [{{id: a, kind: database, url: "{quoted}"}}]\n').sources[0].url == url


@pytest.mark.parametrize("key", ["0123456789abcdef" * 4, "hunter2", "env:MY-KEY", "keyring:only"])
def test_a_key_that_is_not_a_reference_is_refused_and_never_echoed(load, key):
    (line,) = problems(load, f'version: 1\nkey: "{key}"\n')
    assert line.startswith("audit.yaml:2:6: a key is keyring:SERVICE/USER, env:NAME or file:PATH")
    assert key not in line


def test_the_workspace_is_the_nearest_folder_upward(load, tmp_path):
    load("version: 1\n")
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert find_workspace(tmp_path / "a" / "b") == tmp_path.resolve()


def test_without_audit_yaml_the_user_is_told_what_to_do(tmp_path):
    with pytest.raises(UsageError, match="init DIR"):
        load_workspace(tmp_path)
    with pytest.raises(UsageError, match="init DIR"):
        load_workspace(tmp_path / "nowhere")


def test_diagnostics_name_files_relative_to_the_current_directory_only_below_it(tmp_path, monkeypatch):
    (tmp_path / "below").mkdir()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert shown_path(tmp_path / "below" / "policies" / "a.yaml") == "policies/a.yaml"
    assert shown_path(tmp_path / "elsewhere" / "a.yaml") == str(tmp_path / "elsewhere" / "a.yaml")


def test_reports_name_the_place_of_a_source_from_the_workspace_wherever_they_are_made(tmp_path, monkeypatch):
    (tmp_path / "audit.yaml").write_text("version: 1\nsources:\n  - {id: a, kind: database, url: x}\n")
    (tmp_path / "below").mkdir()
    for place in (tmp_path, tmp_path.parent, tmp_path / "below"):
        monkeypatch.chdir(place)
        [source] = load_workspace(tmp_path).sources
        assert str(source.position) == "audit.yaml:3:6"


def test_an_unknown_source_is_named_with_a_suggestion(load):
    workspace = load(EXAMPLE)
    with pytest.raises(PiiAuditError, match='unknown source "outbx"; did you mean "outbox"'):
        workspace.source("outbx")


def test_today_is_the_day_in_the_workspaces_zone(load):
    kiritimati = load("version: 1\ntimezone: Pacific/Kiritimati\n").now()
    midway = load("version: 1\ntimezone: Pacific/Midway\n").now()
    assert kiritimati.date() > midway.date()


def test_packs_are_found_by_their_folder():
    assert all(path.startswith(f"policies/packs/{name}/") for name, paths in packs().items() for path in paths)


def test_limits_and_layouts_of_a_file_share_are_read_and_refused_elsewhere(tmp_path):
    head = "version: 1\nsources:\n"
    (tmp_path / "audit.yaml").write_text(
        f"{head}  - {{id: s, kind: file_share, url: x, max_size: 2GB, modified_within: 3y, layouts: {{'*.dat': l.yaml}}}}\n"
    )
    [source] = load_workspace(tmp_path).sources
    assert (source.max_size, str(source.modified_within), source.layouts) == (2_000_000_000, "3y", {"*.dat": "l.yaml"})
    (tmp_path / "audit.yaml").write_text(f"{head}  - {{id: s, kind: feed, url: x, max_size: 2GB}}\n")
    with pytest.raises(ConfigurationError, match="max_size is for file_share only"):
        load_workspace(tmp_path)


FEED = "sources: [{{id: f, kind: {kind}, url: x, {more}}}]\n"


@pytest.mark.parametrize(
    ("kind", "more", "said"),
    [
        ("feed", "receipts: nowhere/", 'there is no file or folder "nowhere/"'),
        ("feed", "known_hosts: nowhere", 'there is no file or folder "nowhere"'),
        ("database", "messages: {exchanges: [a]}", "messages is for feed only"),
        ("feed", "messages: {exchange: [a]}", 'unknown key "exchange"; did you mean "exchanges"?'),
        ("feed", "messages: {count: 0}", "at least 1"),
        ("feed", "messages: {management: 'http://u:secret@h'}", "secrets never stand in YAML"),
    ],
)
def test_what_is_wrong_about_a_feed_is_told_at_its_place(tmp_path, kind, more, said):
    (tmp_path / "audit.yaml").write_text("version: 1\n" + FEED.format(kind=kind, more=more), encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_workspace(tmp_path)
    [line] = caught.value.lines("en")
    assert said in line
    assert ":2:" in line
