"""OMA CP documents that tests share: vectors, and arbitrary ones."""

from hypothesis import strategies as st

from emulator.wire.cptokens import ATTRIBUTES
from emulator.wire.element import PROV, Document, Element
from tests.wire.material import PLAIN, VECTORS

CP_PAIRS: dict[str, tuple[str, bytes]] = {
    name: (
        VECTORS[name]["inputs"]["xml"],
        bytes.fromhex(VECTORS[name]["intermediates"]["wbxml_hex"]),
    )
    for name in ("cp.w5", "cp.w7")
}

_NAMES, _TYPES = (
    sorted({value for p in ATTRIBUTES for n, value in p.starts.values() if n == name and value})
    for name in ("name", "type")
)
_VALUES = sorted({value for page in ATTRIBUTES for value in page.values.values()})
_VALUE = st.one_of(
    st.just(""),
    PLAIN,
    st.sampled_from(_VALUES),
    st.lists(st.sampled_from((",", "HTTP-", "BASIC", "DIGEST", "IPV4", "x")), max_size=4).map(
        "".join
    ),
)


def element(tag: str, *content: Element, **attributes: str) -> Element:
    return Element(PROV, tag, content, tuple(attributes.items()))


_PARM = st.builds(
    lambda name, value: element("parm", name=name, value=value),
    st.sampled_from(_NAMES) | PLAIN,
    _VALUE,
)


def documents() -> st.SearchStrategy[Document]:
    """Any OMA CP document: known and unknown names, types and values, on either page."""
    inner = st.recursive(
        _PARM,
        lambda below: st.builds(
            lambda kind, content: element("characteristic", *content, type=kind),
            st.sampled_from(_TYPES) | PLAIN,
            st.lists(below, max_size=4),
        ),
        max_leaves=12,
    )
    return st.builds(
        lambda version, content: Document(
            element("wap-provisioningdoc", *content, version=version), "OMA CP 1.0"
        ),
        st.sampled_from(("1.0", "1.1", "")),
        st.lists(inner, max_size=4),
    )
