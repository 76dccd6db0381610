"""Sessions, lists and UPO of the simulator: conformance cases 51-59."""

import base64
import datetime as dt
import hashlib
from urllib.parse import urlsplit

import pytest
import sim_client as c
from cryptography import x509
from lxml import etree
from signxml.xades import XAdESSignatureConfiguration, XAdESVerifier

UPO = "{http://upo.schematy.mf.gov.pl/KSeF/v4-3}"
PESEL = "30112206276"


@pytest.fixture
def me(sim):
    """The owner of NIP, logged in."""
    return c.SimClient(sim, c.seal()).login()


def employee(sim, *permissions, pesel=PESEL):
    """A person with rights in the context of NIP, logged in."""
    who = c.SimClient(sim, c.person(f"PNOPL-{pesel}"))
    body = {
        "contextIdentifier": {"type": "Nip", "value": c.NIP},
        "authorizedIdentifier": {"type": "Pesel", "value": pesel},
        "permissions": [
            {"permissionType": name, "description": "uprawnienie testowe"}
            for name in permissions
        ],
    }
    assert who.post("/testdata/permissions", body).status_code == 200
    return who.login()


def fv(sim, number="FV/1", **options):
    return c.invoice(number, day=c.today(sim), **options)


def accepted_session(me, *numbers):
    """Send invoices in one session, close it, return its reference."""
    session = me.open()
    for number in numbers:
        me.send(session, fv(me.sim, number))
    assert me.close(session).status_code == 204
    return session


def test_closed_session_takes_nothing_more(sim, me):
    """Case 51."""
    session = accepted_session(me, "FV/1")
    answer = me.try_send(session, fv(sim, "FV/2"))
    assert c.code_of(answer) == 21180
    assert "170" in answer.text
    assert c.code_of(me.close(session)) == 21180


def test_unknown_session_is_21173(sim, me):
    """Case 51."""
    unknown = "20260101-SO-0000000000-0000000000-00"
    assert c.code_of(me.try_send(unknown, fv(sim))) == 21173
    assert c.code_of(me.close(unknown)) == 21173
    assert c.code_of(me.get(f"/sessions/{unknown}")) == 21173


def test_session_of_another_context_is_403(sim, me):
    """Case 51."""
    session = me.open()
    other = c.SimClient(sim, c.seal(c.OTHER_NIP), c.OTHER_NIP).login()
    for answer in (
        other.try_send(session, fv(sim, seller=c.OTHER_NIP)),
        other.get(f"/sessions/{session}"),
    ):
        assert answer.status_code == 403
        assert answer.json()["reasonCode"] == "insufficient-resource-access"


def test_session_with_a_valid_invoice_ends_well(sim, me):
    """Case 52."""
    session = accepted_session(me, "FV/1")
    first = me.get(f"/sessions/{session}").json()
    assert first["status"]["code"] == 170
    ended = me.session(session)
    assert ended["status"]["code"] == 200
    assert len(ended["upo"]["pages"]) == 1
    assert (ended["invoiceCount"], ended["successfulInvoiceCount"]) == (1, 1)


def test_session_without_a_valid_invoice_ends_as_445(sim, me):
    """Case 52."""
    session = me.open()
    me.send(session, b"<no/>")
    me.close(session)
    ended = me.session(session)
    assert ended["status"]["code"] == 445
    assert "upo" not in ended
    assert ended["failedInvoiceCount"] == 1


def test_empty_session_is_cancelled(me):
    """Case 52."""
    session = accepted_session(me)
    ended = me.session(session)
    assert ended["status"]["code"] == 440
    assert "invoiceCount" not in ended


def test_session_closes_itself_after_twelve_hours(sim, me):
    """Case 53."""
    session = me.open()
    me.send(session, fv(sim))
    sim.clock.advance(12 * 3600 - 60)
    me.login()
    assert me.get(f"/sessions/{session}").json()["status"]["code"] == 100
    sim.clock.advance(60)
    ended = me.session(session)
    assert ended["status"]["code"] == 200
    assert ended["upo"]["pages"]


def test_upo_address_needs_no_token_until_it_expires(sim, me):
    """Case 54."""
    session = accepted_session(me, "FV/1")
    page = me.session(session)["upo"]["pages"][0]
    answer = me.get(page["downloadUrl"], token="")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("application/xml")
    digest = base64.b64encode(hashlib.sha256(answer.content).digest()).decode()
    assert answer.headers["x-ms-meta-hash"] == digest
    sim.clock.advance(3 * 86400 + 1)
    assert me.get(page["downloadUrl"], token="").status_code == 403


def test_changed_upo_address_is_refused(me):
    """Case 54: the address is a capability, nothing in it may be changed."""
    session = accepted_session(me, "FV/1")
    url = me.session(session)["upo"]["pages"][0]["downloadUrl"]
    assert me.get(url.replace("&se=20", "&se=21"), token="").status_code == 403
    assert me.get(url.split("?")[0], token="").status_code == 403


