"""What leaves the demo bank: seven feeds, each with the control file that tells the transfer job it is complete."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from pii_audit.demo import numbers
from pii_audit.demo.bank import Bank, Customer, seeded
from pii_audit.demo.share import PRIVATE_FILE, PRIVATE_FOLDER, table

SMS = "sms_20260601.csv"
COLLECTION = "collection_20260601.csv"
INSURANCE = "insurance_20260601.csv"
ANALYTICS = "analytics_20260601.jsonl"
CREDIT = "credit_20260601.txt"
MARKETING = "marketing_20260602.csv"
UNDECLARED = "vip_20260603.csv"

NOT_OVERDUE = 60
"""Customers in the collection feed who owe nothing."""


def write_outbox(folder: Path, bank: Bank) -> None:
    """Writes the feeds and an `.ok` file beside each, all readable by owner and group alone."""
    active = bank.active
    feeds = {
        SMS: _sms(active[:1200]),
        COLLECTION: _collection(bank),
        INSURANCE: _insurance(active[1200:1500]),
        ANALYTICS: _analytics(active[1500:2000]),
        CREDIT: _credit(bank.borrowers[:400]),
        MARKETING: _marketing(active[2000:2300]),
        UNDECLARED: _vip(active[2300:2350]),
    }
    folder.mkdir()
    for name, content in feeds.items():
        _write(folder / name, content)
        _write(folder / f"{Path(name).stem}.ok", f"{name}|{len(content.splitlines())}\n")
    folder.chmod(PRIVATE_FOLDER)


def _write(path: Path, content: str) -> None:
    path.write_bytes(content.encode())
    path.chmod(PRIVATE_FILE)


def _sms(customers: Sequence[Customer]) -> str:
    """Compliant: the number, the name as 王*, and a text with the last four digits of the card."""
    random = seeded("sms")
    rows = []
    for index, customer in enumerate(customers):
        who = customer.person
        clock = f"{8 + index // 120:02d}:{index % 60:02d}"
        text = (
            f"尊敬的{who.masked}{who.honorific}，您尾号{customer.cards[0].tail}的借记卡于06月01日{clock}"
            f"支出{random.uniform(1, 900):.2f}元。【示例银行】"
        )
        rows.append((who.mobile, who.masked, text, f"2026-06-01 {clock}:00"))
    return table(("mobile", "name", "content", "send_time"), rows)


def _collection(bank: Bank) -> str:
    """Too much: the whole ID where its last four would do, somebody else's phone, and people who owe nothing."""
    punctual = [customer for customer in bank.borrowers if not customer.overdue_days][:NOT_OVERDUE]
    header = ("case_no", "name", "cert_no", "mobile", "home_addr", "lxr_name", "lxr_tel", "overdue_days", "overdue_amt")
    rows = []
    for index, customer in enumerate((*bank.overdue[:120], *punctual)):
        who, contact = customer.person, customer.contact
        owed = (customer.overdue_days or 0, f"{customer.loan_balance / 12:.2f}")
        case = f"AJ2026-{index + 1:05d}"
        rows.append((case, who.name, who.document, who.mobile, who.address, contact.name, contact.mobile, *owed))
    return table(header, rows)


def _insurance(customers: Sequence[Customer]) -> str:
    random = seeded("insurance")
    rows = (
        (who.name, who.document, who.mobile, random.choice(("P012", "P013")), "Y")
        for who in (customer.person for customer in customers)
    )
    return table(("insured_name", "cert_no", "mobile", "product_code", "share_consent"), rows)


def _analytics(customers: Sequence[Customer]) -> str:
    """An unkeyed hash of eleven digits: whoever has it counts through all mobile numbers in minutes."""
    random = seeded("analytics")
    lines: Iterable[str] = (
        json.dumps(
            {
                "mobile_md5": hashlib.md5(customer.person.mobile.encode(), usedforsecurity=False).hexdigest(),
                "age_band": f"{(2026 - customer.person.birth.year) // 10 * 10}s",
                "txn_count": random.randrange(1, 200),
                "channel": random.choice(("app", "web", "branch")),
            }
        )
        for customer in customers
    )
    return "\n".join(lines) + "\n"


def _credit(customers: Sequence[Customer]) -> str:
    """Complete and lawful: a statutory duty, and each customer's written authorisation in the row."""
    rows = (
        (
            customer.person.name,
            customer.person.document,
            f"JK2026-{index + 1:06d}",
            f"{customer.loan_balance:.2f}",
            customer.overdue_days,
            "Y",
        )
        for index, customer in enumerate(customers)
    )
    return table(("cust_name", "cert_no", "contract_no", "loan_balance", "overdue_days", "auth_signed"), rows, "|")


def _marketing(customers: Sequence[Customer]) -> str:
    """No `marketing_consent` column: nobody can tell who agreed."""
    rows = ((customer.number, customer.person.name, customer.person.mobile, "P001") for customer in customers)
    return table(("cust_no", "name", "mobile", "product_code"), rows)


def _vip(customers: Sequence[Customer]) -> str:
    random = seeded("vip")
    rows = (
        (customer.person.name, customer.person.mobile, customer.person.address, numbers.digits(random, 6))
        for customer in customers
    )
    return table(("name", "mobile", "home_addr", "points"), rows)
