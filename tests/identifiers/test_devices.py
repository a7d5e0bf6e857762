from __future__ import annotations

import pytest

from pii_audit.identifiers.catalogue import load_catalogue
from pii_audit.identifiers.checksums import VALIDATORS


@pytest.mark.parametrize(
    ("validator", "value", "verdict"),
    [
        ("iccid", "89860117811234567890", True),
        ("iccid", "8986011781123456785", None),
        ("iccid", "8986000000000000000", False),
        ("iccid", "8985011781123456785", False),
        ("imsi", "460011234567890", None),
        ("imsi", "460991234567890", False),
        ("imsi", "310150123456789", False),
        ("vin", "1M8GDM9AXKP042788", True),
        ("vin", "LSVAU2180N2123456", None),
        ("vin", "1M8GDM9AXKP04278O", False),
        ("vin", "12345678901234567", False),
        ("coordinates", "120.155070,30.274084", True),
        ("coordinates", "30.274084, 120.155070", True),
        ("coordinates", "-73.985656;40.748433", None),
        ("coordinates", "0.123456,0.654321", False),
        ("coordinates", "200.123456,300.654321", False),
        ("driver_file", "330100123456", None),
        ("driver_file", "202401311230", False),
        ("driver_file", "990100123456", False),
        ("local_number", "A12345678", None),
        ("local_number", "20240131", False),
    ],
)
def test_what_moves_is_told_by_its_number_as_far_as_it_can_be(validator, value, verdict):
    assert VALIDATORS[validator](value) is verdict


def test_a_place_is_shown_to_a_kilometre():
    location = load_catalogue()["location"]
    assert location.mask("120.155070,30.274084") == "120.15***,30.27***"
    assert location.adequately_masked("120.15***,30.27***")
    assert not location.adequately_masked("120.155***,30.274***")
    assert not location.adequately_masked("120.155070,30.274084")