def test_upo_of_one_invoice_before_the_session_is_closed(sim, me):
    """Case 54."""
    session = me.open()
    good = me.outcome(session, fv(sim))
    by_reference = me.get(f"/sessions/{session}/invoices/{good['referenceNumber']}/upo")
    by_number = me.get(f"/sessions/{session}/invoices/ksef/{good['ksefNumber']}/upo")
    by_address = me.get(good["upoDownloadUrl"], token="")
    assert by_reference.status_code == 200
    assert by_reference.content == by_number.content == by_address.content


def test_upo_of_a_refused_invoice_is_21178(me):
    """Case 54."""
    session = me.open()
    bad = me.outcome(session, b"<no/>")
    path = f"/sessions/{session}/invoices/{bad['referenceNumber']}/upo"
    assert c.code_of(me.get(path)) == 21178


def test_upo_lists_the_accepted_invoices_only(sim, me):
    """Case 55."""
    session = me.open()
    good = me.outcome(session, fv(sim, "FV/1"))
    me.outcome(session, b"<no/>")
    late = me.outcome(session, fv(sim, "FV/2"), offlineMode=True)
    me.close(session)
    page = me.session(session)["upo"]["pages"][0]
    xml = me.get(f"/sessions/{session}/upo/{page['referenceNumber']}").content
    root = etree.fromstring(xml)
    rows = [
        [document.findtext(UPO + name) for name in UPO_FIELDS]
        for document in root.iter(UPO + "Dokument")
    ]
    assert rows == [
        [good["ksefNumber"], "FV/1", good["invoiceHash"], "Online"],
        [late["ksefNumber"], "FV/2", late["invoiceHash"], "Offline"],
    ]
    assert root.findtext(UPO + "NumerReferencyjnySesji") == session
    assert root.findtext(f".//{UPO}ZakresDokumentowDo") == "2"


UPO_FIELDS = ("NumerKSeFDokumentu", "NumerFaktury", "SkrotDokumentu", "TrybWysylki")


def test_upo_is_signed(me):
    """ksef-api.md §5.3: XAdES, checked by a library that nobody here wrote."""
    session = accepted_session(me, "FV/1")
    url = me.session(session)["upo"]["pages"][0]["downloadUrl"]
    root = etree.fromstring(me.get(url, token="").content)
    text = root.findtext(".//{http://www.w3.org/2000/09/xmldsig#}X509Certificate")
    certificate = x509.load_der_x509_certificate(base64.b64decode(text))
    config = XAdESSignatureConfiguration(
        expect_references=2, verification_time=me.sim.clock.now()
    )
    verified = XAdESVerifier().verify(root, x509_cert=certificate, expect_config=config)
    assert verified[0].signed_xml.tag == UPO + "Potwierdzenie"


def test_upo_quotes_the_login(sim, me):
    """ksef-api.md §5.3: the hash of the signed request."""
    signed = me.signed_request()
    me.operation = me.submit(signed).json()
    me.auth_status()
    me.take_tokens()
    session = me.open()
    good = me.outcome(session, fv(sim))
    root = etree.fromstring(me.get(good["upoDownloadUrl"], token="").content)
    name = UPO + "SkrotDokumentuUwierzytelniajacego"
    assert root.findtext(f".//{name}") == c.sha(signed)


def test_upo_addresses_carry_the_public_host(sim, me):
    """verifiers.md: some clients refuse loopback addresses."""
    sim.config.public_host = "ksef.example.com"
    good = me.outcome(me.open(), fv(sim))
    port = urlsplit(sim.url).port
    assert urlsplit(good["upoDownloadUrl"]).netloc == f"ksef.example.com:{port}"


def test_invoices_are_listed_once_each_in_pages(sim, me):
    """Case 56."""
    session = me.open()
    sent = [me.send(session, fv(sim, f"FV/{n}")) for n in range(25)]
    listed, token = [], None
    for expected in (10, 10, 5):
        headers = {"x-continuation-token": token} if token else {}
        page = me.get(f"/sessions/{session}/invoices", headers=headers).json()
        assert len(page["invoices"]) == expected
        listed += [item["referenceNumber"] for item in page["invoices"]]
        token = page.get("continuationToken")
    assert token is None
    assert listed == sent


@pytest.mark.parametrize("token", ["x", "ńie", "YWZ0ZXI6eA=="])
def test_bad_continuation_token_is_21418(me, token):
    """Case 56."""
    headers = {"x-continuation-token": token.encode()}
    answer = me.get(f"/sessions/{me.open()}/invoices", headers=headers)
    assert c.code_of(answer) == 21418


@pytest.mark.parametrize("size", ["5", "1001", "x", "-10"])
def test_bad_page_size_is_21405(me, size):
    """Case 56."""
    answer = me.get(f"/sessions/{me.open()}/invoices?pageSize={size}")
    assert c.code_of(answer) == 21405


