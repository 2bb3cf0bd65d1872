"""Threads that a test starts and awaits, or leaves behind, and threads of a fixture."""

import queue
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from shop import respond, signed

go, done = threading.Event(), threading.Event()


@pytest.mark.parametrize("number", range(3))
def test_threads(number):
    threads = [threading.Thread(target=respond, args=(signed(f"threads_{number}"),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("number", range(3))
def test_pool(number):
    with ThreadPoolExecutor() as pool:
        list(pool.map(respond, [signed(f"pool_{number}")] * 4))


@pytest.fixture(scope="module")
def jobs():
    def work():
        while (job := jobs.get()) is not None:
            respond(job)
            jobs.task_done()

    jobs = queue.Queue()
    thread = threading.Thread(target=work)
    thread.start()
    yield jobs
    jobs.put(None)
    thread.join()


@pytest.mark.xdist_group("jobs")
def test_first_job(jobs):
    jobs.put(signed("first_job"))
    jobs.join()


@pytest.mark.xdist_group("jobs")
def test_second_job(jobs):
    jobs.put(signed("second_job"))
    jobs.join()


def late():
    go.wait(10)
    respond(signed("late"))
    done.set()


@pytest.mark.xdist_group(name="late")
def test_leaving_a_thread():
    threading.Thread(target=late).start()


@pytest.mark.xdist_group(name="late")
def test_meanwhile():
    go.set()
    assert done.wait(10)
