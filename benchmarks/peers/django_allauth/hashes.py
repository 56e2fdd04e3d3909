"""Prints how many of the app's password hashes all cores make in a second."""

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.contrib.auth.hashers import make_password


def count(until: float) -> int:
    """Hash one password after another until the clock says so."""
    done = 0
    while time.perf_counter() < until:
        make_password("correct horse battery staple")
        done += 1
    return done


def main(seconds: float) -> None:
    """Hash on one thread a core: OpenSSL's PBKDF2 runs without the GIL."""
    settings.configure()
    make_password("warm up")
    cores = os.cpu_count() or 1
    start = time.perf_counter()
    with ThreadPoolExecutor(cores) as pool:
        done = sum(pool.map(count, [start + seconds] * cores))
    print(done / (time.perf_counter() - start))


if __name__ == "__main__":
    main(float(sys.argv[1]))
