"""The register of VAT taxpayers, asked over HTTP at the stub."""

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest

from ksef.errors import (
    KsefError,
    KsefRateLimited,
    KsefRequestRejected,
    KsefUnavailable,
)
from ksef.white_list import Question, WhiteListApi, is_account, parse_asked_at
from ksef.white_list_file import FlatFile, Header, digest, masked
from simulator import white_list
from simulator.clock import WARSAW

NIP = "9999999999"
ACCOUNT = "61109010140000071219812874"
OTHER = "27114020040000300201355387"


@pytest.fixture
def stub() -> Iterator[white_list.RunningWhiteList]:
    with white_list.running() as running:
        running.register.accounts = {NIP: {ACCOUNT}}
        running.register.rounds = 3
        yield running


def today() -> date:
    return datetime.now(WARSAW).date()


def ask(source, *accounts, nip=NIP, day=None):
    return list(
        source.check(Question(nip, account, day or today()) for account in accounts)
    )


def test_api_tells_a_listed_account_from_another_one(stub):
    found, other = ask(WhiteListApi(stub.url), ACCOUNT, OTHER)
    assert (found.is_listed, other.is_listed) == (True, False)
    assert found.request_id == "stub-000001"
    assert parse_asked_at(found.asked_at).date() == today()
    assert stub.register.asked == [(NIP, ACCOUNT), (NIP, OTHER)]


def test_limit_of_the_day_is_told_after_the_answers_before_it(stub):
    stub.register.limit = 1
    answers = WhiteListApi(stub.url).check(
        Question(NIP, account, today()) for account in (ACCOUNT, OTHER)
    )
    assert next(answers).is_listed
    with pytest.raises(KsefRateLimited) as caught:
        next(answers)
    assert "WL-191" in " ".join(caught.value.details)


def test_wrong_number_is_refused_with_the_code_of_the_register(stub):
    with pytest.raises(KsefRequestRejected) as caught:
        ask(WhiteListApi(stub.url), ACCOUNT, nip="9999999998")
    assert caught.value.details == ("WL-115: Nieprawidłowy NIP.",)
    assert "9999999998" not in str(caught.value)


def test_day_to_come_is_refused(stub):
    with pytest.raises(KsefRequestRejected):
        ask(WhiteListApi(stub.url), ACCOUNT, day=today() + timedelta(days=1))


def test_register_that_is_being_updated_is_no_answer(stub):
    stub.register.failing = True
    with pytest.raises(KsefUnavailable):
        ask(WhiteListApi(stub.url), ACCOUNT)


def test_flat_file_by_address(stub):
    found, other = ask(FlatFile(stub.flat_url), ACCOUNT, OTHER)
    assert (found.is_listed, other.is_listed) == (True, False)


def test_flat_file_of_exempt_taxpayers_counts_too(stub):
    stub.register.exempt.add(NIP)
    assert ask(FlatFile(stub.flat_url), ACCOUNT)[0].is_listed


def test_virtual_account_is_found_through_its_mask(stub):
    mask = "XX10901014YYYYXXXXXXXXXXXX"
    stub.register.accounts = {}
    stub.register.masks = [mask, "XX11402004YYYXXXXXXXXXXXXX"]
    stub.register.virtual = {NIP: {masked(ACCOUNT, mask)}}
    for source in (FlatFile(stub.flat_url), WhiteListApi(stub.url)):
        found, other = ask(source, ACCOUNT, OTHER)
        assert (found.is_listed, other.is_listed) == (True, False)


def test_mask_of_another_bank_does_not_apply():
    assert masked(ACCOUNT, "XX11402004YYYXXXXXXXXXXXXX") is None
    assert masked(ACCOUNT, "XX10901014YYYXXXXXXXXXXXXX") == "XX10901014000XXXXXXXXXXXXX"


def test_flat_file_in_a_folder(tmp_path, stub):
    path = tmp_path / f"{today():%Y%m%d}.json"
    path.write_text(json.dumps(stub.register.flat_file(today())), encoding="utf-8")
    assert ask(FlatFile(str(tmp_path / "{day}.json")), ACCOUNT)[0].is_listed


def test_missing_and_old_flat_files_are_no_answer(tmp_path, stub):
    with pytest.raises(KsefUnavailable):
        ask(FlatFile(str(tmp_path / "{day}.json")), ACCOUNT)
    yesterday = today() - timedelta(days=1)
    path = tmp_path / "list.json"
    path.write_text(json.dumps(stub.register.flat_file(yesterday)), encoding="utf-8")
    with pytest.raises(KsefUnavailable, match=yesterday.isoformat()):
        ask(FlatFile(str(path)), ACCOUNT)


def test_something_else_is_no_flat_file(tmp_path):
    path = tmp_path / "list.json"
    path.write_text('{"naglowek": {}}', encoding="utf-8")
    with pytest.raises(KsefError, match="no flat file"):
        ask(FlatFile(str(path)), ACCOUNT)


def test_packed_flat_file_is_told(tmp_path):
    path = tmp_path / "list.7z"
    path.write_bytes(bytes.fromhex("377abcaf271c") + bytes(200))
    with pytest.raises(KsefUnavailable, match="unpack") as caught:
        ask(FlatFile(str(path)), ACCOUNT)
    assert caught.value.code == "packed_flat_file"


def test_hash_on_the_border_of_two_pieces_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr("ksef.white_list_file._PIECE", 300)
    header = Header(today(), 2)
    keys = sorted(
        digest(header, NIP, f"{number:026d}").decode() for number in range(50)
    )
    content = {
        "naglowek": {
            "dataGenerowaniaDanych": f"{today():%Y%m%d}",
            "liczbaTransformacji": "2",
        },
        "skrotyPodatnikowCzynnych": keys,
        "maski": [],
    }
    path = tmp_path / "list.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    accounts = [f"{number:026d}" for number in range(60)]
    answers = ask(FlatFile(str(path)), *accounts)
    assert [answer.is_listed for answer in answers] == [True] * 50 + [False] * 10


@pytest.mark.parametrize(
    ("text", "is_right"),
    [
        (ACCOUNT, True),
        (OTHER, True),
        ("61109010140000071219812875", False),
        ("PL61109010140000071219812874", False),
        ("", False),
    ],
)
def test_account_numbers(text, is_right):
    assert is_account(text) is is_right


def test_search_and_control_calls_of_the_stub(stub):
    import requests

    requests.post(
        f"{stub.url}/_sim/register",
        json={"nip": "5265877635", "accounts": [OTHER], "is_exempt": True},
        timeout=5,
    )
    answer = requests.get(
        f"{stub.url}/api/search/nip/5265877635",
        params={"date": today().isoformat()},
        timeout=5,
    ).json()
    assert answer["result"]["subject"]["statusVat"] == "Zwolniony"
    assert answer["result"]["subject"]["accountNumbers"] == [OTHER]
    requests.post(f"{stub.url}/_sim/reset", timeout=5)
    assert not stub.register.accounts
