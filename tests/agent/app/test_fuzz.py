"""Whatever is sent, nothing breaks: requests are made from the app's own description, right ones and wrong ones.

Every answer is one that the description promises: its status, its kind of content, its shape.
"""

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from .parrot import Parrot

EXAMPLES = 4
"""Of each route and kind: right requests, wrong ones, and requests about something that is there."""
CHECKS = [
    status_code_conformance, content_type_conformance, response_headers_conformance, response_schema_conformance
]  # fmt: skip
BODIES = {
    "/v1/chat/completions": [
        {"model": "auto", "stream": stream, "messages": [{"role": "user", "content": "hello"}]}
        for stream in (False, True)
    ],
    "/v1/feedback": [{"value": 1}, {"value": 1, "other": "0" * 16}],
}
"""Requests that are hardly ever made up: their answers are looked at too."""
once = settings(
    max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.fixture(scope="module")
def app(start):
    # Most prompts that are made up are drawn: that takes quotas that no person has.
    limits = {"pictures_per_hour": 100_000, "requests_per_minute": 1_000_000}
    return start(chat=lambda services: Parrot(), limits=limits)


def kinds(operation, job) -> Iterator[object]:
    """Strategies of requests to a route."""
    yield operation.as_strategy()
    if list(operation.iter_parameters()) or operation.body:
        yield operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
    for name, value in (("job", job), ("run", job), ("model", "tiny")):
        if f"{{{name}}}" in operation.path:
            yield operation.as_strategy(path_parameters={name: value})
    for body in BODIES.get(operation.path, ()):
        yield operation.as_strategy(body={"artifact": job} | body if "value" in body else body)


def test_no_request_breaks_the_app(app):
    with app.client() as http:
        schema = schemathesis.openapi.from_dict(http.get("/openapi.json").json())
        made = http.post("/v1/images/generations", json={"prompt": "a fox", "model": "tiny"}).json()
    seen = set()
    for found in schema.get_all_operations():
        operation = found.ok()
        for kind in kinds(operation, made["data"][0]["artifact_id"]):

            @once
            @given(case=kind)
            def holds(case):
                answer = case.call(base_url=app.url, timeout=60)
                seen.add((case.operation.label, answer.status_code))
                # A 500 is in the description, because a picture can fail; here none does.
                assert answer.status_code != 500, answer.text
                case.validate_response(answer, checks=CHECKS)

            holds()
    served = {route for route, status in seen if status < 300}
    assert len(served) >= 16, f"too few of the requests are served to say much: {sorted(served)}"
