"""Validators by name: the table that `validator` in an identifier's YAML picks from.

Each takes folded text and gives True (proven), False (refuted) or None (nothing to tell by); its standard stands in its docstring.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pii_audit.identifiers import access_keys, cards, credentials, devices, documents, foreign, networks
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
    "driver_file": documents.driver_file,
    "local_number": documents.local_number,
    "macau_id": foreign.macau_id,
    "sg_nric": foreign.sg_nric,
    "jp_mynumber": foreign.jp_mynumber,
    "kr_rrn": foreign.kr_rrn,
    "in_pan": foreign.in_pan,
    "in_aadhaar": foreign.in_aadhaar,
    "us_itin": foreign.us_itin,
    "us_ein": foreign.us_ein,
    "us_aba": foreign.us_aba,
    "uk_nino": foreign.uk_nino,
    "uk_account": foreign.uk_account,
    "bic": foreign.bic,
    "passport_mrz": foreign.passport_mrz,
    "iccid": devices.iccid,
    "imsi": devices.imsi,
    "vin": devices.vin,
    "coordinates": devices.coordinates,
    "cloud_key": access_keys.cloud_key,
    "jwt": access_keys.jwt,
    "connection_string": access_keys.connection_string,
    "private_key": access_keys.private_key,
    "postal_address": postal_address,
}
