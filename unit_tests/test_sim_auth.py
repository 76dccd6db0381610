"""Logging in to the simulator: conformance cases 1-20 and 24-26."""

import datetime as dt
import re

import pytest
import sim_client as c
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree

import simulator

CHALLENGE = re.compile(r"\d{8}-CR-[A-F0-9]{10}-[A-F0-9]{10}-[A-F0-9]{2}")


@pytest.fixture
def me(sim):
    """The owner of NIP, with a self-signed seal, not logged in."""
    return c.SimClient(sim, c.seal())


def refusal(client, xml, query=""):
    return c.code_of(client.submit(xml, query))


def test_challenge_is_well_formed(me):
    """Case 1."""
    answer = me.challenge()
    assert CHALLENGE.fullmatch(answer["challenge"])
    head, _dot, fraction = answer["timestamp"].partition(".")
    seconds = dt.datetime.fromisoformat(head + "+00:00").timestamp()
    assert answer["timestampMs"] == int(seconds) * 1000 + int(fraction[:3])
    assert answer["clientIp"] == "127.0.0.1"


def test_two_challenges_differ(me):
    """Case 2."""
    assert me.challenge()["challenge"] != me.challenge()["challenge"]


def test_rsa_seal_logs_in(sim):
    """Case 3."""
    me = c.SimClient(sim, c.seal(key=c.rsa_key()))
    answer = me.submit(me.signed_request())
    assert answer.status_code == 202
    me.operation = answer.json()
    assert me.operation["referenceNumber"][8:12] == "-AU-"
    assert me.auth_status() == 200


def test_ec_signature_as_r_and_s_logs_in(me):
    """Case 4."""
    assert me.start() == 200


def test_ec_signature_in_der_is_refused(me):
    """Case 4."""
    xml = me.signed_request(c.SignOptions(der_signature=True))
    assert refusal(me, xml) == 9105


@pytest.mark.parametrize("namespace", [c.AUTH_20, c.AUTH_21])
def test_both_schema_versions_log_in(me, namespace):
    """Case 5."""
    assert me.start(namespace=namespace) == 200


def test_altered_nip_breaks_the_signature(sim, me):
    """Case 6."""
    xml = me.signed_request().replace(c.NIP.encode(), c.OTHER_NIP.encode(), 1)
    assert refusal(me, xml) == 9105
    assert not sim.state.operations


def test_unsigned_request_is_refused(me):
    """Case 7."""
    xml = c.auth_request(me.challenge()["challenge"])
    assert refusal(me, xml) == 9102


def test_two_signatures_are_refused(me):
    """Case 7."""
    assert me.who is not None
    once = me.signed_request()
    twice = c.sign(once, me.who, c.SignOptions(signing_time=me.sim.clock.now()))
    assert refusal(me, twice) == 9103


def test_plain_xml_signature_is_refused(me):
    """Case 8."""
    assert refusal(me, me.signed_request(c.SignOptions(xades=False))) == 9105


def test_properties_outside_the_signed_references_are_refused(me):
    """Case 8: the properties are there but nothing signs them."""
    xml = me.signed_request(c.SignOptions(cover_properties=False))
    assert refusal(me, xml) == 9105


def test_signature_that_names_no_certificate_is_refused(me):
    """Case 8: neither SigningCertificate nor a signed KeyInfo."""
    xml = me.signed_request(c.SignOptions(signing_certificate=False))
    assert refusal(me, xml) == 9105


def test_digest_of_another_certificate_is_refused(me):
    """Case 8: CertDigest must be that of the KeyInfo's certificate."""
    xml = me.signed_request(c.SignOptions(wrong_cert_digest=True))
    assert refusal(me, xml) == 9105


def test_sha1_signature_is_refused(sim):
    """ksef-api.md §2.5: refused live although the documents list it."""
    me = c.SimClient(sim, c.seal(key=c.rsa_key()))
    assert refusal(me, me.signed_request(c.SignOptions(sha1=True))) == 9105


