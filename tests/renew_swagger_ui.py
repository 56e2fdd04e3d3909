"""`make swagger-ui`: take the files of the newest `swagger-ui-dist` from npm.

The tarball must have the digest that the registry has on record; `manifest.json` then says which
version the files are of, and their SHA-256, which `tests/http/test_static_files.py` compares.
"""

import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

PACKAGE = "swagger-ui-dist"
FILES = (
    "swagger-ui-bundle.js",
    "swagger-ui.css",
    "LICENSE",
    "NOTICE",
    "swagger-ui-bundle.js.LICENSE.txt",
)
FOLDER = Path(__file__).parents[1] / "adapters/http/pages/swagger-ui"


def main() -> None:
    """Replace files and manifest; nothing is touched unless the tarball is what npm says."""
    with tempfile.TemporaryDirectory() as folder:
        (packed,) = npm("pack", PACKAGE, "--json", "--pack-destination", folder)
        version = packed["version"]
        tarball = Path(folder) / packed["filename"]
        recorded = npm("view", f"{PACKAGE}@{version}", "dist.integrity", "--json")
        integrity = f"sha512-{base64.b64encode(sha512(tarball)).decode()}"
        if integrity != recorded:
            sys.exit(f"{PACKAGE} {version} is {integrity}, and npm has {recorded} on record.")
        with tarfile.open(tarball) as archive:
            contents = {name: read(archive, f"package/{name}") for name in FILES}
    for name, content in contents.items():
        (FOLDER / name).write_bytes(content)
    manifest = {
        "package": PACKAGE,
        "version": version,
        "integrity": integrity,
        "sha256": {name: hashlib.sha256(each).hexdigest() for name, each in contents.items()},
    }
    (FOLDER / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    print(f"{PACKAGE} {version}")


def npm(*arguments: str) -> Any:
    """What npm answers, from the registry it is configured for."""
    done = subprocess.run(["npm", *arguments], check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def sha512(path: Path) -> bytes:
    """The digest of a file."""
    return hashlib.sha512(path.read_bytes()).digest()


def read(archive: tarfile.TarFile, name: str) -> bytes:
    """A file of the archive, which must be a plain one."""
    member = archive.extractfile(name)
    if member is None:
        sys.exit(f"{name} is not a file.")
    return member.read()


if __name__ == "__main__":
    main()
