"""The protocol package against the simulator, over HTTP: all the way of an invoice.

The two share no code, so that what agrees here was understood twice.
"""

from datetime import timedelta

import pytest
import requests
from support_end_to_end import Person
from support_ksef import NIP, needs_shared

from ksef import session, upo
from ksef.client import KsefClient
from ksef.crypto import sha256_base64
from ksef.errors import (
    KsefAuthError,
    KsefProtocolError,
    KsefRateLimited,
    KsefRequestRejected,
    KsefTransportError,
    KsefUnavailable,
)
from ksef.identifiers import KsefNumber

pytestmark = needs_shared

SEND = r"/sessions/online/[^/]+/invoices$"
OTHER_NIP = "1111111111"


@pytest.fixture
def me(sim):
    """The owner of NIP."""
    return Person(sim)


# -- login ---------------------------------------------------------------


@pytest.mark.parametrize("kind", ["ec", "rsa"])
def test_a_login_with_either_kind_of_key(sim, kind):
    person = Person(sim, kind)
    assert person.client.rate_limits().groups["invoiceSend"].per_hour > 0
    assert (person.logins, len(person.kept)) == (1, 1)
    assert person.client.tokens.refresh_valid_until > sim.clock.now()


def test_a_login_into_the_context_of_another_is_refused(sim):
    stranger = Person(sim, nip=OTHER_NIP)
    with pytest.raises(KsefAuthError) as caught:
        stranger.client.rate_limits()
    assert (caught.value.reason, caught.value.code) == ("no_permission", 415)


def test_the_rights_of_the_owner_are_listed(me):
    names = {each.permission for each in me.client.personal_grants()}
    assert {"InvoiceWrite", "InvoiceRead"} <= names


def test_limits_of_the_context(me):
    limits = me.client.context_limits()
    assert (limits.online.max_invoice_size_mb, limits.batch.max_invoices) == (1, 10000)


def test_an_expired_access_token_is_refreshed_without_a_login(me):
    me.client.rate_limits()
    me.pass_time(3600)
    me.client.rate_limits()
    assert me.logins == 1
    assert len(me.kept) == 2
    assert me.kept[0].refresh == me.kept[1].refresh


def test_a_401_on_the_way_is_refreshed_and_repeated(me):
    me.client.rate_limits()
    me.sim.faults.add("unauthorized", path="/limits/context")
    me.client.context_limits()
    assert (me.logins, len(me.kept)) == (1, 2)


def test_two_401s_lead_to_a_new_login(me):
    me.client.rate_limits()
    me.sim.faults.add("unauthorized", path="/limits/context", times=2)
    me.client.context_limits()
    assert me.logins == 2


def test_401_for_ever_is_an_error_and_no_loop(me):
    me.client.rate_limits()
    me.sim.faults.add("unauthorized", path="/limits/context", times=50)
    with pytest.raises(KsefAuthError) as caught:
        me.client.context_limits()
    assert caught.value.reason == "expired"
    assert me.logins == 2


def test_an_ended_login_is_replaced_when_its_access_token_is_over(me):
    me.client.rate_limits()
    me.client.revoke_current_session()
    me.pass_time(3600)
    me.client.rate_limits()
    assert me.logins == 2


def test_an_ended_login_without_a_certificate_is_revoked(me):
    me.client.rate_limits()
    me.client.revoke_current_session()
    me.pass_time(3600)
    lonely = KsefClient(me.environment, me.client.tokens, clock=me.sim.clock.now)
    with pytest.raises(KsefAuthError) as caught:
        lonely.rate_limits()
    assert (caught.value.reason, caught.value.code) == ("revoked", 21301)


# -- the way of an invoice -----------------------------------------------


def test_an_invoice_gets_its_number_its_upo_and_its_way_back(me):
    xml = me.invoice()
    reference = me.open()
    sent = me.send(reference, xml)
    me.pass_time()
    status = me.client.invoice_status(reference, sent)

    assert status.is_accepted
    number = KsefNumber.parse(status.ksef_number)
    assert number.is_checksum_right
    assert (number.seller_nip, number.day) == (NIP, me.sim.clock.today_in_warsaw())
    assert status.invoicing_mode == "Online"

    confirmed = upo.parse(me.client.invoice_upo(reference, sent))
    assert confirmed.document(sha256_base64(xml)).ksef_number == status.ksef_number
    by_number = me.client.invoice_upo_by_ksef_number(reference, status.ksef_number)
    assert upo.parse(by_number).documents == confirmed.documents
    linked = me.client.download_upo(status.upo_download_url)
    assert upo.parse(linked).documents == confirmed.documents

    me.pass_time()
    assert me.client.invoice(status.ksef_number) == xml


