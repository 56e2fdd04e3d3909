"""What the console computes without a page, run by Node."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_the_pure_parts_of_the_console() -> None:
    node = shutil.which("node")
    if node is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs Node: apt-get install nodejs")
        pytest.skip("Node is not installed; the console's pure parts need: apt-get install nodejs")
    done = subprocess.run(
        [node, "--test", "tests/console"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "pass 0" not in done.stdout
