"""Print how many new-password hashes per second all cores compute."""

import asyncio
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from litestar_security.accounts import Argon2PasswordHasher


async def hash_until(deadline: float) -> int:
    hasher = Argon2PasswordHasher()
    done = 0
    while time.perf_counter() < deadline:
        await hasher.hash("correct horse battery staple")
        done += 1
    return done


def work(deadline: float) -> int:
    return asyncio.run(hash_until(deadline))


def main() -> None:
    workers = len(os.sched_getaffinity(0))
    start = time.perf_counter()
    with ThreadPoolExecutor(workers) as pool:
        total = sum(pool.map(work, [start + float(sys.argv[1])] * workers))
    print(total / (time.perf_counter() - start))


if __name__ == "__main__":
    main()