def test_a_closed_session_has_a_collective_upo(me):
    reference = me.open()
    hashes = set()
    for place in range(3):
        xml = me.invoice(f"FV/{place}")
        hashes.add(sha256_base64(xml))
        me.send(reference, xml)
    me.client.close_online_session(reference)
    me.pass_time(5)
    status = me.client.session_status(reference)
    assert (status.is_final, status.status.code) == (True, 200)
    assert (status.invoice_count, status.successful, status.failed) == (3, 3, 0)

    (page,) = status.upo_pages
    by_link = me.client.download_upo(page.download_url)
    by_reference = me.client.session_upo(reference, page.reference_number)
    assert {each.hash for each in upo.parse(by_link).documents} == hashes
    assert upo.parse(by_reference).documents == upo.parse(by_link).documents


def test_many_invoices_are_read_page_by_page(me):
    reference = me.open()
    for place in range(12):
        me.send(reference, me.invoice(f"FV/{place}"))
    me.pass_time()
    first = me.client.session_invoices(reference, page_size=10)
    second = me.client.session_invoices(reference, first.continuation_token, 10)
    assert (len(first.invoices), len(second.invoices)) == (10, 2)
    assert second.continuation_token is None
    assert len(list(session.iterate_invoices(me.client, reference))) == 12


def test_the_session_is_among_the_sessions_of_the_context(me):
    reference = me.open()
    found = me.client.sessions().sessions
    assert reference in {each.reference_number for each in found}


def test_an_invoice_against_the_schema_is_a_result_and_no_exception(me):
    xml = me.invoice().replace(b"<P_15>2051</P_15>", b"<P_15>dwa</P_15>")
    reference = me.open()
    status = me.outcome(reference, xml)
    assert (status.status.code, status.is_final) == (450, True)
    assert any("P_15" in line for line in status.status.details)
    assert [each.status.code for each in me.client.failed_invoices(reference).invoices]


def test_a_wrong_seller_is_refused_by_right(me):
    status = me.outcome(me.open(), me.invoice(seller=OTHER_NIP))
    assert status.status.code == 410


def test_an_invoice_of_yesterday_becomes_an_offline_one(me):
    yesterday = me.sim.clock.today_in_warsaw() - timedelta(days=1)
    status = me.outcome(me.open(), me.invoice(day=yesterday))
    assert status.invoicing_mode == "Offline"


def test_a_technical_correction_of_a_rejected_offline_invoice(me):
    rejected = me.invoice().replace(b"<P_15>2051</P_15>", b"<P_15>dwa</P_15>")
    reference = me.open()
    assert me.outcome(reference, rejected, offline=True).status.code == 450
    status = me.outcome(
        reference,
        me.invoice(),
        offline=True,
        hash_of_corrected=sha256_base64(rejected),
    )
    assert (status.status.code, status.invoicing_mode) == (200, "Offline")


def test_an_upo_asked_for_too_early_has_a_code(me):
    reference = me.open()
    xml = me.invoice().replace(b"<P_15>2051</P_15>", b"<P_15>dwa</P_15>")
    sent = me.send(reference, xml)
    me.pass_time()
    with pytest.raises(KsefRequestRejected) as caught:
        me.client.invoice_upo(reference, sent)
    assert caught.value.code == 21178


# -- keys ------------------------------------------------------------------


def rotate(sim, **options):
    answer = requests.post(f"{sim.url}/_sim/rotate-keys", json=options, timeout=10)
    assert answer.status_code == 200, answer.text


def test_a_withdrawn_public_key_is_replaced_while_opening(me):
    old = me.client.public_keys()
    rotate(me.sim, withdraw=True)
    reference = me.open(old)
    assert me.outcome(reference, me.invoice()).is_accepted


def test_the_old_key_is_known_to_be_withdrawn_by_its_code(me):
    old = me.client.public_keys()
    rotate(me.sim, withdraw=True)
    usage = session.PublicKeyUsage.SYMMETRIC_KEY_ENCRYPTION
    chosen = session.choose_public_key(old, usage, me.sim.clock.now())
    with pytest.raises(KsefRequestRejected) as caught:
        me.client.open_online_session(session.wrap_key(me.session_key, chosen))
    assert caught.value.code == session.KEY_WITHDRAWN