def test_inclusive_canonicalization_is_accepted(me):
    """ksef-api.md §2.5: the official C# client signs that way."""
    assert me.start(c.SignOptions(exclusive_info=False)) == 200


def test_detached_signature_is_refused(me):
    """Case 9."""
    xml = me.signed_request(c.SignOptions(reference_uri="http://example.invalid/a.xml"))
    assert refusal(me, xml) == 9105


def test_signing_time_in_the_future_is_refused(sim, me):
    """ksef-api.md §2.5 (policy: five minutes of tolerance)."""
    later = sim.clock.now() + dt.timedelta(minutes=6)
    assert refusal(me, me.signed_request(c.SignOptions(signing_time=later))) == 9105


@pytest.mark.parametrize(
    "wrong",
    [
        "<Extra/>",
        "<AuthorizationPolicy/>",
        "<AuthorizationPolicy><AllowedIps><Ip4Mask>10.0.0.0/8</Ip4Mask>"
        "<Ip4Address>10.0.0.1</Ip4Address></AllowedIps></AuthorizationPolicy>",
    ],
)
def test_request_against_the_schema_is_refused(me, wrong):
    """Case 10."""
    assert refusal(me, me.signed_request(extra=wrong)) == 21401


def test_wrong_order_of_elements_is_refused(me):
    """Case 10."""
    root = etree.fromstring(c.auth_request(me.challenge()["challenge"]))
    root.append(root[0])
    options = c.SignOptions(signing_time=me.sim.clock.now())
    assert refusal(me, c.sign(etree.tostring(root), me.who, options)) == 21401


def test_comment_in_an_identifier_is_refused(me):
    """Case 10: a comment must not split a value that a verifier reads whole."""
    xml = c.auth_request(me.challenge()["challenge"])
    xml = xml.replace(b"<Nip>52658", b"<Nip>52658<!-- x -->")
    options = c.SignOptions(signing_time=me.sim.clock.now())
    assert refusal(me, c.sign(xml, me.who, options)) == 21401


def test_unreadable_request_is_refused(me):
    """ksef-api.md §2.1: 21001, 21217 and 9101."""
    assert refusal(me, b"<AuthTokenRequest>") == 21001
    assert refusal(me, b"<A>\xff</A>") == 21217
    doctype = b'<!DOCTYPE A [<!ENTITY x "y">]><A>&x;</A>'
    assert refusal(me, doctype) == 9101


def test_wrong_content_type_is_415(me):
    """ksef-api.md §1.1."""
    answer = me.unchecked().call(
        "POST", "/auth/xades-signature", data=b"<A/>", token=""
    )
    assert answer.status_code == 415


def test_unknown_challenge_is_refused(me):
    """Case 11."""
    xml = c.auth_request("20260101-CR-0000000000-0000000000-00")
    options = c.SignOptions(signing_time=me.sim.clock.now())
    assert refusal(me, c.sign(xml, me.who, options)) == 21111


def test_used_challenge_is_refused(me):
    """Case 11."""
    xml = me.signed_request()
    assert me.submit(xml).status_code == 202
    assert refusal(me, xml) == 21111


def test_challenge_older_than_ten_minutes_is_refused(sim, me):
    """Case 11."""
    xml = me.signed_request()
    sim.clock.advance(601)
    assert refusal(me, xml) == 21111


@pytest.mark.parametrize("serial", ["-30112206276", "TINPL-111111"])
def test_serial_number_without_identifier_is_refused_at_once(sim, serial):
    """Case 12."""
    me = c.SimClient(sim, c.person(serial))
    assert refusal(me, me.signed_request()) == 21406


