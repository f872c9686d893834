"""What the house is busy with, and the hand that may hold it."""

import httpx


async def test_every_job_is_on_the_board(ada: httpx.AsyncClient, until) -> None:
    async def all_there() -> bool:
        return len((await ada.get("/api/jobs")).json()) == 16

    await until(all_there)
    told = {job["name"]: job for job in (await ada.get("/api/jobs")).json()}
    assert set(told) == {
        "scan",
        "embed",
        "fit",
        "likeness",
        "words",
        "head",
        "sample",
        "model",
        "index",
        "import",
        "pull",
        "loudness",
        "feeds",
        "pages",
        "pictures",
        "tags",
    }
    assert told["embed"]["state"] == "paused" and all(job["title"] for job in told.values())


async def test_a_job_is_paused_and_resumed(ada: httpx.AsyncClient) -> None:
    async def state() -> str:
        return next(job["state"] for job in (await ada.get("/api/jobs")).json() if job["name"] == "scan")

    assert (await ada.post("/api/jobs/scan/pause")).status_code == 204
    assert await state() == "paused"
    assert (await ada.post("/api/jobs/scan/resume")).status_code == 204
    assert await state() == "idle"


async def test_an_unknown_job_or_verb_is_refused(ada: httpx.AsyncClient) -> None:
    assert (await ada.post("/api/jobs/laundry/pause")).status_code == 404
    assert (await ada.post("/api/jobs/scan/burn")).status_code == 400
