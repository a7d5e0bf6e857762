"""How audit.yaml is written: its keys, their types, and the secrets that may not stand in it."""

from __future__ import annotations

import re
from typing import Any
from zoneinfo import ZoneInfo

from pii_audit.document import (
    DATE,
    ID,
    PERIOD,
    PROOF,
    STRING,
    TITLE,
    Choice,
    Either,
    Lazy,
    ListOf,
    MapOf,
    Period,
    Record,
    Scalar,
    Spec,
    json_schema,
    whole,
    word,
)
from pii_audit.language import Text

STANDARDS = (
    "pipl", "dsl", "csl", "ndsr", "cir", "aml-2024", "pboc-cdd-2025", "crpl", "crim-2017", "cac-audit",
    "cac-xborder", "pboc-2020-5", "pboc-2025-3", "nfra-2024-24", "cbirc-2022-9", "cbirc-2020-3", "cbirc-80z",
    "jrt-0171", "jrt-0197", "jrt-0223", "tpcac-0001", "gbt-35273", "gbt-45574", "gbt-43697", "gbt-37964", "gdpr",
    "pci-dss", "glba", "nydfs-500", "ccpa",
)  # fmt: skip
"""Instruments that a report may cite, as `organisation.standards` names them."""

_REGIONS = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA
    CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA
    GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP
    KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS
    MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS
    RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW
    TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""
REGIONS = frozenset(_REGIONS.split())
"""ISO 3166-1 alpha-2; Hong Kong, Macao and Taiwan have codes of their own and are outside for cross-border rules."""


_REFUSED = Text(
    "密码、密钥不得写在 YAML 中，请改用 env:变量名 或 keyring:服务/用户",
    "secrets never stand in YAML; use env:NAME or keyring:SERVICE/USER",
)
_SECRET_PARAMETER = re.compile(
    r"(?i)(?:^|[?&;,\s])(?:[a-z_.-]*(?:password|passwd|pwd|passphrase|secret|token|credential|access_?key|account_?key|api_?key)"
    r"[a-z_.-]*|sig)\s*=\s*[^&;\s]"
)
_PASSWORD_IN_URL = re.compile(r"://(?![^/?#@:]*:\d*/)[^/?#@:]*:[^@\s]+@")
_REFERENCE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*|keyring:[^/\s]+/\S+")


def _no_secret(text: str) -> str:
    if not text.strip():
        raise ValueError
    if text.startswith(("env:", "keyring:")):
        if not _REFERENCE.fullmatch(text):
            raise ValueError(
                Text("引用应写作 env:变量名 或 keyring:服务/用户", "write env:NAME or keyring:SERVICE/USER")
            )
    elif _PASSWORD_IN_URL.search(text) or _SECRET_PARAMETER.search(text):
        raise ValueError(_REFUSED)
    return text


def _key_reference(text: str) -> str:
    if _REFERENCE.fullmatch(text) or re.fullmatch(r"file:\S.*", text):
        return text
    said = Text(
        "密钥只能引用：keyring:服务/用户、env:变量名 或 file:路径",
        "a key is keyring:SERVICE/USER, env:NAME or file:PATH",
    )
    raise ValueError(Text(f"{said.zh}。{_REFUSED.zh}", f"{said.en}; {_REFUSED.en}"))


def _version(text: str) -> int:
    if text != "1":
        raise ValueError(Text("本程序只认识 version: 1", "this program knows version: 1 only"))
    return 1


def _timezone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError) as error:
        said = Text("不是 IANA 时区名，例如 Asia/Shanghai", "not an IANA time zone such as Asia/Shanghai")
        raise ValueError(said) from error
    return text


def _region(text: str) -> str:
    if text not in REGIONS:
        said = Text(
            "地区应为 ISO 3166-1 两位大写代码，例如 CN、HK",
            "a region is a two-letter code of ISO 3166-1 such as CN or HK",
        )
        raise ValueError(said)
    return text