def test_in_a_planned_rotation_the_newer_key_is_taken_and_both_work(me):
    old = me.client.public_keys()
    me.pass_time(60)
    rotate(me.sim)
    usage = session.PublicKeyUsage.SYMMETRIC_KEY_ENCRYPTION
    newer = session.choose_public_key(
        me.client.public_keys(), usage, me.sim.clock.now()
    )
    assert newer.public_key_id not in {each.public_key_id for each in old}
    assert me.outcome(me.open(old), me.invoice("FV/old")).is_accepted
    assert me.outcome(me.open(), me.invoice("FV/new")).is_accepted


# -- bad days ----------------------------------------------------------------


def test_a_lost_answer_is_adopted_and_not_sent_again(me):
    xml = me.invoice()
    reference = me.open()
    me.sim.faults.add("cut_after", method="POST", path=SEND)
    with pytest.raises(KsefTransportError) as caught:
        me.send(reference, xml)
    assert caught.value.outcome_unknown
    me.pass_time()
    found = session.find_by_hash(me.client, reference, sha256_base64(xml))
    assert found.is_accepted
    assert len(list(session.iterate_invoices(me.client, reference))) == 1


def test_sent_again_all_the_same_it_is_a_duplicate_that_names_the_first(me):
    xml = me.invoice()
    reference = me.open()
    me.sim.faults.add("cut_after", method="POST", path=SEND)
    with pytest.raises(KsefTransportError):
        me.send(reference, xml)
    me.pass_time()
    first = session.find_by_hash(me.client, reference, sha256_base64(xml))
    second = me.outcome(reference, xml)
    assert second.is_duplicate
    assert second.original_ksef_number == first.ksef_number
    assert second.original_session_reference_number == reference
    assert me.client.invoice(second.original_ksef_number) == xml


def test_a_request_that_was_lost_is_not_found_and_may_be_sent_again(me):
    xml = me.invoice()
    reference = me.open()
    me.sim.faults.add("cut_before", method="POST", path=SEND)
    with pytest.raises(KsefTransportError) as caught:
        me.send(reference, xml)
    assert caught.value.outcome_unknown
    assert session.find_by_hash(me.client, reference, sha256_base64(xml)) is None
    assert me.outcome(reference, xml).is_accepted


@pytest.mark.parametrize("kind", ["error", "error_after"])
def test_a_server_error_while_sending_leaves_the_outcome_open(me, kind):
    reference = me.open()
    me.sim.faults.add(kind, method="POST", path=SEND, status=502)
    with pytest.raises(KsefUnavailable) as caught:
        me.send(reference, me.invoice())
    assert caught.value.outcome_unknown
    sent = me.sim.log.entries("POST", f"{reference}/invoices")
    assert len(sent) == 1


def test_a_long_limit_is_handed_to_the_caller_with_its_seconds(me):
    reference = me.open()
    me.sim.faults.add("rate_limit", method="POST", path=SEND, retry_after=30)
    with pytest.raises(KsefRateLimited) as caught:
        me.send(reference, me.invoice())
    assert caught.value.retry_after == 30
    assert me.outcome(reference, me.invoice()).is_accepted


def test_a_short_limit_is_sat_out(me):
    reference = me.open()
    me.sim.faults.add("rate_limit", method="POST", path=SEND, retry_after=1)
    assert me.outcome(reference, me.invoice()).is_accepted


def test_a_blocked_request_drops_no_login(me):
    me.client.rate_limits()
    me.sim.faults.add("waf", path="/limits/context")
    with pytest.raises(KsefUnavailable) as caught:
        me.client.context_limits()
    assert caught.value.code == "request_blocked"
    me.client.context_limits()
    assert me.logins == 1


def test_half_an_answer_is_a_protocol_error(me):
    me.client.rate_limits()
    me.sim.faults.add("malformed", path="/limits/context")
    with pytest.raises(KsefProtocolError):
        me.client.context_limits()


def test_a_read_survives_two_bad_answers(me):
    me.client.rate_limits()
    me.sim.faults.add("error", path="/limits/context", times=2, status=503)
    assert me.client.context_limits()


def test_a_closed_session_takes_nothing_more(me):
    reference = me.open()
    me.outcome(reference, me.invoice("FV/1"))
    me.client.close_online_session(reference)
    with pytest.raises(KsefRequestRejected) as caught:
        me.send(reference, me.invoice("FV/2"))
    assert caught.value.code == 21180


def test_an_unknown_session_has_a_code(me):
    with pytest.raises(KsefRequestRejected) as caught:
        me.client.session_status("20250625-SO-0000000000-0000000000-00")
    assert caught.value.code == 21173
