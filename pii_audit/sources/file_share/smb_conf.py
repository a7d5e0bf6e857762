"""Who gets into a share by Samba's configuration: valid and invalid users, read only and its lists (smb.conf(5))."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pii_audit.directory import DOMAIN_USERS_NAME
from pii_audit.directory.sid import EVERYONE
from pii_audit.language import Text
from pii_audit.sources.file_share.share_rights import CHANGE, FULL, READ, SidOf
from pii_audit.sources.file_share.smb_readers import Layer
from pii_audit.sources.file_share.smb_rights import Entry

_WRITE = CHANGE & ~READ
_SECTION = re.compile(r"\[(?P<name>[^\]]+)\]")
_OPPOSITES = frozenset({"writeable", "writable", "writeok"})
_YES = frozenset({"yes", "true", "1", "on"})
_UNTOLD = ("include", "copy", "forceuser", "forcegroup", "group", "adminusers")
"""Settings that change who reads in ways that are not worked out: they are told of."""


@dataclass(frozen=True)
class Configured:
    """The lists of one share; `problems` are what may let in more than they say."""

    layers: tuple[Layer, ...]
    problems: tuple[Text, ...] = ()


@dataclass
class _Section:
    """The settings of a share, with those of [global] that it leaves alone: names without spaces, in small letters."""

    share: str
    settings: Mapping[str, str]
    sid_of: SidOf
    problems: list[Text] = field(default_factory=list)

    def people(self, setting: str) -> list[tuple[str, str]]:
        """The accounts and groups that a setting lists: each as it stands there, and its SID."""
        found = []
        for written in _list(self.settings.get(setting, "")):
            name = written.replace("%S", self.share)
            if "%" in name:
                if setting == "validusers":
                    found.append((written, EVERYONE))
                said = Text(
                    f"smb.conf 的 {setting} 含变量，按可能的最大范围计",
                    f"{setting} in smb.conf holds a variable: taken for the most that it can be",
                )
                self.problems.append(said)
                continue
            plain = name.lstrip("@+&")
            kind = "user" if plain == name else "group"
            sid = self.sid_of(plain)
            known = sid.startswith("S-1-") or sid == DOMAIN_USERS_NAME
            found.append((written, sid if known else f"{kind}:{plain}"))
        return found

    @property
    def read_only(self) -> bool:
        value = self.settings.get("readonly")
        return value is None or value.casefold() in _YES

    def layers(self) -> Iterator[Layer]:
        """Who connects, and who of them writes: the lists as Samba goes through them."""
        valid, invalid = self.people("validusers"), self.people("invalidusers")
        if valid or invalid:
            allowed = [sid for _, sid in valid] or [EVERYONE]
            entries = [Entry(sid, FULL, allows=False) for _, sid in invalid] + [
                Entry(sid, FULL, allows=True) for sid in allowed
            ]
            yield Layer("smb.conf", tuple(entries), {sid: self._without("valid users", valid, sid) for _, sid in valid})
        read, write = self.people("readlist"), self.people("writelist")
        entries = [Entry(sid, _WRITE, allows=True) for _, sid in write]
        entries += [Entry(sid, _WRITE, allows=False) for _, sid in read]
        entries.append(Entry(EVERYONE, READ if self.read_only else FULL, allows=True))
        if self.read_only or read:
            yield Layer("smb.conf", tuple(entries), {sid: self._without("write list", write, sid) for _, sid in write})

    def _without(self, setting: str, listed: Sequence[tuple[str, str]], sid: str) -> str:
        """The line of smb.conf that no longer names somebody."""
        rest = " ".join(f'"{name}"' if " " in name else name for name, other in listed if other != sid)
        if rest:
            return f"smb.conf [{self.share}]: {setting} = {rest}"
        return f"smb.conf [{self.share}]: " + ("available = no" if setting == "valid users" else f"{setting} =")


def is_configuration(text: str) -> bool:
    """Whether a text is an smb.conf: sections with settings."""
    return bool(re.search(r"^[ \t]*\[[^\]\n]+\]", text, re.MULTILINE)) and bool(
        re.search(r"^[^\[;#\n:]+=", text, re.MULTILINE)
    )


def configured(text: str, share: str, sid_of: SidOf) -> Configured | None:
    """The lists by which a share lets somebody in; None where the configuration has no such share."""
    sections = _sections(text)
    own = sections.get(share.casefold())
    if own is None:
        return None
    section = _Section(share, {**sections.get("global", {}), **own}, sid_of)
    layers = tuple(section.layers())
    for setting in _UNTOLD:
        if section.settings.get(setting):
            said = Text(
                f"smb.conf 的 {setting} 没有计入，可能放宽权限",
                f"{setting} in smb.conf is not taken into account, and may let in more",
            )
            section.problems.append(said)
    return Configured(layers, tuple(dict.fromkeys(section.problems)))


def _sections(text: str) -> dict[str, dict[str, str]]:
    """The settings of each section; one that stands there twice has those of both."""
    sections: dict[str, dict[str, str]] = {}
    settings = sections.setdefault("global", {})
    for line in re.sub(r"\\\r?\n", " ", text).splitlines():
        written = line.strip()
        found = _SECTION.match(written)
        if found:
            settings = sections.setdefault(found["name"].strip().casefold(), {})
        elif "=" in written and written[0] not in ";#":
            name, _, value = written.partition("=")
            name = name.replace(" ", "").replace("\t", "").casefold()
            value = value.strip()
            if name in _OPPOSITES:
                name, value = "readonly", "no" if value.casefold() in _YES else "yes"
            settings[name] = value
    return sections


def _list(text: str) -> list[str]:
    """The names of a list: separated by spaces and commas, in quotes where they hold such."""
    return [name.replace('"', "") for name in re.findall(r'(?:[^\s,;"]|"[^"]*")+', text)]