@pytest.mark.parametrize(
    "missing", [NameOID.COMMON_NAME, NameOID.COUNTRY_NAME, NameOID.ORGANIZATION_NAME]
)
def test_subject_without_required_attribute_is_refused(sim, missing):
    """Case 12."""
    names = {
        NameOID.COUNTRY_NAME: "PL",
        NameOID.ORGANIZATION_NAME: "Firma",
        c.ORGANIZATION_ID: f"VATPL-{c.NIP}",
        NameOID.COMMON_NAME: "Firma",
    }
    del names[missing]
    me = c.SimClient(sim, c.self_signed(list(names.items())))
    assert refusal(me, me.signed_request()) == 21115


def test_seal_with_a_persons_name_is_refused(sim):
    """Case 12: givenName and surname are forbidden in a seal."""
    names = [
        (NameOID.COUNTRY_NAME, "PL"),
        (NameOID.ORGANIZATION_NAME, "Firma"),
        (NameOID.SURNAME, "Kowalski"),
        (c.ORGANIZATION_ID, f"VATPL-{c.NIP}"),
        (NameOID.COMMON_NAME, "Firma"),
    ]
    me = c.SimClient(sim, c.self_signed(names))
    assert refusal(me, me.signed_request()) == 21115


def test_short_rsa_key_is_refused(sim):
    """Case 13."""
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    me = c.SimClient(sim, c.seal(key=short))
    assert refusal(me, me.signed_request()) == 9105


def test_self_signed_certificate_is_refused_on_prd():
    """Case 13."""
    config = simulator.Config(environment="PRD", rate_limits="off")
    with simulator.running(config) as prd:
        me = c.SimClient(prd, c.seal())
        assert refusal(me, me.signed_request()) == 21115


def test_chain_check_on_demand_refuses_a_self_signed_certificate(me):
    """ksef-api.md §2.1: verifyCertificateChain."""
    answer = me.submit(me.signed_request(), "?verifyCertificateChain=true")
    me.operation = answer.json()
    assert me.auth_status() == 460


def test_subject_without_right_ends_as_415(me):
    """Case 14."""
    assert me.start(nip=c.OTHER_NIP) == 415
    assert c.code_of(me.redeem()) == 21301


def test_redeem_before_the_end_is_refused(me):
    """Case 15."""
    me.operation = me.submit(me.signed_request()).json()
    assert c.code_of(me.redeem()) == 21301


def test_redeem_works_once(me):
    """Case 15."""
    me.start()
    assert me.redeem().status_code == 200
    assert c.code_of(me.redeem()) == 21301


def test_unknown_login_is_21304(me):
    """Case 16."""
    me.start()
    path = "/auth/20260101-AU-0000000000-0000000000-00"
    assert c.code_of(me.get(path, token=me.operation_token)) == 21304


def test_missing_bearer_is_a_problem_document(me):
    """Case 16."""
    answer = me.get("/auth/sessions", token="")
    assert answer.status_code == 401
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.json()["title"] == "Unauthorized"


@pytest.mark.parametrize("token", ["x", "a.b.c", "ż.b.c".encode().decode("latin-1")])
def test_foreign_bearer_is_401(me, token):
    """Case 16."""
    assert me.get("/auth/sessions", token=token).status_code == 401


def test_operation_token_opens_nothing_else(me):
    """ksef-api.md §1.3: each token has its calls."""
    me.start()
    assert me.get("/auth/sessions", token=me.operation_token).status_code == 401


def test_login_older_than_seven_days_is_gone(sim, me):
    """Case 17: asked for with the operation token of a later login."""
    me.start()
    old = me.operation["referenceNumber"]
    sim.clock.advance(7 * 86400)
    me.start()
    answer = me.get(f"/auth/{old}", token=me.operation_token)
    assert answer.status_code == 410
    assert answer.headers["Content-Type"].startswith("application/problem+json")


def test_refresh_gives_a_later_access_token_again_and_again(sim, me):
    """Case 18."""
    me.start()
    first = me.redeem().json()
    until = [first["accessToken"]["validUntil"]]
    for _turn in range(2):
        sim.clock.advance(60)
        answer = me.post("/auth/token/refresh", token=first["refreshToken"]["token"])
        until.append(answer.json()["accessToken"]["validUntil"])
    assert until == sorted(set(until))


