"""Jobs, their events, votes and meters over HTTP, and what is left of them after a restart."""

import asyncio
import json
import re

import pytest

from agent.app.runlog import RunLog
from generators.router.database.record import counting_votes
from generators.router.database.store import Database
from generators.router.taxonomy import embedded_taxonomy

FOX = {"prompt": "a red fox", "seed": 1}
WAIT_S = 60


def events_of(text):
    """From a stream: number, kind and data of each event."""
    found = []
    for block in text.strip().split("\n\n"):
        if block.startswith(":"):
            continue
        parts = dict(line.split(": ", 1) for line in block.splitlines())
        found.append((parts["id"], parts["event"], json.loads(parts["data"])))
    return found


def made(http, **more):
    return http.post("/v1/jobs", json=FOX | more).raise_for_status().json()


def test_a_job_is_followed_from_its_beginning_to_its_picture(http):
    before = made(http, prompt="a fox for ever")["data"][0]["id"]
    answer = made(http)
    job = answer["data"][0]
    assert (job["status"], answer["route"]["expert"]) == ("queued", job["request"]["expert"])
    http.post(f"/v1/jobs/{before}/cancel").raise_for_status()
    events = events_of(http.get(f"/v1/jobs/{job['id']}/events").text)
    kinds = [kind for _, kind, _ in events]
    assert kinds[:2] == ["route", "queue"] and kinds[-2:] == ["artifact", "done"]
    assert "progress" in kinds
    assert [data["seq"] for *_, data in events] == sorted(data["seq"] for *_, data in events)
    assert all(data["run_id"] == job["id"] and data["ts"] > 0 for *_, data in events)
    artifact = events[-2][2]
    assert http.get(artifact["url"]).content.startswith(b"\x89PNG")
    assert events[-1][2]["status"] == "done"


def test_who_was_cut_off_goes_on_after_the_last_event(http):
    job = made(http)["data"][0]["id"]
    http.get(f"/v1/jobs/{job}/events")
    events = events_of(http.get(f"/v1/jobs/{job}/events").text)
    rest = events_of(http.get(f"/v1/jobs/{job}/events", headers={"Last-Event-ID": events[0][0]}).text)
    assert rest == events[1:]
    other = events_of(http.get(f"/v1/jobs/{job}/events", headers={"Last-Event-ID": "ffff-99"}).text)
    assert other == events, "a number of another process means nothing"


def test_a_run_tells_late_comers_the_newest_preview_only():
    log = RunLog()
    log.begin("run", "ann")
    for step in range(3):
        log.tell("run", "preview", {"webp": str(step)})
    log.tell("run", "done", {})
    log.tell("run", "token", {"text": "too late"})

    async def told():
        return [(event.seq, event.kind) async for event in log.follow("run", "ann")]

    assert asyncio.run(told()) == [(3, "preview"), (4, "done")]


def test_a_job_is_cancelled(http):
    job = made(http, prompt="a fox for ever")["data"][0]["id"]
    http.post(f"/v1/jobs/{job}/cancel").raise_for_status()
    *_, (_, kind, data) = events_of(http.get(f"/v1/jobs/{job}/events").text)
    assert (kind, data["status"]) == ("done", "cancelled")
    assert http.get(f"/v1/artifacts/{job}").status_code == 404


def test_who_leaves_a_stream_cancels_the_job(http, app):
    asked = {"prompt": "a fox for ever", "stream": True, "partial_images": 1}
    with http.stream("POST", "/v1/images/generations", json=asked) as answer:
        next(answer.iter_text())
    job = http.get("/v1/jobs?limit=1").json()["data"][0]["id"]
    assert app.services.studio.jobs.wait(job, WAIT_S).status == "cancelled"


def test_votes_reach_the_routers_tables(http, app):
    first, second = made(http, compare=True)["data"]
    assert {first["request"]["expert"], second["request"]["expert"]} == {"tiny", "other"}
    for job in (first["id"], second["id"]):
        assert app.services.studio.jobs.wait(job, WAIT_S).status == "done"
    pair = {"artifact": first["id"], "other": second["id"]}
    assert http.post("/v1/feedback", json=pair | {"value": 1}).json()["kind"] == "pair"
    assert http.post("/v1/feedback", json=pair | {"value": -1}).status_code == 200
    assert http.post("/v1/feedback", json={"artifact": first["id"], "value": 1}).json()["kind"] == "thumb"
    with Database(app.services.config.database, embedded_taxonomy()) as database:
        votes = counting_votes(database)[-2:]
    assert sorted(vote.kind for vote in votes) == ["pair", "thumb"]
    arms = {f"{each['request']['expert']}/draft" for each in (first, second)}
    assert {arm for vote in votes if vote.kind == "pair" for arm in (vote.arm_a, vote.arm_b)} == arms


def test_votes_that_would_teach_nothing_are_refused(http, app):
    named = made(http, model="tiny")["data"][0]["id"]
    one, two = (made(http)["data"][0]["id"] for _ in range(2))
    for job in (named, one, two):
        app.services.studio.jobs.wait(job, WAIT_S)

    def refusal(**vote):
        answer = http.post("/v1/feedback", json={"value": 1} | vote)
        return answer.status_code, answer.json()["error"]["code"]

    assert refusal(artifact=named) == (409, "not_routed")
    assert refusal(artifact=one, other=two) == (409, "no_pair")
    assert refusal(artifact=one, other=one) == (400, "invalid_value")
    assert refusal(artifact="0" * 16) == (404, "not_found")
    assert refusal(artifact=one, value=2) == (400, "invalid_value")


def test_a_route_is_told_without_drawing(http):
    before = len(http.get("/v1/jobs?limit=100").json()["data"])
    route = http.post("/v1/route", json={"prompt": "a red fox", "mode": "fast"}).json()
    assert sum(value for _, value in route["terms"]) == pytest.approx(route["score"])
    assert len(http.get("/v1/jobs?limit=100").json()["data"]) == before


def test_meters_count(http):
    http.get("/v1/models")
    http.get("/v1/nothing/at/all")
    text = http.get("/metrics").text
    count = re.search(r'seedbed_http_requests_total\{method="GET",route="/v1/models",status="200"\} (\S+)', text)
    assert count is not None and float(count[1]) >= 1
    assert 'route="none"' in text and "nothing" not in text, "labels come from a closed set"
    assert re.search(r"seedbed_jobs_waiting \d", text)


def test_after_a_restart_pictures_votes_and_events_are_still_there(start, tmp_path):
    before = start(tmp_path)
    with before.client() as http:
        job = made(http)["data"][0]["id"]
        before.services.studio.jobs.wait(job, WAIT_S)
    before.stop()
    with start(tmp_path).client() as http:
        assert http.get(f"/v1/artifacts/{job}/content").status_code == 200
        kinds = [kind for _, kind, _ in events_of(http.get(f"/v1/jobs/{job}/events").text)]
        assert kinds == ["artifact", "done"]
        assert http.post("/v1/feedback", json={"artifact": job, "value": -1}).status_code == 200
