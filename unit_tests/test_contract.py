"""Our routes, bodies and answers against the official OpenAPI document."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from jsonschema import Draft4Validator
from support_ksef import (
    NOW,
    SHARED,
    client_with,
    make_key,
    needs_shared,
    shared_json,
)

from ksef import (
    messages,
    messages_batch,
    messages_collective,
    messages_inbox,
    routes,
)
from ksef.auth import build_auth_request
from ksef.crypto import SessionKey, wrap_key
from ksef.endpoints_sessions import FORM_CODE_FA3
from ksef.errors import KsefProtocolError
from ksef.failures import FORBIDDEN_REASONS
from ksef.identifiers import _INTERNAL_ID, _KSEF_NUMBER, _NIP
from ksef.links import CONTEXT_TYPES
from ksef.session import prepare_invoice

pytestmark = needs_shared

API = shared_json("open-api.json") if SHARED.is_dir() else {"paths": {}}
SCHEMAS = API.get("components", {}).get("schemas", {})
SESSION_KEY = SessionKey(bytes(32), bytes(16))
REFERENCE = "20250625-SO-2C3E6C8000-B675CF5D68-07"


def operation(route: routes.Route) -> dict:
    return API["paths"][route.template][route.method.lower()]


def errors_of(name: str, value) -> list[str]:
    """Return what is wrong with ``value`` as an instance of a schema."""
    schema = {
        "$ref": f"#/components/schemas/{name}",
        "components": {"schemas": SCHEMAS},
    }
    return [error.message for error in Draft4Validator(schema).iter_errors(value)]


def body_schema(route: routes.Route) -> str:
    content = operation(route)["requestBody"]["content"]["application/json"]
    return _name(content["schema"])


def answer_schema(route: routes.Route) -> dict:
    answer = operation(route)["responses"][str(route.success)]
    return answer["content"]["application/json"]["schema"]


def _name(schema: dict) -> str:
    reference = schema.get("$ref") or schema["allOf"][0]["$ref"]
    return reference.rsplit("/", 1)[1]


# -- routes ------------------------------------------------------------


@pytest.mark.parametrize("route", routes.ALL, ids=lambda r: f"{r.method} {r.template}")
def test_a_route_exists_with_its_success(route):
    assert str(route.success) in operation(route)["responses"]


def test_no_route_is_named_twice():
    keys = [(route.method, route.template) for route in routes.ALL]
    assert len(keys) == len(set(keys))


def test_posts_that_may_be_repeated_create_nothing():
    created = {"201", "202", "204"}
    for template in routes.RETRYABLE_POSTS:
        answers = API["paths"][template]["post"]["responses"]
        assert not created & set(answers), template


def test_bearer_tokens_are_asked_for_where_we_send_them():
    open_to_all = {routes.CHALLENGE, routes.XADES_SIGNATURE, routes.PUBLIC_KEYS}
    for route in routes.ALL:
        secured = operation(route).get("security", API.get("security"))
        assert bool(secured) == (route not in open_to_all), route


@pytest.mark.parametrize(
    ("route", "sent"),
    [
        (routes.SESSION_INVOICES, {"pageSize", "x-continuation-token"}),
        (routes.FAILED_INVOICES, {"pageSize", "x-continuation-token"}),
        (routes.SESSIONS, {"sessionType", "pageSize", "x-continuation-token"}),
        (routes.PERSONAL_GRANTS, {"pageOffset", "pageSize"}),
        (routes.QUERY_METADATA, {"sortOrder", "pageOffset", "pageSize"}),
        (routes.QUERY_COLLECTIVE, {"pageSize", "x-continuation-token"}),
        (routes.COLLECTIVE_INVOICES, {"pageSize", "x-continuation-token"}),
        (routes.COLLECTIVE_OF_INVOICE, {"pageSize", "x-continuation-token"}),
    ],
)
def test_parameters_that_we_send_are_known(route, sent):
    known = {each.get("name") for each in operation(route)["parameters"]}
    assert sent <= known


def test_page_sizes_are_within_the_limits():
    client, transport = client_with(
        (200, {"invoices": []}),
        (200, {"sessions": []}),
        (200, {"permissions": [], "hasMore": False}),
        (200, {"invoices": [], "hasMore": False, "isTruncated": False}),
        (200, {"collectiveIdentifiers": []}),
        (200, {"invoices": []}),
        (200, {"collectiveIdentifiers": []}),
    )
    client.session_invoices(REFERENCE)
    client.sessions()
    client.personal_grants()
    client.query_metadata(filters())
    client.collective_identifiers(NOW, NOW)
    client.collective_invoices(["x"])
    client.collective_identifiers_of("x")
    used = zip(
        (
            routes.SESSION_INVOICES,
            routes.SESSIONS,
            routes.PERSONAL_GRANTS,
            routes.QUERY_METADATA,
            routes.QUERY_COLLECTIVE,
            routes.COLLECTIVE_INVOICES,
            routes.COLLECTIVE_OF_INVOICE,
        ),
        transport.requests,
        strict=True,
    )
    for route, request in used:
        parameters = operation(route)["parameters"]
        (limits,) = [p["schema"] for p in parameters if p.get("name") == "pageSize"]
        size = int(request.query["pageSize"])
        assert limits["minimum"] <= size <= limits["maximum"], route


# -- bodies that we send -------------------------------------------------


def encryption():
    key = messages.PublicKey(
        "A" * 43 + "=",
        None,
        (),
        NOW - timedelta(days=1),
        NOW + timedelta(days=1),
        make_key("rsa").public_key(),
    )
    return wrap_key(SESSION_KEY, key)


def test_the_body_that_opens_a_session():
    opened = {"referenceNumber": REFERENCE, "validUntil": "2026-03-03T00:00:00Z"}
    client, transport = client_with((201, opened))
    client.open_online_session(encryption())
    assert errors_of(body_schema(routes.OPEN_ONLINE), transport.requests[0].json) == []
    assert errors_of("OpenOnlineSessionResponse", opened) == []


def test_the_form_is_one_of_the_documented_ones():
    text = str(SCHEMAS["OpenOnlineSessionRequest"])
    for value in FORM_CODE_FA3.values():
        assert value in text


@pytest.mark.parametrize("correction", [None, "A" * 43 + "="])
def test_the_body_that_sends_an_invoice(correction):
    payload = prepare_invoice(b"<x/>", SESSION_KEY, bool(correction), correction)
    assert errors_of(body_schema(routes.SEND_INVOICE), payload.to_json()) == []


def test_a_body_that_is_wrong_is_noticed_by_this_test():
    body = prepare_invoice(b"<x/>", SESSION_KEY).to_json()
    del body["invoiceHash"]
    assert errors_of(body_schema(routes.SEND_INVOICE), body)


def test_the_body_that_asks_for_certificates():
    client, transport = client_with((200, {"certificates": [], "hasMore": False}))
    client.query_certificates("01F20A5D352AE590")
    name = body_schema(routes.CERTIFICATES_QUERY)
    assert errors_of(name, transport.requests[0].json) == []
    assert set(transport.requests[0].json) <= set(SCHEMAS[name]["properties"])


def test_the_signed_request_is_sent_as_xml():
    content = operation(routes.XADES_SIGNATURE)["requestBody"]["content"]
    assert "application/xml" in content
    assert build_auth_request(REFERENCE, "5265877635").startswith(b"<?xml")


def test_the_body_that_opens_a_batch_session():
    part = messages_batch.PackagePart(1, 0, 10, 16, "A" * 43 + "=")
    for compression in messages_batch.Compression:
        batch_file = messages_batch.BatchFile(
            10, "A" * 43 + "=", compression, (part,), 1
        )
        client, transport = client_with(
            (201, {"referenceNumber": REFERENCE, "partUploadRequests": []})
        )
        client.open_batch_session(batch_file, encryption(), offline=True)
        body = transport.requests[0].json
        assert errors_of(body_schema(routes.OPEN_BATCH), body) == []
        assert body["offlineMode"] is True


def filters():
    dates = messages_inbox.DateRange(NOW, NOW + timedelta(days=1))
    subject = messages_inbox.SubjectType.BUYER
    return messages_inbox.InvoiceFilters(subject, dates, {"sellerNip": "5265877635"})


def test_the_body_that_asks_for_metadata():
    client, transport = client_with(
        (200, {"invoices": [], "hasMore": False, "isTruncated": False})
    )
    client.query_metadata(filters())
    (request,) = transport.requests
    assert errors_of(body_schema(routes.QUERY_METADATA), request.json) == []
    assert request.json["dateRange"]["from"] == "2026-03-02T12:00:00Z"
    known = {
        each.get("name") for each in operation(routes.QUERY_METADATA)["parameters"]
    }
    assert set(request.query) <= known


def test_the_body_that_orders_an_export():
    client, transport = client_with((201, {"referenceNumber": REFERENCE}))
    client.start_export(filters(), encryption())
    body = transport.requests[0].json
    assert errors_of(body_schema(routes.START_EXPORT), body) == []


def test_a_range_by_another_date_has_no_high_water_mark():
    dates = messages_inbox.DateRange(NOW, date_type=messages_inbox.DateType.ISSUE)
    assert dates.to_json() == {"dateType": "Issue", "from": "2026-03-02T12:00:00Z"}


def test_the_bodies_about_collective_identifiers():
    number = "5265877635-20250826-0100001AF629-AF"
    payment = messages_collective.CollectivePayment(Decimal("12.30"), "PLN")
    client, transport = client_with(
        (201, {"collectiveIdentifierNumber": "1111111111-IZ202607-65ED02180000-E7"}),
        (200, {"collectiveIdentifiers": []}),
        (200, {"invoices": []}),
    )
    client.create_collective_identifier(
        [
            messages_collective.CollectiveItem(number, payment, "a"),
            messages_collective.CollectiveItem(number),
        ]
    )
    client.collective_identifiers(NOW, NOW + timedelta(days=100))
    client.collective_invoices(["1111111111-IZ202607-65ED02180000-E7"])
    used = (
        routes.CREATE_COLLECTIVE,
        routes.QUERY_COLLECTIVE,
        routes.COLLECTIVE_INVOICES,
    )
    for route, request in zip(used, transport.requests, strict=True):
        assert errors_of(body_schema(route), request.json) == [], route
    assert transport.requests[0].json["invoices"][0]["payment"]["amount"] == 12.3


# -- answers that we read ------------------------------------------------

#: Reader -> schema of what it reads.
READERS = {
    messages.Challenge: "AuthenticationChallengeResponse",
    messages.AuthOperation: "AuthenticationInitResponse",
    messages.AuthStatus: "AuthenticationOperationStatusResponse",
    messages.Tokens: "AuthenticationTokensResponse",
    messages.Token: "TokenInfo",
    messages.OpenedSession: "OpenOnlineSessionResponse",
    messages.StatusInfo: "InvoiceStatusInfo",
    messages.InvoiceStatus: "SessionInvoiceStatusResponse",
    messages.InvoicePage: "SessionInvoicesResponse",
    messages.SessionStatus: "SessionStatusResponse",
    messages.UpoPage: "UpoPageResponse",
    messages.SessionSummary: "SessionsQueryResponseItem",
    messages.SessionPage: "SessionsQueryResponse",
    messages.Grant: "PersonalPermission",
    messages.GrantPage: "QueryPersonalPermissionsResponse",
    messages.CertificateInfo: "CertificateListItem",
    messages.RateLimits: "EffectiveApiRateLimits",
    messages.RateLimit: "EffectiveApiRateLimitValues",
    messages.ContextLimits: "EffectiveContextLimits",
    messages_batch.OpenedBatch: "OpenBatchSessionResponse",
    messages_batch.PartUpload: "PartUploadRequest",
    messages_inbox.InvoiceMetadata: "InvoiceMetadata",
    messages_inbox.MetadataPage: "QueryInvoicesMetadataResponse",
    messages_inbox.ExportStatus: "InvoiceExportStatusResponse",
    messages_inbox.ExportPackage: "InvoicePackage",
    messages_inbox.ExportPart: "InvoicePackagePart",
    messages_collective.CollectivePage: "CollectiveIdentifiersQueryResponse",
    messages_collective.CollectiveIdentifier: (
        "CollectiveIdentifiersQueryResponseItem"
    ),
    messages_collective.CollectiveInvoicePage: (
        "CollectiveIdentifierInvoicesQueryResponse"
    ),
    messages_collective.CollectiveInvoice: (
        "CollectiveIdentifierInvoicesQueryResponseItem"
    ),
    messages_collective.CollectivePayment: (
        "CollectiveIdentifierInvoicesQueryResponseItemPayment"
    ),
}

SAMPLES = {
    "date-time": "2026-03-02T12:00:00.1234567+00:00",
    "date": "2026-03-02",
    "uri": "https://x/y",
}


def sample(schema: dict, optional: bool):
    """Make an instance of a schema, with or without its optional properties."""
    if "$ref" in schema:
        return sample(SCHEMAS[_name(schema)], optional)
    if "allOf" in schema:
        return sample(schema["allOf"][0], optional)
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object":
        if "properties" not in schema:
            return {"originalKsefNumber": "x"}
        required = set(schema.get("required", ()))
        return {
            name: sample(part, optional)
            for name, part in schema["properties"].items()
            if optional or name in required
        }
    if schema.get("type") == "array":
        return [sample(schema["items"], optional)]
    plain = {"integer": 7, "boolean": True, "number": 1.5}
    if schema.get("type") in plain:
        return plain[schema["type"]]
    return SAMPLES.get(schema.get("format"), "text")


@pytest.mark.parametrize("optional", [True, False], ids=["full", "required only"])
@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
def test_an_answer_of_the_schema_is_read(reader, optional):
    schema = SCHEMAS[READERS[reader]]
    assert reader.from_json(sample(schema, optional))


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
def test_nulls_where_the_schema_allows_them_are_read(reader):
    schema = SCHEMAS[READERS[reader]]
    data = sample(schema, True)
    for name, part in schema["properties"].items():
        if part.get("nullable"):
            data[name] = None
    assert reader.from_json(data)


@pytest.mark.parametrize(
    "reader",
    [reader for reader in READERS if reader not in (messages.RateLimits,)],
    ids=lambda reader: reader.__name__,
)
def test_a_field_that_we_ask_for_is_required_by_the_schema(reader):
    """Take required fields away one by one: what we then miss must be required."""
    schema = SCHEMAS[READERS[reader]]
    missed = set()
    full = sample(schema, True)
    for name in full:
        data = {key: value for key, value in full.items() if key != name}
        try:
            reader.from_json(data)
        except KsefProtocolError:
            missed.add(name)
    assert missed <= set(schema.get("required", ()))


def test_every_answer_with_a_body_has_a_reader():
    named = set(READERS.values()) | {
        # Read field by field in the endpoint methods.
        "AuthenticationTokenRefreshResponse",
        "SendInvoiceResponse",
        "QueryCertificatesResponse",
        "ExportInvoicesResponse",
        "GenerateCollectiveIdentifierResponse",
        # A page of the same reader with a field less.
        "CollectiveIdentifiersByKsefNumberQueryResponse",
    }
    for route in routes.ALL:
        content = operation(route)["responses"][str(route.success)].get("content", {})
        if "application/json" not in content or route is routes.PUBLIC_KEYS:
            continue
        assert _name(answer_schema(route)) in named, route


def test_public_keys_come_as_a_list():
    schema = answer_schema(routes.PUBLIC_KEYS)
    assert schema["type"] == "array"
    assert _name(schema["items"]) == "PublicKeyCertificate"


# -- enumerations and patterns -------------------------------------------


def test_usages_of_public_keys():
    ours = {usage.value for usage in messages.PublicKeyUsage}
    assert ours == set(SCHEMAS["PublicKeyCertificateUsage"]["enum"])


def test_types_of_context():
    assert set(SCHEMAS["AuthenticationContextIdentifierType"]["enum"]) == CONTEXT_TYPES


def test_kinds_of_session():
    assert {"Online", "Batch"} == set(SCHEMAS["SessionType"]["enum"])


@pytest.mark.parametrize(
    ("ours", "schema"),
    [
        (messages_batch.Compression, "CompressionType"),
        (messages_inbox.SubjectType, "InvoiceQuerySubjectType"),
        (messages_inbox.DateType, "InvoiceQueryDateType"),
    ],
)
def test_enumerations_have_the_values_of_the_document(ours, schema):
    assert {each.value for each in ours} == set(SCHEMAS[schema]["enum"])


def test_every_reason_of_a_refusal_is_known():
    text = SCHEMAS["ForbiddenProblemDetails"]["properties"]["reasonCode"]["description"]
    published = set(re.findall(r"\|\s*([a-z]+(?:-[a-z]+)+)\s*\|", text))
    assert published
    assert published <= set(FORBIDDEN_REASONS)


#: Pattern of ours -> schema; the texts are compared on examples, not by letter.
EXAMPLES = [
    "5265877635",
    "0265877635",
    "5005877635",
    "526587763",
    "5265877635-20250826-0100001AF629-AF",
    "5265877635-20250826-010000-1AF629-AF",
    "5265877635-20191326-0100001AF629-AF",
    "5265877635-20250826-0100001af629-AF",
    "6824515772-12343",
    "6824515772-1234",
]


@pytest.mark.parametrize(
    ("pattern", "name"),
    [(_NIP, "Nip"), (_KSEF_NUMBER, "KsefNumber"), (_INTERNAL_ID, "InternalId")],
)
def test_patterns_agree_with_the_document(pattern, name):
    official = re.compile(SCHEMAS[name]["pattern"])
    for text in EXAMPLES:
        assert bool(pattern.fullmatch(text)) == bool(official.fullmatch(text)), text
