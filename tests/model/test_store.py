"""The store of the model against the real one: the same transactions, the same contents."""

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emulator.protocol import effects as e
from emulator.store import Store
from tests.model.configs import QUICK
from tests.model.world import AT, NAME, STORE, Memory, account

NONCES = st.sampled_from([None, b"", b"one", b"two"])
SLOTS = st.sampled_from(["client", "server", "candidate"])
IDS = st.sampled_from([0x4A11, 0x4A12])
LUIDS = st.sampled_from(["1", "2", "7"])
TEXTS = st.sampled_from(["", "10", "11"])
CHANGES = st.one_of(
    st.builds(e.SetNonce, st.just(NAME), SLOTS, NONCES, st.just("a test")),
    st.builds(e.OpenedWith, st.just(NAME), IDS, st.just(AT)),
    st.builds(e.UsedUp, st.just(NAME), IDS),
    st.builds(e.PinEncoding, st.just(NAME), st.sampled_from(["raw16_be", "hex_text_upper"])),
    st.builds(e.SetAnchors, st.just(NAME), st.just(STORE), TEXTS, TEXTS),
    st.builds(
        e.PutItem,
        st.just(NAME),
        st.just(STORE),
        LUIDS,
        st.just("text/x-vcard"),
        st.sampled_from([b"a", b"b"]),
        st.sampled_from(["", "srv-1"]),
    ),
    st.builds(e.DropItem, st.just(NAME), st.just(STORE), LUIDS),
    st.builds(e.ItemSynced, st.just(NAME), st.just(STORE), LUIDS),
    st.builds(e.ItemNotTaken, st.just(NAME), st.just(STORE), LUIDS),
    st.builds(e.MapsSent, st.just(NAME), st.just(STORE), st.tuples(LUIDS)),
)


@given(st.lists(st.lists(CHANGES, max_size=4).map(tuple), max_size=6))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_same_transactions_leave_the_same(tmp_path_factory, transactions):
    memory, blank = Memory(), account(QUICK[0])
    with Store(tmp_path_factory.mktemp("store")) as store:
        for changes in transactions:
            store.keep(changes, AT)
            memory = memory.keep(changes)
        # The ledger serves explanations; the model has none.
        real = msgspec.structs.replace(store.fill(blank), previous_nonces=())
        assert memory.fill(blank) == real
        assert memory.load() == store.load(NAME, (STORE,))
