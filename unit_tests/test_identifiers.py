"""NIP, KSeF numbers, internal identifiers, and the day in Warsaw."""

from datetime import date, datetime, timezone

import pytest
from support_ksef import SHARED, needs_shared, shared_json

from ksef.deadlines import today_in_warsaw
from ksef.errors import KsefError
from ksef.identifiers import (
    KsefNumber,
    crc8,
    is_internal_id,
    is_ksef_number_checksum_right,
    is_nip,
    nip_spellings,
    normalize_nip,
)

NUMBER = "5265877635-20250826-0100001AF629-AF"
OLD_NUMBER = "5265877635-20250826-010000-1AF629-AF"


@pytest.mark.parametrize(
    "nip", ["1111111111", "2222222222", "3333333333", "5265877635", "5555555555"]
)
def test_a_right_nip(nip):
    assert is_nip(nip)


@pytest.mark.parametrize(
    "nip",
    [
        "",
        "1234567890",
        "5265877636",
        "526587763",
        "52658776355",
        "526-587-76-35",
        "PL5265877635",
        "٥٢٦٥٨٧٧٦٣٥",
        "0000000000",
        "1000000035",
        "5265877635\n",
    ],
)
def test_a_wrong_nip(nip):
    assert not is_nip(nip)


def test_spellings_of_a_nip():
    found = nip_spellings("5265877635")
    assert {"5265877635", "PL5265877635", "526-587-76-35", "PL 526 58 77 635"} <= set(
        found
    )
    assert {normalize_nip(each) for each in found} == {"5265877635"}


def test_a_remainder_of_ten_is_never_a_nip():
    # 6·1 + 5·1 + 7·3 weighs 32, which leaves ten modulo 11.
    assert not any(is_nip(f"113000000{digit}") for digit in range(10))


@pytest.mark.parametrize(
    "text", ["PL5265877635", "pl 526-587-76-35", " 526 587 76 35 ", "526.587.76.35"]
)
def test_the_ways_to_write_a_nip(text):
    assert normalize_nip(text) == "5265877635"


def test_another_country_stays():
    assert normalize_nip("DE123456789") == "DE123456789"


def test_the_check_value_of_the_algorithm():
    assert crc8("123456789") == 0xF4


def test_the_register_after_each_character():
    expected = bytes.fromhex(
        "8B2670DCB29272DB9660E42C54350090512E483C246B860BA1FE63EE513200AF"
    )
    text = NUMBER[:32]
    assert bytes(crc8(text[: n + 1]) for n in range(32)) == expected


def number_vectors() -> list:
    return shared_json("ksef_number_vectors.json") if SHARED.is_dir() else []


@needs_shared
@pytest.mark.parametrize("vector", number_vectors(), ids=lambda each: each["number"])
def test_numbers_from_official_places(vector):
    assert is_ksef_number_checksum_right(vector["number"]) == vector["crc_ok"]
    assert f"{crc8(vector['number'][:32]):02X}" == vector["computed"]


@pytest.mark.parametrize("text", ["", NUMBER[:-1], NUMBER.lower(), NUMBER[:-1] + "E"])
def test_a_wrong_checksum(text):
    assert not is_ksef_number_checksum_right(text)


def test_the_parts_of_a_number():
    number = KsefNumber.parse(NUMBER)
    assert number == KsefNumber(
        NUMBER, "5265877635", date(2025, 8, 26), "0100001AF629", "AF"
    )
    assert number.is_checksum_right


def test_a_number_of_the_first_ksef_has_36_characters():
    number = KsefNumber.parse(OLD_NUMBER)
    assert (len(OLD_NUMBER), number.technical_part) == (36, "010000-1AF629")


def test_a_number_with_a_wrong_checksum_is_read_all_the_same():
    assert not KsefNumber.parse(NUMBER[:-2] + "00").is_checksum_right


@pytest.mark.parametrize(
    "text",
    [
        "",
        NUMBER.lower(),
        NUMBER + " ",
        NUMBER.replace("20250826", "20250231"),
        NUMBER.replace("20250826", "20190826"),
        NUMBER.replace("5265877635", "0265877635"),
        NUMBER.replace("-", ""),
        "20250916-SO-2C3E6C8000-B675CF5D68-07",
    ],
)
def test_what_is_no_ksef_number(text):
    with pytest.raises(KsefError) as caught:
        KsefNumber.parse(text)
    assert caught.value.code == "bad_ksef_number"


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("6824515772-12343", True),
        ("6824515772-12345", False),
        ("6824515772-1234", False),
        ("6824515772", False),
        ("", False),
        ("6824515772 12343", False),
    ],
)
def test_internal_identifiers(text, right):
    assert is_internal_id(text) is right


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 1, 31, 22, 59, tzinfo=timezone.utc), date(2026, 1, 31)),
        (datetime(2026, 1, 31, 23, 0, tzinfo=timezone.utc), date(2026, 2, 1)),
        (datetime(2026, 7, 31, 21, 59, tzinfo=timezone.utc), date(2026, 7, 31)),
        (datetime(2026, 7, 31, 22, 0, tzinfo=timezone.utc), date(2026, 8, 1)),
    ],
)
def test_the_day_changes_at_midnight_in_warsaw(moment, day):
    assert today_in_warsaw(lambda: moment) == day
