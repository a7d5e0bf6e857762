"""What a PostgreSQL server lets happen beside its grants: log-ins without a password, connections in clear, reading that nobody logs."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass

from pii_audit.access.postgresql_catalog import PUBLIC
from pii_audit.language import Text
from pii_audit.model.setting import Setting, SettingKind
from pii_audit.sources.database.session import Session

LOOPBACK = ("localhost", "samehost")
UNPROVEN = ("trust", "ident")
"""Methods by which the client says who it is, and is believed (PostgreSQL documentation, 21.3)."""
_RELOAD = "SELECT pg_catalog.pg_reload_conf()"


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of pg_hba.conf."""

    number: int
    kind: str
    databases: tuple[str, ...]
    users: tuple[str, ...]
    address: str | None
    mask: str | None
    method: str

    @property
    def prefix(self) -> int | None:
        """The length of the network's prefix; None for a name or a socket."""
        try:
            network = ipaddress.ip_network(
                f"{self.address}/{self.mask}" if self.mask else f"{self.address}", strict=False
            )
        except ValueError:
            return 0 if self.address == "all" else None
        return network.prefixlen

    @property
    def local(self) -> bool:
        """Whether it is about connections that do not leave the server."""
        if self.kind == "local" or self.address in LOOPBACK:
            return True
        try:
            return ipaddress.ip_address(self.address or "").is_loopback
        except ValueError:
            return False

    @property
    def place(self) -> str:
        """From where, for people."""
        return f"{self.address}/{self.prefix}" if self.mask else self.address or "local"

    def hides(self, later: _Line) -> bool:
        """Whether a later line is never asked, since this one, about everybody, comes first."""
        kinds = self.kind in (later.kind, "host") and (self.kind == "local") == (later.kind == "local")
        same_place = self.address in (later.address, "all") and self.mask in (later.mask, None)
        return kinds and same_place and "all" in self.users and "all" in self.databases


def connections(session: Session, source: str) -> Iterator[Setting]:
    """Lines of pg_hba.conf that let somebody in unproven, from anywhere, or in clear; raises InspectionError."""
    [(ssl, _, _, database)] = session.rows(session.engine.queries.sql("protection"))
    lines: list[_Line] = []
    for row in session.rows(session.engine.queries.sql("hba")):
        number, kind, databases, users, address, mask, method = row
        line = _Line(int(number), kind, tuple(databases), tuple(users), address, mask, method)
        meant = {"all", database, "sameuser", "samerole"} & set(line.databases) or any(
            "/" in name for name in line.databases
        )
        if meant and not any(earlier.hides(line) for earlier in lines):
            lines.append(line)
    for line in lines:
        if line.method != "reject":
            yield from _of_line(source, line, encrypted=ssl == "on")


def _of_line(source: str, line: _Line, *, encrypted: bool) -> Iterator[Setting]:
    at, who = f"pg_hba.conf:{line.number}", ", ".join(line.users)
    if line.method in UNPROVEN:
        yield Setting(
            source,
            SettingKind.NO_PASSWORD,
            f"hba {line.place} {who} {line.method}",
            Text(
                f"{at} 允许来自 {line.place} 的 {who} 不凭密码登录（{line.method}）",
                f"{at} lets {who} in from {line.place} without a password ({line.method})",
            ),
            Text(
                f"把 {at} 的 {line.method} 改为 scram-sha-256，然后重新加载",
                f"write scram-sha-256 in place of {line.method} in {at}, then reload",
            ),
            PUBLIC if "all" in line.users else None,
            closing=(f"-- {at}: {line.method} → scram-sha-256", _RELOAD),
            breaks=Text(
                "没有设置密码的账号不能再从那里登录", "accounts without a password can no longer log in from there"
            ),
        )
    if line.local:
        return
    if line.prefix == 0:
        yield Setting(
            source,
            SettingKind.ANY_HOST,
            f"hba {line.place} {who}",
            Text(f"{at} 允许 {who} 从任何地址连接", f"{at} lets {who} connect from any address"),
            Text(
                f"把 {at} 的地址收窄到应用和跳板机的网段，然后重新加载",
                f"narrow the address in {at} to the networks of applications and bastions, then reload",
            ),
            PUBLIC if "all" in line.users else None,
            closing=(f"-- {at}: {line.place} → …", _RELOAD),
            breaks=Text("其他网段的客户端不能再连接", "clients of other networks can no longer connect"),
        )
    if encrypted and line.kind in ("host", "hostnossl"):
        yield Setting(
            source,
            SettingKind.NO_TLS,
            f"hba {line.place} {who}",
            Text(
                f"{at} 允许来自 {line.place} 的 {who} 不加密连接",
                f"{at} lets {who} connect from {line.place} without encryption",
            ),
            Text(
                f"把 {at} 的 {line.kind} 改为 hostssl，然后重新加载",
                f"write hostssl in place of {line.kind} in {at}, then reload",
            ),
            closing=(f"-- {at}: {line.kind} → hostssl", _RELOAD),
            breaks=Text("不使用 TLS 的客户端不能再连接", "clients that do not use TLS can no longer connect"),
        )


def protection(session: Session, source: str) -> Iterator[Setting]:
    """Whether the server can encrypt at all, and whether it logs who reads what; raises InspectionError."""
    [(ssl, audited, logged, _)] = session.rows(session.engine.queries.sql("protection"))
    if ssl != "on":
        yield Setting(
            source,
            SettingKind.NO_TLS,
            "ssl",
            Text(
                "服务器没有启用 TLS，每个连接都是明文", "the server has TLS switched off: every connection is in clear"
            ),
            Text(
                "安装证书，启用 ssl，并在 pg_hba.conf 中用 hostssl 要求加密",
                "install a certificate, switch ssl on, and demand it by hostssl in pg_hba.conf",
            ),
            closing=("-- ssl_cert_file, ssl_key_file", "ALTER SYSTEM SET ssl = on", _RELOAD),
        )
    if not _logs(audited) and logged != "all":
        yield Setting(
            source,
            SettingKind.NO_AUDIT,
            "pgaudit",
            Text("没有审计扩展，谁读了什么没有记录", "there is no audit extension: nobody records who reads what"),
            Text(
                "把 pgaudit 加入 shared_preload_libraries 并重启，日志送到管理员改不到的地方",
                "add pgaudit to shared_preload_libraries and restart; send the log where administrators cannot change it",
            ),
            closing=(
                "-- shared_preload_libraries: + pgaudit",
                "CREATE EXTENSION pgaudit",
                "ALTER SYSTEM SET pgaudit.log = 'read, write, role'",
                _RELOAD,
            ),
            breaks=Text("日志量会增加", "there will be more log"),
        )


def _logs(audited: str | None) -> bool:
    return audited is not None and bool({"read", "all"} & {word.strip() for word in audited.casefold().split(",")})
