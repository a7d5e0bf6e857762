"""The demo bank's file share: letters, exports, logs, and documents full of numbers that are nobody's."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from random import Random

from pii_audit.demo import numbers
from pii_audit.demo.bank import Bank, Customer, seeded
from pii_audit.demo.persons import SURNAMES

PRIVATE_FILE, OPEN_FILE = 0o640, 0o644
PRIVATE_FOLDER, OPEN_FOLDER = 0o750, 0o755
CHINA = timezone(timedelta(hours=8))

EXPORT = "hz/客户导出_20260515.csv"
OPEN_LIST = "public/客户名单.csv"
LOG = "logs/payment-gateway.log"
CREDENTIALS = "ops/reporting.properties"


@dataclass(frozen=True, slots=True)
class SharedFile:
    """One file of the share, its path below it, and whether everybody on the machine may read it."""

    path: str
    content: bytes
    open: bool = False


def write_share(folder: Path, bank: Bank) -> None:
    """Writes the share and sets every mode itself: whatever the umask, exactly one file is readable by all."""
    for shared in (*_letters(bank), *_harmful(bank), *_harmless()):
        path = folder / shared.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(shared.content)
        path.chmod(OPEN_FILE if shared.open else PRIVATE_FILE)
    public = (folder / OPEN_LIST).parent
    for below in sorted(folder.rglob("*")):
        if below.is_dir():
            below.chmod(OPEN_FOLDER if below == public else PRIVATE_FOLDER)
    folder.chmod(OPEN_FOLDER)


def table(header: Sequence[str], rows: Iterable[Sequence[object]], delimiter: str = ",") -> str:
    """Delimited text as RFC 4180 has it, with LF line ends."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue()


def _text(path: str, *lines: str, world: bool = False) -> SharedFile:
    return SharedFile(path, ("\n".join(lines) + "\n").encode(), world)


def _letters(bank: Bank) -> list[SharedFile]:
    chinese = [_letter_zh(index, customer) for index, customer in enumerate(bank.active[400:410])]
    english = [_letter_en(index, customer) for index, customer in enumerate(bank.active[410:416])]
    return [*chinese, *english]


def _letter_zh(index: int, customer: Customer) -> SharedFile:
    who = customer.person
    return _text(
        f"letters/zh/对账单通知_{index + 1:03d}.txt",
        f"尊敬的{who.name}{who.honorific}：",
        "",
        f"您尾号{customer.cards[0].tail}的借记卡2026年5月电子对账单已生成，共{17 + index}笔交易。",
        f"纸质账单将寄往：{who.address}",
        "如有疑问，请到任一网点咨询。",
        "",
        "示例银行 零售业务部",
        "2026年6月3日",
    )


def _letter_en(index: int, customer: Customer) -> SharedFile:
    who = customer.person
    title = "Mr." if who.male else "Ms."
    return _text(
        f"letters/en/welcome_{index + 1:03d}.txt",
        f"Dear {title} {SURNAMES[who.surname].title()},",
        "",
        f"Welcome to Example Bank. Your debit card ending in {customer.cards[0].tail} is ready for collection.",
        f"We will send updates to {who.email}.",
        "Please bring a valid identity document. Opening hours are 9:00 to 17:00, Monday to Friday.",
        "",
        "Example Bank, Retail Banking, 3 June 2026",
    )


def _harmful(bank: Bank) -> list[SharedFile]:
    random = seeded("share")
    export = table(
        ("客户号", "姓名", "证件号码", "手机号", "家庭住址", "开户日期"),
        (
            (row.number, row.person.name, row.person.document, row.person.mobile, row.person.address, row.opened)
            for row in bank.active[500:900]
        ),
    )
    listed = table(
        ("姓名", "手机号", "地区", "客户经理"),
        (
            (row.person.name, row.person.mobile, row.person.place.city, f"A{random.randrange(1, 9):03d}")
            for row in bank.active[900:1050]
        ),
    )
    return [
        SharedFile(EXPORT, export.encode("gb18030")),
        SharedFile(OPEN_LIST, listed.encode("utf-8-sig"), open=True),
        _text(LOG, *_log_lines(bank.active[1100:1160], random)),
        _text(
            CREDENTIALS,
            "# 报表平台数据库连接 / connection of the reporting platform",
            "db.url=jdbc:postgresql://report-db.bank.example:5432/report",
            "db.user=report_ro",
            f"db.password=Rp7{numbers.digits(random, 4)}!kQ{numbers.digits(random, 2)}z",
            "pool.max=16",
        ),
    ]


