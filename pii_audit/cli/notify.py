"""`pii-audit notify`: reminders before and after due dates, shown unless they are to be sent."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING

from pii_audit.cli.finding_steps import actor, masking
from pii_audit.cli.options import number, put, say
from pii_audit.cli.session import Session
from pii_audit.errors import OutputError, UsageError
from pii_audit.language import Language, Text
from pii_audit.model.finding import SETTLED, Status

if TYPE_CHECKING:
    from pii_audit.notifying.reminders import Reminder
    from pii_audit.workspace import Workspace

EXAMPLE = Text(
    "例：pii-audit notify --via wecom\n    pii-audit notify --via smtp --url env:SMTP_URL --sender audit@bank.example --send",
    "example: pii-audit notify --via wecom\n         pii-audit notify --via smtp --url env:SMTP_URL --sender audit@bank.example --send",
)
DAYS = 7


def arguments(parser: argparse.ArgumentParser, language: Language) -> None:
    """Declares the command's options."""
    parser.add_argument(
        "--via",
        choices=("smtp", "wecom", "dingtalk", "feishu", "slack"),
        required=True,
        help=say(
            language, "渠道（企业微信、钉钉、飞书、Slack 为 webhook）", "channel (chats by their incoming webhook)"
        ),
    )
    parser.add_argument(
        "--url",
        metavar="REF",
        help=say(
            language,
            "地址，env:NAME 或 keyring:SERVICE/USER(webhook 地址与邮箱口令都是秘密)",
            "its address as env:NAME or keyring:SERVICE/USER (a webhook's address and a mailbox's password are secrets)",
        ),
    )
    parser.add_argument("--sender", metavar="ADDRESS", help=say(language, "smtp:发件人", "smtp: from whom"))
    parser.add_argument(
        "--to",
        metavar="ADDRESS",
        help=say(
            language,
            "smtp:收件人（默认 audit.yaml 中机构的 email）",
            "smtp: to whom (default: the unit's email in audit.yaml)",
        ),
    )
    parser.add_argument(
        "--days",
        type=number,
        default=DAYS,
        metavar="N",
        help=say(language, f"提前 N 天（默认 {DAYS}）", f"so many days before the due date (default {DAYS})"),
    )
    parser.add_argument(
        "--unit", metavar="ID", help=say(language, "只提醒该机构及其下级", "only this unit and those below it")
    )
    parser.add_argument("--by", metavar="NAME", help=say(language, "操作人", "who does it"))
    parser.add_argument(
        "--send", action="store_true", help=say(language, "真的发出（默认只显示）", "really send (default: only show)")
    )


def run(session: Session, options: argparse.Namespace) -> int:
    """Runs the command; 2 when something could not be sent, what was sent being noted all the same."""
    from pii_audit.findings.life import Remind  # noqa: PLC0415 - start-up does without
    from pii_audit.notifying.reminders import reminders, told  # noqa: PLC0415
    from pii_audit.store import Store, Wanted  # noqa: PLC0415
    from pii_audit.workspace import load_key  # noqa: PLC0415

    _check(options)
    space = session.workspace()
    units = space.below(options.unit) if options.unit else ()
    wanted = Wanted([status for status in Status if status not in SETTLED], units=units)
    failed: OutputError | None = None
    key = load_key(space) if options.send else b""
    masked = masking(space) if options.send else str
    with Store.open(space.store, space.root, create=False, key=key) as store:
        made = reminders(
            store.findings(wanted, as_of=space.today()),
            space.today(),
            options.days,
            lambda fingerprint: told(store.steps(fingerprint), options.via),
            lambda unit: space.units[unit].title.in_(session.language) if unit in space.units else unit,
            session.language,
        )
        sent = 0
        for reminder in made:
            put([f"{reminder.text}\n\n"])
            if not options.send:
                continue
            try:
                if not _send(session, space, options, reminder):
                    continue
            except OutputError as error:
                session.fail(error)
                failed = error
                continue
            moves = [(mark, Remind(f"{stage} ({options.via})")) for mark, stage in reminder.findings]
            store.move_each(moves, actor(space, options.by, masked))
            sent += 1
    if options.send:
        session.say(Text(f"已发出 {sent} 封，共 {len(made)} 封", f"{sent} of {len(made)} message(s) sent"))
    else:
        session.say(Text(f"{len(made)} 封，未发出（加 --send）", f"{len(made)} message(s), none sent (give --send)"))
    return failed.exit_code if failed else 0


def _check(options: argparse.Namespace) -> None:
    from pii_audit.notifying.channels import address  # noqa: PLC0415 - start-up does without
    from pii_audit.workspace import resolve  # noqa: PLC0415

    if options.via != "smtp" and (options.sender or options.to):
        raise UsageError(
            Text("--sender 和 --to 属于 smtp", "--sender and --to belong to smtp"),
            where=f"--via {options.via}",
            todo=Text("去掉它们，或用 --via smtp", "leave them out, or use --via smtp"),
        )
    if not options.send:
        return
    if not options.url or not re.match("(env|keyring):", options.url):
        raise UsageError(
            Text(
                "--send 需要 --url env:NAME 或 keyring:SERVICE/USER",
                "--send needs --url env:NAME or keyring:SERVICE/USER",
            ),
            todo=Text("地址本身是秘密，不写在命令行上", "the address is a secret and no word of a command line"),
        )
    if options.via == "smtp" and not options.sender:
        raise UsageError(Text("缺少 --sender", "--sender is missing"), todo=Text("加 --sender", "give --sender"))
    address(options.via, resolve(options.url))


def _send(session: Session, space: Workspace, options: argparse.Namespace, reminder: Reminder) -> bool:
    """Sends one message; False where nobody is named to send it to."""
    from pii_audit.notifying.channels import send_chat, send_mail  # noqa: PLC0415 - start-up does without
    from pii_audit.workspace import resolve  # noqa: PLC0415

    url = resolve(options.url)
    if options.via != "smtp":
        send_chat(options.via, url, reminder.text)
        return True
    known = space.units.get(reminder.unit)
    recipient = options.to or (known.email if known else None)
    if not recipient:
        session.say(
            Text(
                f"机构“{reminder.unit}”没有 email，未发出（加 --to）",
                f'unit "{reminder.unit}" has no email, nothing was sent to it (give --to)',
            )
        )
        return False
    send_mail(url, options.sender, recipient, reminder.subject, reminder.text)
    return True
