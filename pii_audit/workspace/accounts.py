"""The register of accounts that the workspace names: whose each one is, what it is for, when it was last used."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from pii_audit.errors import ConfigurationError, Position, Problem
from pii_audit.language import Text
from pii_audit.rows import TORN, strict_rows
from pii_audit.workspace.lists import read_list
from pii_audit.workspace.model import Workspace


class AccountKind(StrEnum):
    """What an account is for."""

    PERSON = "person"
    APPLICATION = "application"
    SHARED = "shared"
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class Account:
    """One account: `name` as a policy writes it, `source` where it is of one source alone, `gone` of somebody who left or moved."""

    name: str
    kind: AccountKind | None = None
    holders: tuple[str, ...] = ()
    gone: bool = False
    last_used: date | None = None
    source: str | None = None

    @property
    def shared(self) -> bool:
        """Whether several people use it."""
        return self.kind is AccountKind.SHARED or len(self.holders) > 1


_COLUMNS = {
    "account": "account", "账号": "account", "kind": "kind", "类型": "kind", "holder": "holder", "使用人": "holder",
    "status": "status", "状态": "status", "last_used": "last_used", "最近使用": "last_used", "source": "source", "来源": "source",
}  # fmt: skip
_KINDS = {
    **{kind.value: kind for kind in AccountKind},
    "个人": AccountKind.PERSON, "应用": AccountKind.APPLICATION, "共用": AccountKind.SHARED, "应急": AccountKind.EMERGENCY,
}  # fmt: skip
_STATUSES = {
    "active": False, "在岗": False, "left": True, "离职": True, "离岗": True, "moved": True, "转岗": True, "locked": False, "停用": False,
}  # fmt: skip


AHEAD = timedelta(days=1)
"""So far ahead of the workspace's day may be that of a machine elsewhere."""


def load_accounts(workspace: Workspace) -> tuple[Account, ...]:
    """The accounts of the CSV file that `accounts` names; none without one.

    Its first line names the columns: `account`, and as far as known `kind`, `holder` (several separated by `;`), `status`,
    `last_used` (YYYY-MM-DD) and `source`. UsageError when it cannot be read, ConfigurationError with every line that is wrong: an account
    that is passed over would pass for one in order.
    """
    if workspace.accounts is None:
        return ()
    text = read_list(workspace, workspace.accounts, Text("账号清单", "the register of accounts"))
    sources = {source.id for source in workspace.sources}
    return _accounts(text, workspace.accounts, sources, workspace.today() + AHEAD)


def _accounts(text: str, file: str, sources: set[str], latest: date) -> tuple[Account, ...]:
    rows = _rows(text, file)
    _, first = next(rows, (1, []))
    header = [name.strip() for name in first]
    known = ", ".join(dict.fromkeys(_COLUMNS.values()))
    # What stands in the file may be data of persons and is not repeated.
    problems = [
        Problem(
            Position(file, 1),
            Text(
                f"第 {place} 列的列名未知，应为 {known} 之一", f"column {place} has an unknown name; known are {known}"
            ),
        )
        for place, name in enumerate(header, start=1)
        if name not in _COLUMNS
    ]
    if "account" not in map(_COLUMNS.get, header):
        problems.append(Problem(Position(file, 1), Text("缺少列 account", "the column account is missing")))
    accounts = []
    if not problems:
        names = [_COLUMNS[name] for name in header]
        for line, cells in rows:
            found = {name: cell.strip() for name, cell in zip(names, cells, strict=False) if cell.strip()}
            if found.get("account", "#").startswith("#"):
                continue
            read, wrong = _account(found, sources, latest)
            problems += [Problem(Position(file, line), said) for said in wrong]
            accounts.append(read)
    if problems:
        raise ConfigurationError(problems)
    return tuple(accounts)


def _rows(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    """The rows with their lines; ConfigurationError where quotes do not fit: what they swallow would be passed over."""
    for first, cells in strict_rows(io.StringIO(text)):
        if cells is None:
            raise ConfigurationError([Problem(Position(file, first), TORN)])
        yield first, cells


def _account(cells: Mapping[str, str], sources: set[str], latest: date) -> tuple[Account, Sequence[Text]]:
    wrong = []
    for column, known in (("kind", _KINDS), ("status", _STATUSES)):
        if cells.get(column) is not None and cells[column] not in known:
            allowed = ", ".join(known)
            wrong.append(Text(f"{column} 应为 {allowed} 之一", f"{column} is none of {allowed}"))
    if cells.get("source") is not None and cells["source"] not in sources:
        wrong.append(Text("audit.yaml 中没有这个 source", "audit.yaml has no such source"))
    try:
        last_used = date.fromisoformat(cells["last_used"]) if "last_used" in cells else None
    except ValueError:
        last_used = None
        wrong.append(Text("last_used 应为 YYYY-MM-DD", "last_used is no date YYYY-MM-DD"))
    if last_used is not None and last_used > latest:
        wrong.append(Text("last_used 是将来的日期", "last_used is yet to come"))
    holders = tuple(filter(None, (name.strip() for name in re.split("[;；、]", cells.get("holder", "")))))
    account = Account(
        cells["account"],
        _KINDS.get(cells.get("kind", "")),
        holders,
        _STATUSES.get(cells.get("status", ""), False),
        last_used,
        cells.get("source"),
    )
    return account, wrong