def _log_lines(customers: Sequence[Customer], random: Random) -> list[str]:
    """Debug output that somebody left on: card numbers and card verification codes in clear."""
    moment = datetime(2026, 5, 20, 8, 0, tzinfo=CHINA)
    lines = []
    for customer in customers:
        moment += timedelta(seconds=random.randrange(5, 90))
        head = f"{moment:%Y-%m-%d %H:%M:%S},{random.randrange(1000):03d}"
        trace = numbers.uuid(random)
        amount = f"{random.uniform(1, 900):.2f} CNY"
        card, code = customer.cards[0].number, numbers.digits(random, 3)
        worker, cost = random.randrange(40), random.randrange(900)
        lines += [
            f"{head} INFO  [http-8080-{worker}] trace={trace} path=/pay/submit cost={cost}ms",
            f"{head} DEBUG [pay-core] trace={trace} card_no={card} cvv2={code} amount={amount}",
            f"{head} INFO  [pay-core] trace={trace} result=0000 order=20260520{numbers.digits(random, 11)}",
        ]
    return lines


def _harmless() -> list[SharedFile]:
    """Documents full of numbers, none of them a person's: whatever is reported here is a false alarm."""
    random = seeded("harmless")
    prices = table(
        ("物料编码", "品名", "单价", "库存", "更新日期"),
        (
            (
                f"{random.randrange(10**9, 10**10)}",
                f"打印纸A4-{index}",
                f"{random.uniform(5, 300):.2f}",
                random.randrange(5000),
                "2026-05-11",
            )
            for index in range(80)
        ),
    )
    invoices = table(
        ("发票代码", "发票号码", "销方税号", "金额", "税额", "开票日期"),
        (
            (
                f"0330026{numbers.digits(random, 5)}",
                numbers.digits(random, 8),
                numbers.credit_code(random, "330199"),
                f"{random.uniform(100, 90000):.2f}",
                f"{random.uniform(1, 900):.2f}",
                f"2026-05-{random.randrange(1, 29):02d}",
            )
            for _ in range(60)
        ),
    )
    orders = [
        f"{1_779_000_000_000 + 86_000 * index} order={numbers.not_a_card(random, '20260512', 19)} "
        f"logistics=YT{numbers.digits(random, 13)} qty={random.randrange(1, 40)} sum={random.uniform(1, 9999):.2f}"
        for index in range(120)
    ]
    return [
        _text("hz/会议纪要_20260512.txt", *_minutes()),
        SharedFile("finance/价目表_2026.csv", prices.encode()),
        SharedFile("finance/发票清单_202605.csv", invoices.encode()),
        _text("finance/order-log_202605.txt", *orders),
        _text("it/request-ids.txt", *(numbers.uuid(random) for _ in range(200))),
        _text("it/build-hashes.txt", *(f"{random.getrandbits(256):064x}  release-{index}.tar" for index in range(60))),
        _text("finance/~价目表.tmp", "未保存的草稿 / unsaved draft"),
        _text("hz/~upload_0423.tmp", "partial upload, 0 of 12 blocks"),
    ]


def _minutes() -> list[str]:
    return [
        "杭州分行 2026 年第 19 周例会纪要",
        "时间：2026-05-12 14:00-15:30，地点：8 楼 803 会议室，会议号 936-204-118",
        "一、上周开户 1,284 户，较前一周增长 3.7%;网点排队平均 11.5 分钟。",
        "二、设备编号 3301-20260511-0086 的自助机已修复，工单 202605110000123 关闭。",
        "三、采购合同 HT-2026-0188,金额 128,600.00 元，预算科目 6602010305。",
        "四、下周培训 5 月 19 日 9:00,教材版本 v2.14.3,签到 42 人。",
    ]
