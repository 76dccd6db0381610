"""Rights, KSeF tokens and test data over plain HTTP: conformance cases 92-95."""

import pytest
import requests
from actors import BUYER, OTHER, PESEL, SELLER, Actor, allow, code_of, person
from sim_client import SimClient

PERSON = {"type": "Pesel", "value": PESEL}
DETAILS = {
    "subjectDetailsType": "PersonByIdentifier",
    "personById": {"firstName": "Jan", "lastName": "Kowalski"},
}
ENTITY = {"fullName": "Biuro rachunkowe"}
PERSONAL = "/permissions/query/personal/grants"


@pytest.fixture
def owner(sim):
    """The owner of the seller's context."""
    return Actor(sim, SELLER)


def done(actor, answer):
    """Wait for an operation; return its status code."""
    assert answer.status_code == 202, answer.text
    path = f"/permissions/operations/{answer.json()['referenceNumber']}"
    assert actor.get(path).json()["status"]["code"] == 100
    actor.later()
    return actor.get(path).json()["status"]["code"]


def grant_person(actor, *permissions, subject=PERSON, **fields):
    """Give a person rights through the API."""
    body = {
        "subjectIdentifier": subject,
        "permissions": list(permissions),
        "description": "Księgowa",
        "subjectDetails": DETAILS,
        **fields,
    }
    return actor.post("/permissions/persons/grants", body)


def grant_entity(actor, nip, permission="InvoiceRead", can_delegate=False):
    """Let another company handle invoices."""
    body = {
        "subjectIdentifier": {"type": "Nip", "value": nip},
        "permissions": [{"type": permission, "canDelegate": can_delegate}],
        "description": "Obsługa faktur",
        "subjectDetails": ENTITY,
    }
    return actor.post("/permissions/entities/grants", body)


def test_missing_right_names_what_is_needed_and_what_is_there(sim, owner):
    """Case 92."""
    allow(owner, PERSON, "InvoiceRead", "Introspection")
    clerk = Actor(sim, SELLER, person(PESEL))
    refused = grant_person(clerk, "InvoiceWrite")
    assert refused.status_code == 403
    body = refused.json()
    assert body["reasonCode"] == "missing-permissions"
    assert body["security"]["requiredAnyOfPermissions"] == ["CredentialsManage"]
    present = set(body["security"]["presentPermissions"])
    assert present == {"InvoiceRead", "Introspection"}


def test_system_warning_is_echoed_without_polish_letters(owner):
    """Case 93."""
    warning = {"X-Test-System-Warning": "Zażółć gęślą jaźń".encode()}
    answer = owner.get("/rate-limits", headers=warning)
    assert answer.headers["X-System-Warning"] == "Zazolc gesla jazn"


def test_unknown_property_is_ignored(owner):
    """Case 94."""
    owner.http.loose = True
    answer = owner.post(PERSONAL, {"nowość": {"a": [1]}, "permissionTypes": None})
    assert answer.status_code == 200


def test_owner_has_access_and_an_empty_list(owner):
    """Case 95."""
    answer = owner.post(PERSONAL, {}).json()
    assert (answer["permissions"], answer["hasMore"]) == ([], False)
    assert "InvoiceWrite" in answer["ownerPermissions"]
    assert owner.get("/sessions?sessionType=Online").status_code == 200


def test_granted_person_sees_the_right(sim, owner):
    """Case 95."""
    assert done(owner, grant_person(owner, "InvoiceRead")) == 200
    clerk = Actor(sim, SELLER, person(PESEL))
    (found,) = clerk.post(PERSONAL, {}).json()["permissions"]
    assert found["permissionScope"] == "InvoiceRead"
    assert found["contextIdentifier"] == {"type": "Nip", "value": SELLER}
    assert found["authorizedIdentifier"] == PERSON
    assert (found["permissionState"], found["canDelegate"]) == ("Active", False)
    assert found["startDate"].startswith(f"{sim.clock.now():%Y-%m-%d}")
    assert "ownerPermissions" not in clerk.post(PERSONAL, {}).json()


def test_right_of_test_data_is_good_at_the_next_login(sim, owner):
    """ksef-api.md §14: types are taken in lower case as well."""
    stranger = SimClient(sim, person(PESEL), SELLER)
    assert stranger.start() == 415
    owner.http.loose = True
    allow(owner, {"type": "pesel", "value": PESEL}, "InvoiceRead")
    assert stranger.start() == 200


def test_revoked_test_right_is_gone(sim, owner):
    """ksef-api.md §14."""
    allow(owner, PERSON, "InvoiceRead")
    body = {
        "contextIdentifier": {"type": "Nip", "value": SELLER},
        "authorizedIdentifier": PERSON,
    }
    assert owner.post("/testdata/permissions/revoke", body).status_code == 200
    assert SimClient(sim, person(PESEL), SELLER).start() == 415


