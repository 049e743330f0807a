"""libwbxml's C library through ctypes: octets to its tree, its tree to octets. The yardstick of WBXML.

Its own types: WB_ULONG is an unsigned int, WB_BOOL an unsigned char; 0 is "unknown" for language and
character set, which are then read from the message. It writes as we do: no string table, all text.
"""

import ctypes
import ctypes.util
from typing import Any

_NAME = "wbxml2"
_VERSION_1_2 = 2


class _Parameters(ctypes.Structure):
    _fields_ = (
        ("version", ctypes.c_int),
        ("keep_ignorable_ws", ctypes.c_ubyte),
        ("use_strtbl", ctypes.c_ubyte),
        ("produce_anonymous", ctypes.c_ubyte),
    )


class NotInstalled(Exception):
    """The library is not there; without it nothing is compared."""


class Libwbxml:
    """Calls that raise ValueError for libwbxml's error codes. Raises NotInstalled."""

    def __init__(self) -> None:
        path = ctypes.util.find_library(_NAME)
        if path is None:
            raise NotInstalled("libwbxml2 is not installed")
        self._library = ctypes.CDLL(path)
        self._parameters = _Parameters(_VERSION_1_2, 1, 0, 0)
        for name in ("wbxml_tree_destroy", "wbxml_free"):
            function = getattr(self._library, name)
            function.argtypes, function.restype = [ctypes.c_void_p], None

    def parsed(self, octets: bytes) -> ctypes.c_void_p:
        """A tree, to be given to `destroy`."""
        tree = ctypes.c_void_p()
        self._done(
            self._library.wbxml_tree_from_wbxml(octets, len(octets), 0, 0, ctypes.byref(tree))
        )
        return tree

    def destroy(self, tree: ctypes.c_void_p) -> None:
        self._library.wbxml_tree_destroy(tree)

    def read(self, octets: bytes) -> None:
        self.destroy(self.parsed(octets))

    def write(self, tree: ctypes.c_void_p) -> bytes:
        out, length = ctypes.c_void_p(), ctypes.c_uint()
        results = ctypes.byref(out), ctypes.byref(length)
        parameters = ctypes.byref(self._parameters)
        self._done(self._library.wbxml_tree_to_wbxml(tree, *results, parameters))
        written = ctypes.string_at(out, length.value)
        self._library.wbxml_free(out)
        return written

    def _done(self, code: Any) -> None:
        if code != 0:
            raise ValueError(f"libwbxml: error {code}")
