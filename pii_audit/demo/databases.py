"""The demo bank's databases: `core.db`, and `test.db`, into which somebody copied real customers."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from pii_audit.demo import numbers
from pii_audit.demo.bank import Bank, Customer, seeded
from pii_audit.demo.notes import call_note
from pii_audit.demo.persons import PLACES, ROADS, Registry

TRANSACTIONS = 5000
CORPORATES = 120
CALL_NOTES = 400
COPIED_TO_TEST = 300

CORE = """
CREATE TABLE customer (
  cust_no TEXT PRIMARY KEY, name TEXT, cert_type TEXT, cert_no TEXT, mobile TEXT, email TEXT, home_addr TEXT,
  birth_date TEXT, marketing_consent TEXT, open_date TEXT, closed_at TEXT);
CREATE TABLE emergency_contact (cust_no TEXT, lxr_name TEXT, lxr_tel TEXT, relation TEXT);
CREATE TABLE corp_customer (
  corp_no TEXT PRIMARY KEY, uscc TEXT, company_name TEXT, legal_rep_name TEXT, legal_rep_mobile TEXT, office_tel TEXT,
  reg_addr TEXT);
CREATE TABLE account (account_no TEXT PRIMARY KEY, cust_no TEXT, currency TEXT, balance REAL, status TEXT);
CREATE TABLE card (card_no TEXT PRIMARY KEY, cust_no TEXT, card_kind TEXT, status TEXT);
CREATE TABLE txn (
  order_no TEXT PRIMARY KEY, serial_no TEXT, cust_no TEXT, amount REAL, occurred_ms INTEGER, channel TEXT,
  summary TEXT);
CREATE TABLE loan (
  contract_no TEXT PRIMARY KEY, cust_no TEXT, principal REAL, loan_balance REAL, overdue_days INTEGER,
  product_code TEXT);
CREATE TABLE call_note (note_id INTEGER PRIMARY KEY, cust_no TEXT, called_at TEXT, agent TEXT, content TEXT);
CREATE TABLE branch (branch_no TEXT PRIMARY KEY, branch_name TEXT, branch_addr TEXT, hotline TEXT);
CREATE TABLE product (product_code TEXT PRIMARY KEY, product_name TEXT, category TEXT, annual_rate REAL);
CREATE TABLE sys_user (user_id INTEGER PRIMARY KEY, login_name TEXT, password_hash TEXT, role TEXT, created_at TEXT);
CREATE VIEW v_overdue AS
  SELECT c.cust_no, c.cert_no, c.mobile, l.contract_no, l.loan_balance, l.overdue_days
  FROM customer c JOIN loan l ON l.cust_no = c.cust_no WHERE l.overdue_days > 0;
