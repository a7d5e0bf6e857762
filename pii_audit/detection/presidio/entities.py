"""What an identifier of ours is called in Presidio."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PRESIDIO_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "bank_card": "CREDIT_CARD",
        "email": "EMAIL_ADDRESS",
        "ip_address": "IP_ADDRESS",
        "mac_address": "MAC_ADDRESS",
        "iban": "IBAN_CODE",
        "us_ssn": "US_SSN",
        "cn_mobile": "PHONE_NUMBER",
        "cn_landline": "PHONE_NUMBER",
        "phone_intl": "PHONE_NUMBER",
        "person_name": "PERSON",
        "address": "LOCATION",
    }
)
"""Identifiers that Presidio has an entity for. Several may share one; the recognizer's name is the identifier's id and tells them apart."""


def entity_of(identifier: str) -> str:
    """The entity name of an identifier: Presidio's own where the same thing exists there, else the id in upper case."""
    return PRESIDIO_NAMES.get(identifier, identifier.upper())
