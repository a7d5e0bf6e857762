"""What a RabbitMQ server says of itself: types of queues and permissions, by its management API or by `rabbitmqctl`."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, unquote, urlsplit
from urllib.request import Request, urlopen

from pii_audit.language import Text
from pii_audit.model.grant import Grant

HERE = frozenset({"127.0.0.1", "localhost", "::1"})
SECONDS = 30


class Unreachable(Exception):  # noqa: N818 - never leaves the source: becomes a ledger row
    """The server did not say it; `what` is why."""

    def __init__(self, what: Text) -> None:
        super().__init__(what.en)
        self.what = what


@dataclass(frozen=True, slots=True)
class Broker:
    """One virtual host; `url` is that of AMQP, `management` that of the API, else `rabbitmqctl` is asked where the server is this machine."""

    url: str
    management: str | None = None

    @property
    def vhost(self) -> str:
        """The virtual host of the URL; `/` where it names none."""
        path = urlsplit(self.url).path
        return unquote(path[1:]) or "/"

    def queue_kind(self, queue: str) -> str:
        """`classic`, `quorum` or `stream`; Unreachable where there is no such queue or it cannot be told."""
        if self.management:
            kind = self._get(f"queues/{quote(self.vhost, safe='')}/{quote(queue, safe='')}").get("type", "classic")
            return str(kind)
        listed = self._ctl("list_queues", "-p", self.vhost, "name", "type")
        kind = next((one.get("type") for one in listed if one.get("name") == queue), None)
        if kind is None:
            raise Unreachable(Text("没有这个队列", "there is no such queue"))
        return str(kind)

    def grants(self, source: str, names: Mapping[str, str]) -> Iterator[Grant]:
        """The rights on exchanges and queues, `names` from the asset's name to that on the server."""
        permissions, users = self._permissions(), self._users()
        for asset, name in names.items():
            for one in permissions:
                user = str(one["user"])
                for privilege in ("read", "write"):
                    if _fits(str(one[privilege]), name):
                        yield self._grant(source, asset, user, privilege, one)
            for user in users:
                # Whoever carries this tag may give himself any permission.
                yield Grant(
                    f"user:{user}",
                    f"{source}:{asset}",
                    "all",
                    "tag administrator",
                    (f"user:{user}",),
                    closing=(f"rabbitmqctl set_user_tags {_quoted(user)}",),
                )

    def _grant(self, source: str, asset: str, user: str, privilege: str, permission: Mapping[str, Any]) -> Grant:
        left = {**permission, privilege: "^$"}
        patterns = " ".join(_quoted(str(left.get(kind, "^$"))) for kind in ("configure", "write", "read"))
        return Grant(
            f"user:{user}",
            f"{source}:{asset}",
            privilege,
            f"permission {privilege} {permission[privilege]} on vhost {self.vhost}",
            (f"user:{user}",),
            closing=(f"rabbitmqctl set_permissions -p {_quoted(self.vhost)} {_quoted(user)} {patterns}",),
        )

    def _permissions(self) -> Sequence[Mapping[str, Any]]:
        if self.management:
            return self._list(f"vhosts/{quote(self.vhost, safe='')}/permissions")
        return self._ctl("list_permissions", "-p", self.vhost)

    def _users(self) -> list[str]:
        if self.management:
            found = [(one["name"], one.get("tags") or ()) for one in self._list("users")]
        else:
            found = [(one["user"], one.get("tags") or ()) for one in self._ctl("list_users")]
        # Up to 3.8 the API gives tags as one string.
        return [
            str(name) for name, tags in found if "administrator" in (tags.split(",") if isinstance(tags, str) else tags)
        ]

    def _list(self, path: str) -> Sequence[Mapping[str, Any]]:
        answer = self._get(path)
        return answer if isinstance(answer, list) else []

    def _get(self, path: str) -> Any:
        base = urlsplit(self.management or "")
        account = urlsplit(self.url) if base.username is None else base
        where = f"{base.scheme}://{base.hostname}:{base.port or (443 if base.scheme == 'https' else 15672)}/api/{path}"
        request = Request(where)  # noqa: S310 - the workspace's own URL; http(s) only, as the loader has checked
        user, password = unquote(account.username or "guest"), unquote(account.password or "guest")
        request.add_header("Authorization", "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode())
        try:
            with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - as above
                return json.load(answer)
        except HTTPError as error:
            raise Unreachable(
                Text(f"管理接口返回 HTTP {error.code}", f"the management API answered HTTP {error.code}")
            ) from None
        except (URLError, HTTPException, OSError, ValueError):
            raise Unreachable(Text("管理接口没有应答", "the management API does not answer")) from None

    def _ctl(self, *words: str) -> Sequence[Mapping[str, Any]]:
        program = shutil.which("rabbitmqctl")
        if urlsplit(self.url).hostname not in HERE or program is None:
            raise Unreachable(
                Text(
                    "没有配置 messages.management(管理接口地址)",
                    "messages.management (the address of the management API) is not set",
                )
            )
        try:
            done = subprocess.run(  # noqa: S603 - the server's own program; names are words of a list
                [program, "-q", *words, "--formatter", "json"], capture_output=True, timeout=SECONDS, check=True
            )
            answer = json.loads(done.stdout)
        except (OSError, subprocess.SubprocessError, ValueError):
            raise Unreachable(
                Text(
                    "rabbitmqctl 没有给出答案（需要 root 或 rabbitmq 用户）",
                    "rabbitmqctl gave no answer (run as root or rabbitmq)",
                )
            ) from None
        return answer if isinstance(answer, list) else []


def _fits(pattern: str, name: str) -> bool:
    """Whether a permission's pattern covers a name; an empty one covers nothing (RabbitMQ, Access Control)."""
    try:
        return bool(pattern) and re.search(pattern, name) is not None
    except re.error:
        return True  # not to be told here: whoever has it is taken to have the right


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "'\\''") + "'"
