"""`make console-types`: what the API takes and answers, as types for the console's modules.

openapi-typescript draws them from the schemas of the OpenAPI document;
`tests/console/test_tools.py` compares.
"""

import json
import subprocess
from pathlib import Path

from adapters.http.openapi_document import document_of
from adapters.http.pages.api_page import as_json
from entrypoints.settings import Settings
from entrypoints.web_app import create_app

ROOT = Path(__file__).parents[1]
TYPES = ROOT / "tests/console/openapi.d.ts"
PROGRAM = ROOT / "node_modules/.bin/openapi-typescript"
OPTIONS = (
    "--root-types",
    "--root-types-no-schema-prefix",
    "--root-types-keep-casing",
    "--default-non-nullable=false",  # what has a default may be left out
)


def main() -> None:
    """Write the file anew."""
    TYPES.write_text(types())
    print(TYPES.relative_to(ROOT))


def types() -> str:
    """What the file should have in it: the schemas, without the 5,000 lines of the paths."""
    document = json.loads(as_json(document_of(create_app(Settings()))))
    done = subprocess.run(
        [PROGRAM, *OPTIONS],
        input=json.dumps({**document, "paths": {}}),
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


if __name__ == "__main__":
    main()
