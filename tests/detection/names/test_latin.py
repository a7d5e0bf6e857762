from __future__ import annotations

import time

import pytest

from pii_audit.detection.names.latin import latin_names


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Dear Mr. Okonkwo,", "Okonkwo"),
        ("Dear Emily,", "Emily"),
        ("I spoke with Mary Brown yesterday.", "Mary Brown"),
        ("Cardholder: JOHN SMITH", "JOHN SMITH"),
        ("Applicant Name: Xolani Dlamini", "Xolani Dlamini"),
        ("Signed by Dr. Hugh O'Reilly on Monday", "Hugh O'Reilly"),
        ("paid to Johannes van der Berg in cash", "Johannes van der Berg"),
        ("Zhang Xiaoming called about the loan", "Zhang Xiaoming"),
        ("Robert J. Miles Jr. asked", "Robert J. Miles Jr."),
        ("Smith, John", "Smith, John"),
        ("Kind regards,\n\nLuís Gonçalves\nHead of Sales", "Luís Gonçalves"),
        ("May Johnson will call in May.", "May Johnson"),
        ("客户 David Miller 来电", "David Miller"),
        ("收款人:Tom", "Tom"),
    ],
)
def test_a_name_in_latin_letters_is_found_whole(names, text, name):
    assert names(text) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "Dear Customer,",
        "Wells Fargo and Morgan Stanley",
        "Johnson Controls International plc",
        "Thomas Cook Airlines",
        "St. James Street, New York City",
        "user john.smith@bank.example logged in",
        "com.Mary.Brown.Service",
        "MaryBrownServer_01",
        "https://host/John/Smith",
        "Terms And Conditions Apply",
        "The Annual General Meeting is on Friday",
        "Best regards,\nThe Payments Team",
        "Jack Daniel's Tennessee Whiskey",
    ],
)
def test_firms_products_places_and_longer_tokens_are_no_persons(names, text):
    assert names(text) == []


def test_a_name_found_once_is_found_again_by_its_surname(names):
    assert names("Customer Samuel Ndlovu complained. Ndlovu wants an answer.") == ["Samuel Ndlovu", "Ndlovu"]


@pytest.mark.parametrize(
    "address",
    [
        "1187 Larkspur Lane, Apt 4B, Boise, ID 83702",
        "Flat 7, 31 Kensington Park Road, London W11 2EU",
        "P.O. Box 1142, Tulsa, OK 74101",
        "400 Harbour Street, Suite 1200, Vancouver, BC V6B 1A1",
    ],
)
def test_an_address_in_latin_letters_is_found_whole(addresses, address):
    assert addresses(f"Please send it to {address}. Thank you.") == [address]


@pytest.mark.parametrize("text", ["Invoice 2026 Drive failure", "We have 3 Ways to pay", "It took 15 Days", "Room 5"])
def test_numbers_beside_capitalised_words_are_no_address(addresses, text):
    assert addresses(text) == []


def test_english_letters_and_forms_reach_their_floor(f1):
    assert f1("english.txt", "person_name", None) >= 0.9
    assert f1("english.txt", "address", None) >= 0.8


@pytest.mark.parametrize("text", ["Mary Brown " * 20_000 + "Mary1", "Smith, John\n" * 20_000, "Mary, " * 30_000 + "B1"])
def test_long_rows_of_names_take_time_in_proportion(text):
    before = time.process_time()
    latin_names(text)
    assert time.process_time() - before < 5