def test_revoked_login_can_be_used_but_not_refreshed(me):
    """Case 19."""
    me.login()
    assert me.call("DELETE", "/auth/sessions/current").status_code == 204
    assert c.code_of(me.post("/auth/token/refresh", token=me.refresh)) == 21301
    answer = me.get("/auth/sessions")
    assert answer.status_code == 200
    assert answer.json()["items"] == []


def test_refresh_token_may_revoke_its_login(me):
    """ksef-api.md §1.3."""
    me.login()
    answer = me.call("DELETE", "/auth/sessions/current", token=me.refresh)
    assert answer.status_code == 204


def test_another_login_can_be_revoked_by_reference(me):
    """ksef-api.md §2.1."""
    me.login()
    other = me.operation["referenceNumber"]
    me.login()
    assert me.call("DELETE", f"/auth/sessions/{other}").status_code == 204
    items = me.get("/auth/sessions").json()["items"]
    assert [item["isCurrent"] for item in items] == [True]


def test_logins_are_listed_newest_first_in_pages(me):
    """ksef-api.md §2.1."""
    references = []
    for _turn in range(12):
        me.login()
        references.append(me.operation["referenceNumber"])
    first = me.get("/auth/sessions").json()
    headers = {"x-continuation-token": first["continuationToken"]}
    second = me.get("/auth/sessions", headers=headers).json()
    listed = [item["referenceNumber"] for item in first["items"] + second["items"]]
    assert listed == references[::-1]
    assert "continuationToken" not in second


def test_expired_access_token_is_401(sim, me):
    """Case 20."""
    me.login()
    sim.clock.advance(16 * 60)
    assert me.get("/auth/sessions").status_code == 401


def test_policy_keeps_other_addresses_out(me):
    """Case 24."""
    policy = (
        "<AuthorizationPolicy><AllowedIps><Ip4Mask>10.0.0.0/8</Ip4Mask></AllowedIps>"
        "</AuthorizationPolicy>"
    )
    answer = me.submit(me.signed_request(extra=policy))
    me.operation = answer.json()
    me.settle()
    refused = me.redeem()
    assert refused.status_code == 403
    assert refused.json()["reasonCode"] == "ip-not-allowed"
    assert refused.json()["security"]["clientIp"] == "127.0.0.1"


def test_policy_lets_its_own_addresses_in(me):
    """Case 24."""
    policy = (
        "<AuthorizationPolicy><AllowedIps><Ip4Range>127.0.0.0-127.0.0.9</Ip4Range>"
        "</AllowedIps></AuthorizationPolicy>"
    )
    me.login(extra=policy)
    assert me.get("/auth/sessions").status_code == 200


def test_expired_certificate_ends_as_460(sim):
    """Case 26."""
    me = c.SimClient(sim, c.seal(days=(-30, -1)))
    assert me.start() == 460


def test_future_certificate_ends_as_460(sim):
    """Case 26: signed at a time when the certificate was not valid yet."""
    starts_soon = c.seal(now=sim.clock.now() + dt.timedelta(minutes=3), days=(0, 365))
    me = c.SimClient(sim, starts_soon)
    assert me.start() == 460


def test_fingerprint_login_needs_rights_of_the_fingerprint(sim):
    """ksef-api.md §2.4: the identity is SHA-256 of the certificate."""
    me = c.SimClient(sim, c.person("bez identyfikatora"))
    assert me.start(subject="certificateFingerprint") == 415
    body = {
        "contextIdentifier": {"type": "Nip", "value": c.NIP},
        "authorizedIdentifier": {"type": "Fingerprint", "value": me.who.fingerprint},
        "permissions": [{"permissionType": "InvoiceRead", "description": "odczyt"}],
    }
    assert me.post("/testdata/permissions", body).status_code == 200
    assert me.start(subject="certificateFingerprint") == 200
