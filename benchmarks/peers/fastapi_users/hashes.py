"""Print how many new-password hashes per second all cores compute."""

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from fastapi_users.password import PasswordHelper

helper = PasswordHelper()


def work(deadline: float) -> int:
    done = 0
    while time.perf_counter() < deadline:
        helper.hash("correct horse battery staple")
        done += 1
    return done


def main() -> None:
    workers = len(os.sched_getaffinity(0))
    start = time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        total = sum(pool.map(work, [start + float(sys.argv[1])] * workers))
    print(total / (time.perf_counter() - start))


if __name__ == "__main__":
    main()