def test_filters_of_personal_grants(sim, owner):
    """ksef-api.md §13."""
    allow(owner, PERSON, "InvoiceRead", "InvoiceWrite")
    clerk = Actor(sim, SELLER, person(PESEL))
    one = clerk.post(PERSONAL, {"permissionTypes": ["InvoiceWrite"]}).json()
    assert [g["permissionScope"] for g in one["permissions"]] == ["InvoiceWrite"]
    none = clerk.post(PERSONAL, {"permissionState": "Inactive"}).json()
    assert none["permissions"] == []
    assert code_of(clerk.post(f"{PERSONAL}?pageSize=101", {})) == 21405


def test_revoking_a_grant(sim, owner):
    """ksef-api.md §13: DELETE, 202, operation."""
    done(owner, grant_person(owner, "InvoiceRead"))
    query = {"queryType": "PermissionsInCurrentContext"}
    path = "/permissions/query/persons/grants"
    (found,) = owner.post(path, query).json()["permissions"]
    assert found["authorIdentifier"] == {"type": "Nip", "value": SELLER}
    assert found["subjectPersonDetails"]["lastName"] == "Kowalski"
    revoked = owner.delete(f"/permissions/common/grants/{found['id']}")
    assert done(owner, revoked) == 200
    assert owner.post(path, query).json()["permissions"] == []
    again = owner.delete(f"/permissions/common/grants/{found['id']}")
    assert done(owner, again) == 400


@pytest.mark.parametrize(
    "change",
    [
        {"permissions": []},
        {"permissions": ["Owner"]},
        {"description": "x"},
        {"subjectDetails": {"subjectDetailsType": "PersonByIdentifier"}},
        {"subjectIdentifier": {"type": "Regon", "value": "1234567890"}},
    ],
    ids=["no right", "unknown right", "short description", "no details", "subject"],
)
def test_incomplete_grants_are_refused(owner, change):
    """ksef-api.md §13: subjectDetails is required."""
    assert code_of(grant_person(owner, "InvoiceRead", **change)) == 21405


def test_entity_grant_is_listed_for_the_receiver(sim, owner):
    """ksef-api.md §13: entities/grants, and personal grants of the receiving owner."""
    assert done(owner, grant_entity(owner, OTHER, can_delegate=True)) == 200
    office = Actor(sim, OTHER)
    answer = office.post("/permissions/query/entities/grants", {}).json()
    (found,) = answer["permissions"]
    assert found["contextIdentifier"] == {"type": "Nip", "value": SELLER}
    assert (found["permissionScope"], found["canDelegate"]) == ("InvoiceRead", True)
    (own,) = office.post(PERSONAL, {}).json()["permissions"]
    assert own["id"] == found["id"]
    other = {"contextIdentifier": {"type": "Nip", "value": BUYER}}
    empty = office.post("/permissions/query/entities/grants", other).json()
    assert empty["permissions"] == []


def test_receiver_of_an_entity_grant_logs_in_to_the_giver(sim, owner):
    """ksef-api.md §13."""
    done(owner, grant_entity(owner, OTHER))
    office = Actor(sim, SELLER, Actor(sim, OTHER).who)
    (found,) = office.post(PERSONAL, {}).json()["permissions"]
    assert found["permissionScope"] == "InvoiceRead"


def test_indirect_grant_needs_the_right_to_delegate(sim, owner):
    """ksef-api.md §13: a clerk of the office works for its client."""
    office = Actor(sim, OTHER)
    body = {
        "subjectIdentifier": PERSON,
        "targetIdentifier": {"type": "Nip", "value": SELLER},
        "permissions": ["InvoiceRead"],
        "description": "Obsługa klienta",
        "subjectDetails": DETAILS,
    }
    assert done(office, office.post("/permissions/indirect/grants", body)) == 440
    done(owner, grant_entity(owner, OTHER, can_delegate=True))
    assert done(office, office.post("/permissions/indirect/grants", body)) == 200
    clerk = Actor(sim, SELLER, person(PESEL))
    (found,) = clerk.post(PERSONAL, {}).json()["permissions"]
    assert found["targetIdentifier"] == {"type": "Nip", "value": SELLER}
    assert SimClient(sim, person(PESEL), OTHER).start() == 415