"""
TEST = """
CREATE TABLE customer (cust_no TEXT PRIMARY KEY, name TEXT, cert_no TEXT, mobile TEXT, email TEXT, home_addr TEXT);
CREATE TABLE uat_customer (cust_no TEXT PRIMARY KEY, name TEXT, cert_no TEXT, mobile TEXT, email TEXT, home_addr TEXT);
"""

# Several begin with a surname on purpose: a product is nobody.
PRODUCTS = (
    *(("P001", "安心宝", "理财", 2.35), ("P002", "随心贷", "消费贷款", 4.2), ("P003", "金葵花定期", "存款", 1.65)),
    *(("P004", "高端存", "存款", 1.9), ("P005", "王牌理财", "理财", 2.8), ("P006", "张江科创贷", "经营贷款", 3.45)),
    *(
        ("P007", "易贷通", "消费贷款", 4.35),
        ("P008", "白金信用卡", "信用卡", 0.0),
        ("P009", "江南安居贷", "住房贷款", 3.1),
    ),
    *(("P010", "马上付", "支付", 0.0), ("P011", "钱多多", "理财", 2.05), ("P012", "康宁年金", "代销保险", 0.0)),
)
TRADES = ("科技", "贸易", "餐饮管理", "物流", "建筑工程", "文化传媒", "医疗器械")
SUMMARIES = ("消费", "跨行转账", "工资", "水费", "电费", "网上购物", "还款", "利息", "ATM取现", "理财赎回")
CHANNELS = ("手机银行", "柜面", "ATM", "网银", "快捷支付")


def write_core(path: Path, bank: Bank) -> None:
    """Writes the core system: customers, accounts, cards, transactions, loans, call notes and users."""
    random = seeded("core")
    _write(
        path,
        CORE,
        {
            "customer": (_customer_row(customer) for customer in bank.customers),
            "emergency_contact": (
                (customer.number, customer.contact.name, customer.contact.mobile, customer.contact.relation)
                for customer in bank.customers
            ),
            "corp_customer": _corporates(random),
            "account": (
                (customer.account, customer.number, "CNY", round(random.uniform(0, 90_000), 2), _state(customer))
                for customer in bank.customers
            ),
            "card": (
                (card.number, customer.number, "credit" if card.credit else "debit", _state(customer))
                for customer in bank.customers
                for card in customer.cards
            ),
            "txn": _transactions(bank.active, random),
            "loan": _loans(bank.borrowers, random),
            "call_note": _call_notes(bank.active, random),
            "branch": _branches(random),
            "product": PRODUCTS,
            "sys_user": _users(random),
        },
    )


def write_test(path: Path, bank: Bank) -> None:
    """Writes the test environment: a table with real customers, and one with people whom only the generator knows."""
    real = [(customer.number, customer.person) for customer in bank.active[:COPIED_TO_TEST]]
    made_up = [(f"U{index + 1:06d}", person) for index, person in enumerate(bank.synthetic)]
    tables = {"customer": real, "uat_customer": made_up}
    rows = {
        table: [(number, who.name, who.document, who.mobile, who.email, who.address) for number, who in people]
        for table, people in tables.items()
    }
    _write(path, TEST, rows)


def _write(path: Path, schema: str, tables: Mapping[str, Iterable[Sequence[object]]]) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        # A fresh file needs no journal: an interrupted build starts from nothing anyway.
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.executescript(schema)
        connection.execute("BEGIN")
        for table, rows in tables.items():
            filled = list(rows)
            marks = ", ".join("?" * len(filled[0]))
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", filled)  # noqa: S608 - names from this module
        connection.execute("COMMIT")


def _customer_row(customer: Customer) -> Sequence[object]:
    who = customer.person
    closed = customer.closed.isoformat() if customer.closed else None
    consent = "Y" if customer.marketing_consent else "N"
    contact = (who.mobile, who.email, who.address, who.birth.isoformat())
    return customer.number, who.name, "01", who.document, *contact, consent, customer.opened.isoformat(), closed


def _state(customer: Customer) -> str:
    return "closed" if customer.closed else "normal"


def _corporates(random: Random) -> Iterator[Sequence[object]]:
    registry = Registry(seeded("corporate"))
    for index in range(CORPORATES):
        legal = registry.person()
        brand = "".join(random.choices("恒瑞盛达宏泰华信中联东方新元", k=2))
        company = f"{legal.place.city.removesuffix('市')}{brand}{random.choice(TRADES)}有限公司"
        office = f"0571-8{numbers.digits(random, 7)}"
        code = numbers.credit_code(random, legal.place.area)
        address = f"{legal.place.text}{random.choice(ROADS)}{random.randrange(1, 400)}号"
        yield f"E{index + 1:06d}", code, company, legal.name, legal.mobile, office, address


def _transactions(customers: Sequence[Customer], random: Random) -> Iterator[Sequence[object]]:
    """Numbers that look like something else.

    Orders of 19 digits that begin with a date, serials that begin like UnionPay cards and pass Luhn's test as often as
    chance has it, timestamps in milliseconds.
    """
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for index in range(TRANSACTIONS):
        moment = start + timedelta(seconds=2500 * index + random.randrange(2500))
        order = f"{moment:%Y%m%d}{index:011d}"
        serial = "62" + numbers.digits(random, 17)
        milliseconds = int(moment.timestamp() * 1000) + random.randrange(1000)
        amount = round(random.uniform(1, 9_000), 2)
        who = random.choice(customers).number
        yield order, serial, who, amount, milliseconds, random.choice(CHANNELS), random.choice(SUMMARIES)


def _loans(customers: Sequence[Customer], random: Random) -> Iterator[Sequence[object]]:
    for index, customer in enumerate(customers):
        principal = round(customer.loan_balance * random.uniform(1.0, 3.0), 2)
        product = random.choice(("P002", "P006", "P007", "P009"))
        contract = f"JK2026-{index + 1:06d}"
        yield contract, customer.number, principal, customer.loan_balance, customer.overdue_days, product


def _call_notes(customers: Sequence[Customer], random: Random) -> Iterator[Sequence[object]]:
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    for index in range(CALL_NOTES):
        customer = random.choice(customers)
        moment = start + timedelta(minutes=37 * index)
        yield (
            index + 1,
            customer.number,
            f"{moment:%Y-%m-%d %H:%M:%S}",
            f"A{index % 9 + 1:03d}",
            call_note(customer, random),
        )


def _branches(random: Random) -> Iterator[Sequence[object]]:
    cities = dict.fromkeys(place.city for place in PLACES)
    for index, city in enumerate(cities):
        place = next(place for place in PLACES if place.city == city)
        address = f"{place.text}{random.choice(ROADS)}{random.randrange(1, 400)}号"
        yield f"B{index + 1:03d}", f"{city.removesuffix('市')}分行营业部", address, "400-000-0000"


def _users(random: Random) -> Iterator[Sequence[object]]:
    roles = ("teller", "manager", "audit", "operations")
    for index in range(40):
        login = f"op{index + 1:04d}"
        yield index + 1, login, numbers.bcrypt_shape(random), random.choice(roles), f"2025-{index % 12 + 1:02d}-15"
