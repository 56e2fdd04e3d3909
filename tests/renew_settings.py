"""`make settings-docs`: what is written about settings, made anew of their declarations.

`tests/startup/test_settings.py` compares.
"""

from pathlib import Path

from entrypoints.settings.documents import example, page

ROOT = Path(__file__).parents[1]
DOCUMENTS = {ROOT / ".env.example": example, ROOT / "docs/settings.md": page}


def main() -> None:
    """Write the files anew."""
    for path, text in DOCUMENTS.items():
        path.write_text(text())
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
