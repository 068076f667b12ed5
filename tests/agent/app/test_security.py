"""Who may ask, what may be given, and that nothing a request names is ever opened."""

import base64
import io
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from agent.app.config import Limits, checked, is_loopback
from agent.app.errors import ApiError, AppError
from agent.app.quotas import Quotas
from agent.app.tokens import Tokens, read_tokens
from agent.app.uploads import plain_png, repainted

from .parrot import Parrot

TOKENS = "# who may\nann ann-has-a-long-token\nbob bob-has-another-token  # by phone\n"


@pytest.fixture(scope="module")
def locked(start, tmp_path_factory):
    path = tmp_path_factory.mktemp("tokens") / "tokens.txt"
    path.write_text(TOKENS)
    return start(token_file=path)


def png(size=(16, 16), mode="RGB", colour="teal", **more) -> bytes:
    stream = io.BytesIO()
    Image.new(mode, size, colour).save(stream, "PNG", **more)
    return stream.getvalue()


def message(answer) -> str:
    return answer.json()["error"]["message"]


def test_others_reach_the_app_only_with_a_token(tmp_path):
    with pytest.raises(AppError, match=r"--host 0\.0\.0\.0 can be reached by others: give --token-file"):
        checked(host="0.0.0.0")
    assert checked(host="0.0.0.0", token_file=tmp_path / "t").host == "0.0.0.0"
    assert [is_loopback(name) for name in ("127.0.0.1", "::1", "[::1]", "localhost")] == [True] * 4
    assert not any(is_loopback(name) for name in ("", "0.0.0.0", "::", "10.0.0.1", "localhost.example.com"))


def test_without_or_with_a_wrong_token_nothing_is_told(locked):
    with locked.client() as nobody, locked.client("guessed-guessed-guessed") as guesser:
        for client in (nobody, guesser):
            for path in ("/v1/models", "/v1/jobs", "/metrics", "/openapi.json", "/v1/nothing"):
                answer = client.get(path)
                assert (answer.status_code, answer.json()["error"]["code"]) == (401, "invalid_api_key")
        assert nobody.get("/health").json() == {"status": "ok"}


def test_pictures_jobs_and_events_are_their_owners_own(locked):
    with locked.client("ann-has-a-long-token") as ann, locked.client("bob-has-another-token") as bob:
        made = ann.post("/v1/images/generations", json={"prompt": "a fox"}).json()["data"][0]["artifact_id"]
        assert ann.get(f"/v1/artifacts/{made}").json()["id"] == made
        paths = [f"/v1/artifacts/{made}", f"/v1/artifacts/{made}/content", f"/v1/jobs/{made}"]
        paths += [f"/v1/jobs/{made}/events", f"/v1/runs/{made}/events"]
        assert [bob.get(path).status_code for path in paths] == [404] * 5
        assert bob.post(f"/v1/jobs/{made}/cancel").status_code == 404
        assert bob.post("/v1/feedback", json={"artifact": made, "value": 1}).status_code == 404
        assert bob.get("/v1/artifacts").json()["data"] == []
        assert [ann.get(path).status_code for path in paths] == [200] * 5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no token"),
        ("ann", "line 1: a line is a user's name"),
        ("ann short", "line 1: the token is shorter than 16"),
        ("ann ann-has-a-long-token\nbob ann-has-a-long-token", "line 2: the token is there twice"),
        ("../ann ann-has-a-long-token", "line 1"),
    ],
)
def test_a_token_file_that_cannot_be_is_said_without_its_tokens(tmp_path, text, said):
    path = tmp_path / "tokens.txt"
    path.write_text(text)
    with pytest.raises(AppError, match=said) as refusal:
        read_tokens(path)
    assert "ann-has" not in str(refusal.value)
    with pytest.raises(AppError, match="cannot read the token file"):
        read_tokens(tmp_path)


def test_without_tokens_everybody_is_the_guest():
    assert Tokens().user(None) == Tokens().user("Bearer whatever") == "guest"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "10.0.0.1"])
def test_a_name_that_was_made_to_lead_here_is_refused(http, host):
    assert http.get("/v1/models", headers={"Host": host}).json()["error"]["code"] == "wrong_host"


def test_pages_of_other_sites_may_not_ask(http):
    asked = {"prompt": "a fox"}
    for origin in ("https://evil.example", "null", "http://localhost.evil.example"):
        answer = http.post("/v1/images/generations", json=asked, headers={"Origin": origin})
        assert answer.json()["error"]["code"] == "wrong_origin"
    assert http.get("/v1/models", headers={"Origin": "http://localhost:3000"}).status_code == 200


@pytest.mark.parametrize(
    "name",
    ["..%2f..%2fapp.sqlite", "%2e%2e", "....", "0123456789abcdeg", "0123456789abcdef.png", "0" * 16, "%00" * 16],
)
def test_no_name_leads_out_of_the_journal(http, name):
    for path in (f"/v1/artifacts/{name}", f"/v1/artifacts/{name}/content", f"/v1/jobs/{name}"):
        answer = http.get(path)
        assert answer.status_code in (400, 404), path
        assert set(answer.json()) == {"error"}


