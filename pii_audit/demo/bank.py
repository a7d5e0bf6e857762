"""The demo bank in memory: who its customers are and what they have with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from pii_audit.demo import numbers
from pii_audit.demo.persons import Person, Registry

SEED = "pii-audit demo bank 1"
"""Changing it changes every number in the bank."""
CUSTOMERS = 3000
SYNTHETIC = 300
MARKETING_SHARE = 0.6
LOAN_SHARE = 0.3
CREDIT_CARD_SHARE = 0.3
CLOSED = 80
CLOSED_TOO_LONG = 12
RELATIONS = ("配偶", "父母", "子女", "兄弟姐妹", "同事", "朋友")


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom the bank may call when the customer cannot be reached."""

    name: str
    mobile: str
    relation: str


@dataclass(frozen=True, slots=True)
class Card:
    """A card without the things that must not be kept."""

    number: str
    credit: bool

    @property
    def tail(self) -> str:
        """The last four digits, which messages and letters may show."""
        return self.number[-4:]


@dataclass(frozen=True, slots=True)
class Customer:
    """A retail customer; `overdue_days` is None without a loan, `closed` None while the relation lasts."""

    number: str
    person: Person
    opened: date
    closed: date | None
    marketing_consent: bool
    account: str
    cards: tuple[Card, ...]
    contact: Contact
    overdue_days: int | None
    loan_balance: float


@dataclass(frozen=True, slots=True)
class Bank:
    """Everything that databases, share and outbox are written from; `synthetic` people are nobody's customers."""

    customers: tuple[Customer, ...]
    synthetic: tuple[Person, ...]

    @property
    def active(self) -> Sequence[Customer]:
        """Customers whose relation lasts."""
        return [customer for customer in self.customers if customer.closed is None]

    @property
    def borrowers(self) -> Sequence[Customer]:
        """Customers with a loan."""
        return [customer for customer in self.customers if customer.overdue_days is not None]

    @property
    def overdue(self) -> Sequence[Customer]:
        """Borrowers who are behind: the only ones whom a collection agency may be told of."""
        return [customer for customer in self.borrowers if customer.overdue_days]


def seeded(purpose: str) -> Random:
    """Random numbers, the same in every build; each purpose has its own, so that changing one file moves no other."""
    return Random(f"{SEED}/{purpose}")  # noqa: S311 - repeatable on purpose, nothing secret comes from it


def create() -> Bank:
    """The bank; the same one every time."""
    registry = Registry(seeded("persons"))
    random = seeded("contracts")
    customers = tuple(_customer(index, registry, random) for index in range(CUSTOMERS))
    return Bank(customers, tuple(registry.person() for _ in range(SYNTHETIC)))


def _customer(index: int, registry: Registry, random: Random) -> Customer:
    opened, closed = _relation(index, random)
    person, other = registry.person(opened), registry.person()
    borrows = closed is None and random.random() < LOAN_SHARE
    overdue = random.choice((0, 0, 0, 0, random.randrange(5, 400))) if borrows else None
    return Customer(
        number=f"C{index + 1:08d}",
        person=person,
        opened=opened,
        closed=closed,
        marketing_consent=random.random() < MARKETING_SHARE,
        account="12050" + numbers.digits(random, 12),
        cards=_cards(random),
        contact=Contact(other.name, other.mobile, random.choice(RELATIONS)),
        overdue_days=overdue,
        loan_balance=round(random.uniform(5_000, 800_000), 2) if borrows else 0.0,
    )


def _relation(index: int, random: Random) -> tuple[date, date | None]:
    """Dates are fixed ones: what the audit says of them must not depend on the day on which the demo is built."""
    if index < CLOSED_TOO_LONG:
        return date(2001, 3, 1) + timedelta(days=random.randrange(900)), date(2007, 1, 8) + timedelta(days=31 * index)
    opened = date(2012, 1, 4) + timedelta(days=random.randrange(5000))
    if index < CLOSED:
        opened = date(2012, 1, 4) + timedelta(days=random.randrange(3000))
        return opened, date(2022, 1, 10) + timedelta(days=random.randrange(1200))
    return opened, None


def _cards(random: Random) -> tuple[Card, ...]:
    debit = Card(numbers.bank_card(random, numbers.DEBIT_BIN, 19), credit=False)
    if random.random() < CREDIT_CARD_SHARE:
        return debit, Card(numbers.bank_card(random, numbers.CREDIT_BIN, 16), credit=True)
    return (debit,)