def test_error_body_is_a_problem_document_on_demand(me):
    """Case 57."""
    headers = {"X-Error-Format": "problem-details"}
    answer = me.post("/sessions/online", {}, headers=headers)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    problem = answer.json()
    assert {item["code"] for item in problem["errors"]} == {21405}
    assert len(problem["errors"]) == 2
    assert {"title", "status", "instance", "detail", "timestamp"} <= set(problem)


def test_error_body_is_an_exception_by_default(me):
    """Case 57."""
    answer = me.post("/sessions/online", {})
    assert answer.headers["Content-Type"].startswith("application/json")
    listed = answer.json()["exception"]["exceptionDetailList"]
    assert listed[0]["exceptionCode"] == 21405
    assert listed[0]["details"]


def test_failed_list_is_empty_without_failures(sim, me):
    """Case 58."""
    session = me.open()
    me.outcome(session, fv(sim))
    answer = me.get(f"/sessions/{session}/invoices/failed")
    assert answer.status_code == 200
    assert not answer.json().get("invoices")


def test_failed_list_has_the_refused_invoices(sim, me):
    """Case 58."""
    session = me.open()
    me.outcome(session, fv(sim))
    bad = me.outcome(session, b"<no/>")
    answer = me.get(f"/sessions/{session}/invoices/failed").json()
    listed = [item["referenceNumber"] for item in answer["invoices"]]
    assert listed == [bad["referenceNumber"]]


def listed_sessions(client, query=""):
    answer = client.get("/sessions?sessionType=Online" + query)
    assert answer.status_code == 200, answer.text
    return [item["referenceNumber"] for item in answer.json()["sessions"]]


def test_writer_sees_own_sessions_only(sim, me):
    """Case 59."""
    mine = me.open()
    writer = employee(sim, "InvoiceWrite")
    own = writer.open()
    assert listed_sessions(writer) == [own]
    assert listed_sessions(me) == [own, mine]


def test_introspection_sees_every_session_of_the_context(sim, me):
    """Case 59."""
    mine = me.open()
    auditor = employee(sim, "Introspection")
    assert listed_sessions(auditor) == [mine]
    assert auditor.get(f"/sessions/{mine}/invoices").status_code == 200


def test_writer_does_not_read_the_sessions_of_others(sim, me):
    """Case 59."""
    session = me.open()
    writer = employee(sim, "InvoiceWrite")
    answer = writer.get(f"/sessions/{session}/invoices")
    assert answer.status_code == 403
    assert answer.json()["reasonCode"] == "insufficient-resource-access"


def test_writer_does_not_close_the_session_of_another(sim, me):
    """Case 59."""
    session = me.open()
    writer = employee(sim, "InvoiceWrite")
    assert writer.close(session).status_code == 403


def test_owner_closes_the_session_of_a_writer(sim, me):
    """Case 59."""
    session = employee(sim, "InvoiceWrite").open()
    assert me.close(session).status_code == 204


def test_new_login_goes_on_with_the_session(sim, me):
    """ksef-api.md §5.1: any token of the same subject works."""
    session = me.open()
    again = c.SimClient(sim, me.who)
    again.session_key = me.session_key
    again.login()
    assert again.outcome(session, fv(sim))["status"]["code"] == 200
    assert again.close(session).status_code == 204


def test_sessions_are_filtered(sim, me):
    """ksef-api.md §5.1: filters of the list."""
    first = accepted_session(me, "FV/1")
    me.settle()
    between = sim.clock.now().isoformat().replace("+", "%2B")
    sim.clock.advance(1)
    second = me.open()
    assert listed_sessions(me, "&statuses=Succeeded") == [first]
    assert listed_sessions(me, "&statuses=Succeeded&statuses=InProgress") == [
        second,
        first,
    ]
    assert listed_sessions(me, f"&referenceNumber={first}") == [first]
    assert listed_sessions(me, f"&dateCreatedFrom={between}") == [second]
    assert listed_sessions(me, f"&dateClosedTo={between}") == [first]
    assert c.code_of(me.get("/sessions")) == 21405


def test_counts_are_kept_while_the_session_is_open(sim, me):
    """ksef-api.md §5.1."""
    session = me.open()
    assert "invoiceCount" not in me.session(session)
    me.outcome(session, b"<no/>")
    status = me.session(session)
    assert status["status"]["code"] == 100
    assert (status["invoiceCount"], status["failedInvoiceCount"]) == (1, 1)


def test_dates_of_a_session(sim, me):
    """ksef-api.md §5.1: validUntil while it is open, dateUpdated with every change."""
    session = me.open()
    opened = me.session(session)
    assert opened["validUntil"] > opened["dateCreated"]
    sim.clock.advance(dt.timedelta(minutes=1).total_seconds())
    me.close(session)
    ended = me.session(session)
    assert ended["dateUpdated"] > opened["dateUpdated"]
