"""Bodies in pieces: downloads into files, uploads from readers, other threads."""

import io

import pytest
import requests
from support_ksef import JWT, hang_up, reply

from ksef.errors import (
    KsefProtocolError,
    KsefRequestRejected,
    KsefTransportError,
    KsefUnavailable,
)
from ksef.transport import Request, Transport

LIMIT = 10**7
DATA = bytes(range(256)) * 1000


@pytest.fixture
def transport(server):
    return Transport(server.environment, sleep=lambda _seconds: None)


def get(server):
    return Request("GET", f"{server.url}/part", accept="*/*")


def half(handler):
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(DATA)))
    handler.end_headers()
    handler.wfile.write(DATA[: len(DATA) // 2])
    handler.wfile.flush()
    handler.close_connection = True
    handler.connection.close()


class Body:
    """A reader with a length, as the transport wants it."""

    def __init__(self, data):
        self._file, self._size, self.reads = io.BytesIO(data), len(data), 0

    def __len__(self):
        return self._size

    def __iter__(self):
        return iter(lambda: self.read(1000), b"")

    def read(self, size=-1):
        self.reads += 1
        return self._file.read(size)


# -- downloads ---------------------------------------------------------------


def test_a_download_is_written_from_where_the_file_stands(server, transport):
    server.script = [(200, DATA, {"x-ms-meta-hash": "h"})]
    target = io.BytesIO(b"before" + b"junk")
    target.seek(6)
    answer = transport.download(get(server), target, LIMIT)
    assert target.getvalue() == b"before" + DATA
    assert (answer.status, answer.headers["x-ms-meta-hash"]) == (200, "h")
    assert answer.body == b""


@pytest.mark.parametrize("first", [hang_up, half, (503, b"x" * 10**6)])
def test_after_a_failed_attempt_the_file_begins_anew(server, transport, first):
    server.script = [first, (200, DATA)]
    target = io.BytesIO()
    transport.download(get(server), target, LIMIT)
    assert target.getvalue() == DATA


def test_a_connection_that_stays_cut_is_told(server, transport):
    server.script = [half] * 3
    with pytest.raises(KsefTransportError) as caught:
        transport.download(get(server), io.BytesIO(), LIMIT)
    assert (caught.value.code, caught.value.retryable) == ("cut_connection", True)


def test_more_than_announced_is_not_taken(server, transport):
    server.script = [(200, DATA)]
    target = io.BytesIO()
    with pytest.raises(KsefProtocolError) as caught:
        transport.download(get(server), target, len(DATA) - 1)
    assert caught.value.code == "too_large"
    assert len(target.getvalue()) < len(DATA)


@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        ((403, b"<Error/>"), KsefRequestRejected, "link_expired"),
        ((404, b""), KsefRequestRejected, "link_expired"),
        ((302, b"", {"Location": "https://x/"}), KsefProtocolError, "redirected"),
        ((200, b"<html>blocked</html>"), KsefUnavailable, "request_blocked"),
        (
            (200, DATA, {"Content-Type": "text/html"}),
            KsefUnavailable,
            "request_blocked",
        ),
    ],
)
def test_answers_that_are_no_download(server, transport, answer, error, code):
    server.script = [answer]
    with pytest.raises(error) as caught:
        transport.download(get(server), io.BytesIO(), LIMIT)
    assert caught.value.code == code


def test_a_token_never_goes_to_another_address(server, transport):
    request = Request("GET", f"{server.url}/part", bearer=JWT)
    with pytest.raises(KsefProtocolError) as caught:
        transport.download(request, io.BytesIO(), LIMIT)
    assert (caught.value.code, server.seen) == ("bad_url", [])


# -- uploads -------------------------------------------------------------------


def test_a_reader_is_sent_with_its_length(server, transport):
    server.script = [(201, b"")]
    body = Body(DATA)
    request = Request("PUT", f"{server.url}/p", open_body=lambda: body)
    assert transport.send(request).status == 201
    (seen,) = server.seen
    assert seen.body == DATA
    assert seen.headers["Content-Length"] == str(len(DATA))
    assert "Transfer-Encoding" not in seen.headers
    assert body.reads > 3


@pytest.mark.parametrize("first", [(503, b""), (500, b"")])
def test_an_upload_is_opened_anew_for_each_attempt(server, transport, first):
    server.script = [first, (201, b"")]
    opened = []

    def opener():
        opened.append(Body(DATA))
        return opened[-1]

    transport.send(Request("PUT", f"{server.url}/p", open_body=opener))
    assert [each.body for each in server.seen] == [DATA, DATA]
    assert len(opened) == 2


def test_a_refused_upload_is_not_repeated(server, transport):
    server.script = [(400, b"")]
    request = Request("PUT", f"{server.url}/p", open_body=lambda: Body(DATA))
    with pytest.raises(KsefRequestRejected) as caught:
        transport.send(request)
    assert (caught.value.status, caught.value.outcome_unknown) == (400, False)


def test_the_body_is_not_shown():
    request = Request("PUT", "https://x/", open_body=lambda: Body(b"secret"))
    assert "open_body" not in repr(request)


# -- other threads ---------------------------------------------------------------


def test_a_fork_has_the_settings_and_not_the_callbacks(server):
    session, told = requests.Session(), []
    session.verify, session.proxies = "/ca.pem", {"https": "http://proxy"}
    session.trust_env = False
    transport = Transport(
        server.environment,
        session=session,
        sleep=lambda _seconds: None,
        timeout_seconds=7,
        max_attempts=2,
        on_request=told.append,
        on_warning=told.append,
    )
    forked = transport.fork()
    assert forked._session is not session
    assert forked._session.adapters is session.adapters
    assert (forked._session.verify, forked._session.trust_env) == ("/ca.pem", False)
    assert forked._session.proxies == session.proxies
    assert (forked._timeout_seconds, forked._max_attempts) == (7, 2)
    server.script = [
        lambda handler: reply(handler, 200, b"", {"X-System-Warning": "x"})
    ]
    forked.send(Request("GET", f"{server.url}/x"))
    assert told == []
