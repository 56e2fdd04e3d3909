"""Header fields as text."""


def text_of(value: bytes) -> str:
    """UTF-8 if it is that, and else Latin-1, as masking reads other fields (RFC 9110 §5.5)."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
