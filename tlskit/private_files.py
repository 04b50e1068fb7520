"""Files that only their owner can read: key logs and captures hold all that was said."""

import os
from typing import BinaryIO

OWNER_ONLY = 0o600


def create_private(path: str | os.PathLike[str]) -> BinaryIO:
    """Open a file for writing, empty, readable by its owner only. Raises: OSError.

    An existing file is emptied, and made private before anything is written into it.
    """
    return _opened(path, os.O_TRUNC)


def append_private(path: str | os.PathLike[str]) -> BinaryIO:
    """Open a file for more, readable by its owner only; made if it is not there. Raises: OSError.

    An existing file keeps its content, and whoever could read it can read it still.
    """
    return _opened(path, os.O_APPEND)


def _opened(path: str | os.PathLike[str], flag: int) -> BinaryIO:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | flag, OWNER_ONLY)
    if flag == os.O_TRUNC and hasattr(os, "fchmod"):
        os.fchmod(handle, OWNER_ONLY)
    return os.fdopen(handle, "wb")