def test_self_billing_authorization(sim, owner):
    """ksef-api.md §13: authorizations, given and received."""
    body = {
        "subjectIdentifier": {"type": "Nip", "value": BUYER},
        "permission": "SelfInvoicing",
        "description": "Samofakturowanie",
        "subjectDetails": ENTITY,
    }
    assert done(owner, owner.post("/permissions/authorizations/grants", body)) == 200
    path = "/permissions/query/authorizations/grants"
    (given,) = owner.post(path, {"queryType": "Granted"}).json()["authorizationGrants"]
    buyer = Actor(sim, BUYER)
    (got,) = buyer.post(path, {"queryType": "Received"}).json()["authorizationGrants"]
    assert given == got
    assert given["authorizationScope"] == "SelfInvoicing"
    assert given["authorizingEntityIdentifier"] == {"type": "Nip", "value": SELLER}
    assert given["authorizedEntityIdentifier"] == {"type": "Nip", "value": BUYER}
    assert (
        buyer.post(path, {"queryType": "Granted"}).json()["authorizationGrants"] == []
    )
    revoked = owner.delete(f"/permissions/authorizations/grants/{given['id']}")
    assert done(owner, revoked) == 200
    assert (
        owner.post(path, {"queryType": "Granted"}).json()["authorizationGrants"] == []
    )


def test_roles_of_a_local_government_and_its_unit(sim, owner):
    """ksef-api.md §13: entities/roles and subordinate-entities/roles."""
    subject = {
        "subjectNip": SELLER,
        "subjectType": "JST",
        "description": "Gmina",
        "subunits": [{"subjectNip": OTHER, "description": "Szkoła"}],
    }
    assert owner.post("/testdata/subject", subject).status_code == 200
    assert code_of(owner.post("/testdata/subject", subject)) == 30001
    (role,) = owner.get("/permissions/query/entities/roles").json()["roles"]
    assert role["role"] == "LocalGovernmentUnit"
    (unit,) = Actor(sim, OTHER).get("/permissions/query/entities/roles").json()["roles"]
    assert unit["role"] == "LocalGovernmentSubUnit"
    assert unit["parentEntityIdentifier"] == {"type": "Nip", "value": SELLER}
    path = "/permissions/query/subordinate-entities/roles"
    (below,) = owner.post(path, {}).json()["roles"]
    assert below["subordinateEntityIdentifier"] == {"type": "Nip", "value": OTHER}
    assert owner.post("/testdata/subject/remove", {"subjectNip": SELLER}).ok
    assert owner.get("/permissions/query/entities/roles").json()["roles"] == []


def test_administrator_of_a_subunit(sim, owner):
    """ksef-api.md §13: subunits/grants, only for a unit of this context."""
    unit = {"type": "InternalId", "value": f"{SELLER}-12343"}
    body = {
        "subjectIdentifier": PERSON,
        "contextIdentifier": unit,
        "description": "Oddział 1",
        "subunitName": "Oddział Kraków",
        "subjectDetails": DETAILS,
    }
    assert done(owner, owner.post("/permissions/subunits/grants", body)) == 200
    path = "/permissions/query/subunits/grants"
    (found,) = owner.post(path, {"subunitIdentifier": unit}).json()["permissions"]
    assert found["subunitName"] == "Oddział Kraków"
    body["contextIdentifier"] = {"type": "Nip", "value": BUYER}
    assert done(owner, owner.post("/permissions/subunits/grants", body)) == 410


def test_administrator_of_an_eu_entity(owner):
    """ksef-api.md §13: eu-entities."""
    entity = {"fullName": "GmbH", "address": "Berlin"}
    body = {
        "subjectIdentifier": {"type": "Fingerprint", "value": "A" * 64},
        "contextIdentifier": {"type": "NipVatUe", "value": f"{SELLER}-DE123456789"},
        "description": "Podmiot unijny",
        "euEntityName": "Firma z Niemiec",
        "subjectDetails": {
            "subjectDetailsType": "EntityByFingerprint",
            "entityByFp": entity,
        },
        "euEntityDetails": entity,
    }
    path = "/permissions/eu-entities/administration/grants"
    assert done(owner, owner.post(path, body)) == 200
    rows = owner.post("/permissions/query/eu-entities/grants", {}).json()["permissions"]
    assert [row["permissionScope"] for row in rows] == ["VatUeManage"]
    assert rows[0]["vatUeIdentifier"] == "DE123456789"


def test_bailiff_and_deceased_person(sim, owner):
    """ksef-api.md §14: persons; code 470 of a login."""
    body = {
        "nip": OTHER,
        "pesel": PESEL,
        "isBailiff": True,
        "description": "Komornik",
    }
    assert owner.post("/testdata/person", body).status_code == 200
    assert code_of(owner.post("/testdata/person", body)) == 30001
    bailiff = Actor(sim, OTHER, person(PESEL))
    (role,) = bailiff.get("/permissions/query/entities/roles").json()["roles"]
    assert role["role"] == "CourtBailiff"
    assert owner.post("/testdata/person/remove", {"nip": OTHER}).ok
    assert owner.post("/testdata/person", {**body, "isDeceased": True}).ok
    assert SimClient(sim, person(PESEL), OTHER).start() == 470