def _size(text: str) -> int:
    found = re.fullmatch(r"([1-9][0-9]{0,5})(kB|MB|GB|TB)", text)
    if not found:
        raise ValueError
    factors = {"kB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000, "TB": 1_000_000_000_000}
    return int(found[1]) * factors[found[2]]


FUNCTION_KINDS = (
    "nothing", "cosmetic", "masked", "encoded", "bare_hash", "keyed_hash", "encrypted", "password_hash", "tokenised", "reveals",
)  # fmt: skip
"""What a function of one's own in SQL does to a value, as `functions` says."""

VERSION = Scalar(Text("版本号 1", "version 1"), _version, {"const": 1}, quoted=False)
REGION = Scalar(Text("地区代码", "a region code"), _region, {"type": "string", "pattern": "^[A-Z]{2}$"})
URL = Scalar(Text("路径、URL 或引用", "a path, a URL or a reference"), _no_secret, {"type": "string", "minLength": 1})
KEY = Scalar(
    Text("密钥引用", "a reference to a key"), _key_reference, {"type": "string", "pattern": "^(keyring|env|file):.+$"}
)
TIMEZONE = Scalar(Text("时区", "a time zone"), _timezone, {"type": "string"})
GLOBS = ListOf(STRING)
SIZE = Scalar(
    Text("大小，例如 500MB、2GB", "a size such as 500MB or 2GB"),
    _size,
    {"type": "string", "pattern": "^[1-9][0-9]{0,5}(kB|MB|GB|TB)$"},
)


ALWAYS = "always"


def _reread(text: str) -> Period:
    if text == ALWAYS:
        return Period(0, "d")
    found = re.fullmatch(r"([1-9][0-9]{0,2})([dmy])", text)
    period = Period(int(found[1]), found[2]) if found else None
    if period is None or period.days > LONGEST.days:
        raise ValueError
    return period


LONGEST = Period(1, "y")
"""For so long at most a file is taken to be what it was without being read."""
REREAD = Scalar(
    Text("always 或期限，例如 90d、6m，至多 1y", "always, or a period such as 90d or 6m, 1y at most"),
    _reread,
    {"type": "string", "pattern": "^(always|[1-9][0-9]{0,2}[dmy])$"},
)


def _percent(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]?|100", text):
        raise ValueError
    return int(text)


PERCENT = Scalar(
    Text("1 到 100 的整数（百分比）", "a whole number from 1 to 100, in per cent"),
    _percent,
    {"type": "integer", "minimum": 1, "maximum": 100},
    quoted=False,
)


def _unit() -> Spec:
    return UNIT


_UNITS = ListOf(Lazy("unit", _unit))
UNIT = Record(
    {"id": ID, "title": TITLE, "kind": STRING, "responsible": STRING, "email": STRING, "units": _UNITS},
    required=("id",),
    what=Text("机构", "a unit"),
)
MESSAGES = Record(
    {
        "exchanges": ListOf(STRING),
        "keys": ListOf(STRING),
        "peek": ListOf(STRING),
        "topics": ListOf(STRING),
        "count": whole(1),
        "seconds": whole(1),
        "management": URL,
        "sasl": Choice(("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")),
    },
    what=Text("消息来源的设置", "how messages are observed"),
)
JOBS = Record(
    {
        "dialect": STRING,
        "reads": ListOf(ID),
        "variables": MapOf(STRING, key=STRING),
        "flows": MapOf(ID, key=STRING),
    },
    required=("dialect",),
    what=Text("导出脚本的设置", "how scripts of exports are read"),
)
SAID = word(Text("非空文本", "text that is not empty"), r".*\S.*")
ENDED = Record({"on": DATE, "by": SAID, "ref": SAID}, required=("on", "by"), what=Text("终止", "an end"))
SOURCE = Record(
    {
        "id": ID,
        "kind": Choice(("database", "file_share", "feed", "bundle", "export_jobs")),
        "url": URL,
        "owner": STRING,
        "unit": ID,
        "environment": ID,
        "region": REGION,
        "published": STRING,
        "include": GLOBS,
        "exclude": GLOBS,
        "ignore": GLOBS,
        "receipts": STRING,
        "messages": MESSAGES,
        "sql": JOBS,
        "endpoint": URL,
        "known_hosts": STRING,
        "identity": STRING,
        "share_rights": STRING,
        "sample": whole(1),
        "replicas": ListOf(URL, at_least=1),
        "max_load": PERCENT,
        "layouts": MapOf(STRING, key=STRING),
        "max_size": SIZE,
        "modified_within": PERIOD,
        "reread_after": REREAD,
        "units_by_path": MapOf(ID, key=STRING),
        "at_rest": Record({"method": PROOF, "ref": PROOF, "until": DATE}, required=("method",)),
        "ended": ENDED,
    },
    required=("id", "kind", "url"),
    what=Text("数据源", "a source"),
)
ORGANISATION = Record(
    {
        "name": STRING,
        "standards": ListOf(Choice(STANDARDS)),
        "institution": Record(
            {
                "roles": ListOf(Choice(("issuer", "acquirer", "clearing", "payment_institution", "insurer", "other"))),
                "own_bins": ListOf(word(Text("4 到 10 位数字", "4 to 10 digits"), r"[0-9]{4,10}")),
            }
        ),
        "units": _UNITS,
    }
)
WORKSPACE = Record(
    {
        "version": VERSION,
        "organisation": ORGANISATION,
        "sources": ListOf(SOURCE),
        "policies": ListOf(STRING),
        "identifiers": ListOf(STRING),
        "store": URL,
        "key": KEY,
        "samples": Choice(("masked", "none")),
        "timezone": TIMEZONE,
        "leavers": STRING,
        "accounts": STRING,
        "directory": Either(scalar=STRING, sequence=ListOf(STRING, at_least=1)),
        "functions": MapOf(Choice(FUNCTION_KINDS), key=STRING),
    },
    required=("version",),
)


def workspace_schema() -> dict[str, Any]:
    """The JSON Schema of audit.yaml (draft 2020-12), as published under reports/schemas/."""
    return json_schema(WORKSPACE, title="audit.yaml", definitions={"unit": UNIT})
