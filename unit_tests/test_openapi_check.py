"""The contract check is awake: a known-bad request and response per operation.

A patch of the document that is wrong would silence the validator without a sign; here
every operation must refuse something.
"""

import json

import pytest
import requests
from actors import SELLER, Actor, allow
from openapi_check import CheckedSession, ContractError, contract

CONTRACT = contract()
pytestmark = pytest.mark.skipif(
    CONTRACT is None, reason="needs openapi-core and the official OpenAPI document"
)
OPERATIONS = CONTRACT.operations() if CONTRACT else []
HOST = "https://api-test.ksef.mf.gov.pl"
#: Values that fit the path parameters.
SAMPLES = {
    "referenceNumber": "20261120-SO-0000000000-0000000000-00",
    "invoiceReferenceNumber": "20261120-EE-0000000000-0000000000-00",
    "upoReferenceNumber": "20261120-EU-0000000000-0000000000-00",
    "permissionId": "0c9a72e8-f344-457f-9c16-7c640eb60242",
    "ksefNumber": "5265877635-20250826-0100001AF629-AF",
    "certificateSerialNumber": "01F20A5D352AE590",
    "serialNumber": "01F20A5D352AE590",
}


def operation_of(method, path):
    """Return the operation object of the document."""
    return CONTRACT.document["paths"][path][method.lower()]


def parameters(operation, place):
    """Return the parameters of an operation in a place."""
    return [item for item in operation.get("parameters", ()) if item["in"] == place]


def prepared(method, path, *, body=None, query="", values=SAMPLES, bearer=True):
    """Prepare a request; everything that is not spoilt fits."""
    headers = {"Authorization": "Bearer a.b.c"} if bearer else {}
    url = f"{HOST}/v2{path.format(**values)}{query}"
    if isinstance(body, bytes):
        headers["Content-Type"] = "application/xml"
        return requests.Request(method, url, headers=headers, data=body).prepare()
    return requests.Request(method, url, headers=headers, json=body).prepare()


def bad_requests(method, path):
    """Yield every way of spoiling an operation: body, query, path, bearer."""
    operation = operation_of(method, path)
    if "requestBody" in operation:
        content = operation["requestBody"]["content"]
        is_xml = "application/xml" in content
        # A JSON body may not be an array; an XML body may not be missing.
        if not is_xml:
            yield "body", prepared(method, path, body=["nonsense"])
    for item in parameters(operation, "query"):
        if item["schema"].get("type") == "integer":
            query = f"?{item['name']}=nonsense"
            yield (
                "query",
                prepared(method, path, query=query, body=good_body(operation)),
            )
    if parameters(operation, "path"):
        spoilt = dict.fromkeys(SAMPLES, "x")
        body = good_body(operation)
        yield "path", prepared(method, path, values=spoilt, body=body)
    if operation.get("security"):
        yield "bearer", prepared(method, path, bearer=False, body=good_body(operation))


def good_body(operation):
    """Return a body that no check of another place trips over."""
    return {} if "requestBody" in operation else None


#: Operations without body, parameters and bearer: no request can be bad.
UNSPOILABLE = {
    ("POST", "/auth/challenge"),
    ("GET", "/security/public-key-certificates"),
    ("POST", "/auth/xades-signature"),
}


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_bad_request_is_found(method, path):
    spoilt = list(bad_requests(method, path))
    assert bool(spoilt) is ((method, path) not in UNSPOILABLE)
    for place, request in spoilt:
        with pytest.raises(ContractError):
            CONTRACT.check_request(request)
        assert place


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_bad_response_is_found(method, path):
    request = prepared(method, path, body=good_body(operation_of(method, path)))
    for status in ("200", "201", "202"):
        content = operation_of(method, path)["responses"].get(status, {}).get("content")
        if content and "application/json" in content:
            with pytest.raises(ContractError):
                CONTRACT.check_response(answered(request, int(status), "nonsense"))
    with pytest.raises(ContractError):
        CONTRACT.check_response(answered(request, 418, {}))


def answered(request, status, body):
    """Make the response of a request."""
    response = requests.Response()
    response.request = request
    response.status_code = status
    response.headers["Content-Type"] = "application/json"
    response._content = json.dumps(body).encode()
    return response


def test_missing_property_of_a_nested_object_is_found():
    body = {"formCode": {"systemCode": "FA (3)", "value": "FA"}, "encryption": {}}
    with pytest.raises(ContractError, match="schemaVersion"):
        CONTRACT.check_request(prepared("POST", "/sessions/online", body=body))


def test_explicit_null_of_a_nullable_reference_passes():
    """The patch that lets KSeF's nullables be null."""
    dates = {"dateType": "Issue", "from": "2026-11-01T00:00:00Z", "to": None}
    body = {"subjectType": "Subject1", "dateRange": dates, "invoicingMode": None}
    body.update(amount=None, ksefNumber=None, buyerIdentifier=None, formType=None)
    CONTRACT.check_request(prepared("POST", "/invoices/query/metadata", body=body))
    body["invoicingMode"] = "Sideways"
    with pytest.raises(ContractError, match="Sideways"):
        CONTRACT.check_request(prepared("POST", "/invoices/query/metadata", body=body))


def test_null_of_a_reference_that_is_not_nullable_is_found():
    body = {"subjectType": None, "dateRange": None}
    with pytest.raises(ContractError):
        CONTRACT.check_request(prepared("POST", "/invoices/query/metadata", body=body))


def test_session_finds_a_wrong_answer_of_the_simulator(sim):
    """The hook is on: an answer cut in half stops a test."""
    actor = Actor(sim, SELLER)
    sim.faults.add("malformed", path="/limits/context")
    with pytest.raises(ContractError):
        actor.get("/limits/context")
    assert actor.get("/limits/context").status_code == 200


def test_session_finds_an_accepted_request_that_leaves_the_contract(sim):
    """Lower-case identifier types are taken, but are not the letter of the document."""
    actor = Actor(sim, SELLER)
    with pytest.raises(ContractError, match="pesel"):
        allow(actor, {"type": "pesel", "value": "90010112345"}, "InvoiceRead")


def test_session_lets_refused_requests_pass(sim):
    """A test that sends something wrong on purpose looks at the refusal itself."""
    session = CheckedSession()
    answer = session.post(f"{sim.api_url}/testdata/subject", json={"nonsense": 1})
    assert answer.status_code == 400