def test_consent_to_attachments(sim, owner):
    """ksef-api.md §11 and §14."""
    path = "/permissions/attachments/status"
    assert owner.get(path).json() == {"isAttachmentAllowed": False}
    assert owner.post("/testdata/attachment", {"nip": SELLER}).status_code == 200
    assert owner.get(path).json() == {"isAttachmentAllowed": True}
    assert owner.post("/testdata/attachment/revoke", {"nip": SELLER}).status_code == 200
    status = owner.get(path).json()
    assert status["isAttachmentAllowed"] is False
    assert status["revokedDate"].startswith(f"{sim.clock.now():%Y-%m-%d}")


def test_blocked_context(sim, owner):
    """Case 23, by the calls that block and unblock."""
    body = {"contextIdentifier": {"type": "Nip", "value": SELLER}}
    assert owner.post("/testdata/context/block", body).status_code == 200
    assert SimClient(sim, owner.who, SELLER).start() == 480
    assert owner.post("/testdata/context/unblock", body).status_code == 200
    assert SimClient(sim, owner.who, SELLER).start() == 200


def test_test_data_exist_on_test_only(sim, owner):
    """ksef-api.md §14."""
    sim.config.environment = "PRD"
    url = f"{sim.api_url}/testdata/person/remove"
    assert requests.post(url, json={"nip": OTHER}, timeout=10).status_code == 404


def make_token(actor, *permissions):
    """Make a KSeF token and wait until it is active."""
    body = {"permissions": list(permissions), "description": "Integracja"}
    answer = actor.post("/tokens", body)
    assert answer.status_code == 202, answer.text
    actor.later()
    return answer.json()


def test_token_is_pending_then_active_then_revoked(owner):
    """ksef-api.md §13: its text is shown once and holds context and 64 hex digits."""
    body = {"permissions": ["InvoiceRead"], "description": "Integracja"}
    made = owner.post("/tokens", body).json()
    path = f"/tokens/{made['referenceNumber']}"
    assert owner.get(path).json()["status"] == "Pending"
    owner.later()
    shown = owner.get(path).json()
    assert (shown["status"], shown["requestedPermissions"]) == (
        "Active",
        ["InvoiceRead"],
    )
    reference, context, secret = made["token"].split("|")
    assert (reference, context) == (made["referenceNumber"], f"nip-{SELLER}")
    assert len(bytes.fromhex(secret)) == 32
    assert secret not in owner.get("/tokens").text
    assert owner.delete(path).status_code == 204
    owner.later()
    assert owner.get(path).json()["status"] == "Revoked"


def test_token_cannot_have_more_than_its_author(sim, owner):
    """ksef-api.md §13: 26001."""
    allow(owner, PERSON, "InvoiceRead")
    clerk = Actor(sim, SELLER, person(PESEL))
    body = {"permissions": ["InvoiceWrite"], "description": "Integracja"}
    assert code_of(clerk.post("/tokens", body)) == 26001


def test_token_reads_and_revokes_itself_and_no_other(owner):
    """ksef-api.md §13: since API 2.4."""
    mine, another = make_token(owner, "InvoiceRead"), make_token(owner, "InvoiceRead")
    by_token = {"headers": owner.log_in_by_token(mine["token"])}
    own_path = f"/tokens/{mine['referenceNumber']}"
    other_path = f"/tokens/{another['referenceNumber']}"
    assert owner.call("GET", own_path, **by_token).json()["status"] == "Active"
    assert code_of(owner.call("GET", other_path, **by_token)) == 21405
    assert code_of(owner.call("DELETE", other_path, **by_token)) == 21405
    body = {"permissions": ["InvoiceRead"], "description": "Integracja"}
    assert owner.call("POST", "/tokens", json=body, **by_token).status_code == 403
    assert owner.call("DELETE", own_path, **by_token).status_code == 204


def test_list_of_tokens_has_pages_and_filters(owner):
    """ksef-api.md §13: newest first, continuation token until there is none."""
    made = [make_token(owner, "InvoiceRead")["referenceNumber"] for _n in range(12)]
    first = owner.get("/tokens?pageSize=10").json()
    token = {"x-continuation-token": first["continuationToken"]}
    second = owner.get("/tokens?pageSize=10", headers=token).json()
    listed = [t["referenceNumber"] for t in first["tokens"] + second["tokens"]]
    assert listed == made[::-1]
    assert "continuationToken" not in second
    assert owner.get("/tokens?status=Revoked").json()["tokens"] == []
    assert code_of(owner.get("/tokens?status=Lost")) == 21405
    bad = {"x-continuation-token": "nonsense"}
    assert code_of(owner.get("/tokens", headers=bad)) == 21418
