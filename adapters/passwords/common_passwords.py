"""The passwords everybody tries first."""


def common_passwords() -> frozenset[str]:
    """30,000 of them in lower case, from the package zxcvbn (MIT), where frequency ranks them."""
    # Imported here: only the profile hardened needs it, and it is large.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])
