"""The table of codes."""

import pytest
from support_ksef import needs_shared, shared_json

from ksef.auth import FAILURE_REASONS
from ksef.bearer import DEAD_REFRESH_CODES
from ksef.codes import ROWS, Action, row_for
from ksef.messages import INVOICE_ACCEPTED, INVOICE_DUPLICATE
from ksef.session import KEY_WITHDRAWN


def test_no_code_has_two_rows():
    keys = [(row.scope, row.code) for row in ROWS]
    assert len(keys) == len(set(keys))


def test_labels_are_words_that_can_be_keys():
    assert all(row.label.isidentifier() and row.label.islower() for row in ROWS)


def test_an_unknown_code_calls_the_support():
    row = row_for("invoice", 987)
    assert (row.code, row.action, row.label) == (
        987,
        Action.CALL_SUPPORT,
        "unknown_code",
    )


@pytest.mark.parametrize("code", [None, "timeout", "bad_answer"])
def test_words_of_ours_have_no_row(code):
    assert row_for("http", code).label == "unknown_code"


@pytest.mark.parametrize(
    ("scope", "code", "action"),
    [
        ("invoice", INVOICE_ACCEPTED, Action.NONE),
        ("invoice", INVOICE_DUPLICATE, Action.RECONCILE),
        ("invoice", 450, Action.FIX_DATA),
        ("invoice", 410, Action.ASK_PERSON),
        ("invoice", 405, Action.RETRY),
        ("http", 429, Action.WAIT),
        ("http", 401, Action.AUTHENTICATE),
        ("http", KEY_WITHDRAWN, Action.RETRY),
        ("http", 21165, Action.WAIT),
        ("auth", 415, Action.ASK_PERSON),
        ("session", 445, Action.FIX_DATA),
        ("export", 420, Action.WAIT),
    ],
)
def test_what_to_do_next(scope, code, action):
    assert row_for(scope, code).action is action


@pytest.mark.parametrize("code", [100, 150])
def test_an_invoice_that_is_not_final_is_waited_for(code):
    assert row_for("invoice", code).action is Action.WAIT


@pytest.mark.parametrize("code", [100, 150, 170])
def test_a_session_that_is_not_final_is_waited_for(code):
    assert row_for("session", code).action is Action.WAIT


@pytest.mark.parametrize("code", sorted(DEAD_REFRESH_CODES - {21308}))
def test_a_dead_refresh_token_asks_for_a_new_login(code):
    assert row_for("http", code).action is Action.AUTHENTICATE


@pytest.mark.parametrize("code", sorted(FAILURE_REASONS))
def test_every_failed_login_has_a_row(code):
    assert row_for("auth", code).label != "unknown_code"


@needs_shared
def test_every_published_exception_code_has_a_row():
    published = {row["code"] for row in shared_json("codes.json")["exceptions"]}
    ours = {row.code for row in ROWS if row.scope == "http"}
    assert published <= ours


@needs_shared
@pytest.mark.parametrize(
    ("name", "scope"),
    [
        ("auth_operation", "auth"),
        ("online_session", "session"),
        ("batch_session", "session"),
        ("invoice_in_session", "invoice"),
        ("invoice_export", "export"),
    ],
)
def test_every_published_status_has_a_row(name, scope):
    table = shared_json("codes.json")["statuses"][name]["codes"]
    for status in table:
        row = row_for(scope, status["code"])
        assert row.label != "unknown_code", status
        if not status["terminal"]:
            assert row.action is Action.WAIT
        assert (row.action is Action.NONE) == status["success"]