def test_no_address_in_a_request_is_ever_opened(http):
    reached = threading.Event()

    class Trap(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            reached.set()

    with HTTPServer(("127.0.0.1", 0), Trap) as trap:
        thread = threading.Thread(target=trap.serve_forever)
        thread.start()
        try:
            address = f"http://127.0.0.1:{trap.server_port}/secret.png"
            for field in ("image", "mask", "image_url"):
                form = {"prompt": "a fox", field: address}
                answer = http.post("/v1/images/edits", data=form, files={"other": ("x", b"")})
                assert answer.status_code == 400
            answers = [
                http.post("/v1/images/generations", json={"prompt": "a fox", "image": address}),
                http.post("/v1/images/generations", json={"prompt": "a fox", "model": address}),
            ]
            assert [answer.status_code for answer in answers] == [400, 404]
        finally:
            trap.shutdown()
            thread.join()
    assert not reached.is_set()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is no PNG, JPEG or WebP"),
        (b"GIF89a" + b"\0" * 64, "is no PNG, JPEG or WebP"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "is no PNG, JPEG or WebP"),
        (png()[:-30], "cannot be decoded"),
        (png((5000, 5000), "1", 0), "5000x5000: at most 16000000 pixels"),
        (png() + b"\0" * (11 << 20), "larger than 10485760 bytes"),
    ],
)
def test_uploads_are_decoded_before_they_are_believed(http, content, said):
    answer = http.post("/v1/images/edits", data={"prompt": "a fox"}, files={"image": ("fox.png", content)})
    assert answer.status_code in (400, 413)
    assert said in message(answer)


def test_what_is_in_a_file_besides_its_pixels_is_left_behind():
    plain = Image.open(io.BytesIO(plain_png(png(dpi=(72, 72), comment="secret"), Limits(), "image")))
    assert plain.info == {}
    assert plain.getpixel((0, 0)) == (0, 128, 128)


@settings(deadline=None, max_examples=50)
@given(st.binary(max_size=200), st.integers(0, 80))
def test_a_damaged_picture_is_refused_and_nothing_else_happens(noise, at):
    whole = png()
    damaged = whole[:at] + noise + whole[at + len(noise) :]
    try:
        assert plain_png(damaged, Limits(), "image").startswith(b"\x89PNG")
    except ApiError as error:
        assert error.status == 400


def test_a_transparent_mask_says_where_to_repaint():
    mask = Image.new("RGBA", (16, 16), (9, 9, 9, 255))
    mask.putpixel((3, 4), (9, 9, 9, 0))
    stream = io.BytesIO()
    mask.save(stream, "PNG")
    white = Image.open(io.BytesIO(repainted(stream.getvalue(), png())))
    assert (white.getpixel((3, 4)), white.getpixel((0, 0))) == (255, 0)
    with pytest.raises(ApiError, match="mask is 8x8, image 16x16"):
        repainted(png((8, 8)), png())


def test_a_body_is_bounded_whether_or_not_it_says_its_length(start):
    app = start(limits={"body_bytes": 2048})
    head = "POST /v1/jobs HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2049\r\n\r\n"
    with socket.create_connection(("127.0.0.1", int(app.url.rpartition(":")[2]))) as raw:
        raw.sendall(head.encode())
        assert raw.recv(12) == b"HTTP/1.1 413", "nothing of it is waited for"
    chunks = (b" " * 1024 for _ in range(3))
    with app.client() as http:
        answer = http.post("/v1/jobs", content=chunks, headers={"Content-Type": "application/json"})
    assert (answer.status_code, set(answer.json())) == (413, {"error"})


def test_quotas_count_pictures_and_requests(start, monkeypatch):
    app = start(limits={"pictures_per_hour": 3, "requests_per_minute": 8})
    # However slow the machine is, all of this happens within the minute.
    now = time.time()
    monkeypatch.setattr(app.services.quotas, "_clock", lambda: now)
    with app.client() as http:
        assert http.post("/v1/images/generations", json={"prompt": "a fox", "n": 2}).status_code == 200
        refused = http.post("/v1/images/generations", json={"prompt": "a fox", "n": 2})
        assert (refused.status_code, refused.json()["error"]["code"]) == (429, "rate_limit_exceeded")
        assert int(refused.headers["retry-after"]) > 0
        assert http.post("/v1/images/generations", json={"prompt": "a fox"}).status_code == 200
        answers = [http.get("/v1/jobs").status_code for _ in range(6)]
        assert answers == [200] * 5 + [429]


def test_a_minute_later_one_may_ask_again(app):
    now = [0.0]
    quotas = Quotas(Limits(requests_per_minute=2), app.services.studio.jobs, lambda: now[0])
    quotas.request("ann"), quotas.request("ann")
    with pytest.raises(ApiError, match="try again in 60 s"):
        quotas.request("ann")
    quotas.request("bob")
    now[0] = 61.0
    quotas.request("ann")


def test_a_port_that_is_taken_is_said_in_one_line(tmp_path):
    from agent.app.server import serve

    with socket.create_server(("127.0.0.1", 0)) as taken:
        config = checked(port=taken.getsockname()[1], data=tmp_path, database=tmp_path / "r.sqlite")
        with pytest.raises(AppError, match=r"cannot listen on 127\.0\.0\.1"):
            serve(config, print)


def test_answers_are_sent_at_once(tmp_path):
    """asyncio leaves Nagle's algorithm on, 40 ms for each answer, where a socket does not say that it is TCP."""
    from agent.app.server import _listener

    with _listener(checked(port=0, data=tmp_path)) as listener:
        assert listener.proto == socket.IPPROTO_TCP


def test_pictures_in_chats_come_inside_their_address(start):
    app = start(chat=lambda services: Parrot())
    with app.client() as http:

        def asked(url):
            part = {"type": "image_url", "image_url": {"url": url}}
            return http.post(
                "/v1/chat/completions", json={"model": "parrot", "messages": [{"role": "user", "content": [part]}]}
            )

        for url in ("http://127.0.0.1:1/x.png", "file:///etc/passwd", "data:text/plain;base64,aGk=", "x" * 50):
            assert "no address is opened here" in message(asked(url))
        assert "not valid base64" in message(asked("data:image/png;base64,%%%"))
        good = "data:image/png;base64," + base64.b64encode(png()).decode()
        assert asked(good).json()["choices"][0]["message"]["content"] == "0 words, 1 pictures"
