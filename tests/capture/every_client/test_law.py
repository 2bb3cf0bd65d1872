"""The law of counting: whatever the server has answered is judged, or is in one of the other counts."""

from contextlib import suppress

import aiohttp
import pytest

from pytest_usage_contract.reports.phase import Phase

PLAIN = ["json", "error", "flaky", "gzip", "corrupt", "half-gzip", "empty", "cut-length", "cut-chunked", "sse"]
REDIRECTS = ["redirect", "hop", "loop", "astray", "broken-hop"]
PATHS = [*PLAIN, *REDIRECTS]


@pytest.fixture
def run(provider, running):
    with running([f"{provider.url}/{path} = atoma/completions" for path in PATHS]) as run:
        yield run


async def read(client, url):
    await client.call(url, "POST")


async def stream(client, url):
    async with client.stream(url, method="POST") as response:
        await client.read(response)


async def leave(client, url):
    async with client.stream(url, method="POST") as response:
        with suppress(StopAsyncIteration):
            await anext(client.chunks(response))


async def refuse(client, url):
    client.refuse(reads=False)
    await client.call(url, "POST")


async def refuse_what_was_read(client, url):
    client.refuse(reads=True)
    await client.call(url, "POST")


async def refuse_a_stream(client, url):
    client.refuse(reads=False)
    await client.stream(url, method="POST").__aenter__()


MODES = [read, stream, leave, refuse, refuse_what_was_read, refuse_a_stream]


# httpx leaves a stream that nobody read on to the loop, which an old pytest-asyncio closes without it.
@pytest.mark.filterwarnings("ignore:coroutine method 'aclose':RuntimeWarning")
@pytest.mark.parametrize("mode", MODES)
async def test_every_answer_is_in_one_of_the_counts(run, provider, client, mode):
    for path in [*PATHS, "elsewhere"]:
        for base in (provider.url, provider.unwanted):
            provider.sent.clear()
            # What is raised is another test's; here it is what becomes of the answers.
            with suppress(Exception):
                await mode(client, f"{base}/{path}")
            phase = run.current.ship() or Phase()
            counted = [len(phase.exchanges), phase.other_statuses, phase.abandoned]
            counted += [call.count for call in phase.unmatched]
            assert sum(counted) == provider.sent.count(provider.host), (base, path, phase)


async def test_an_answer_that_a_hook_refuses_is_judged_where_its_body_was_read_and_else_abandoned(
    run, provider, client
):
    for reads, judged, abandoned in [(True, 1, 0), (False, 0, 1)]:
        client.refuse(reads=reads)
        with pytest.raises(Exception, match="^$"):
            await client.call(f"{provider.url}/json", "POST")
        phase = run.current.ship()
        assert (len(phase.exchanges), phase.abandoned) == (judged, abandoned)


async def test_a_status_that_aiohttp_refuses_is_counted(run, provider):
    async with aiohttp.ClientSession(raise_for_status=True) as session:
        with pytest.raises(aiohttp.ClientResponseError):
            await session.post(f"{provider.url}/error")
    assert run.current.ship().other_statuses == 1


async def test_an_answer_that_a_middleware_keeps_for_itself_is_counted(run, provider):
    async def insist(request, handler):
        await handler(request)
        return await handler(request)

    async with (
        aiohttp.ClientSession(middlewares=[insist]) as session,
        session.post(f"{provider.url}/flaky") as response,
    ):
        await response.read()
    phase = run.current.ship()
    assert (len(phase.exchanges), phase.other_statuses) == (1, 1)


@pytest.mark.parametrize("mode", [read, stream])
async def test_of_a_large_answer_that_no_contract_covers_nothing_is_kept(run, provider, client, mode):
    for url in (f"{provider.url}/large", f"{provider.unwanted}/large", f"{provider.unwanted}/v1/large/completions"):
        await mode(client, url)
        assert sum(len(one.body) for one in run.current.candidates()) == run.current.bytes == 0
    assert [call.path for call in run.current.ship().unmatched] == ["/large"]
