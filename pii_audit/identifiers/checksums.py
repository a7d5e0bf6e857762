"""Validators by name: the table that `validator` in an identifier's YAML picks from.

Each takes folded text and gives True (proven), False (refuted) or None (nothing to tell by); its standard stands in its docstring.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pii_audit.identifiers import cards, credentials, documents, networks
from pii_audit.identifiers.addresses import postal_address

Validator = Callable[[str], bool | None]

VALIDATORS: Mapping[str, Validator] = {
    "resident_id": documents.resident_id,
    "resident_id_15": documents.resident_id_15,
    "hmt_residence_permit": documents.hmt_residence_permit,
    "foreign_pr_2023": documents.foreign_pr_2023,
    "foreign_pr_2017": documents.foreign_pr_2017,
    "tw_permit": documents.tw_permit,
    "uscc": documents.uscc,
    "hkid": documents.hkid,
    "tw_id": documents.tw_id,
    "us_ssn": documents.us_ssn,
    "plate": documents.plate,
    "card": cards.card,
    "track1": cards.track1,
    "track2": cards.track2,
    "card_expiry": cards.expiry,
    "iban": cards.iban,
    "imei": cards.imei,
    "cn_mobile": networks.cn_mobile,
    "cn_landline": networks.cn_landline,
    "phone_intl": networks.phone_intl,
    "email": networks.email,
    "ip": networks.ip,
    "mac": networks.mac,
    "credential": credentials.credential,
    "pin": credentials.pin,
    "postal_address": postal_address,
}
