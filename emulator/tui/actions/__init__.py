"""Everything a person can do, as one table. Bindings, footer, help and the README come from it.

The rows are in the modules beside this one, by place; README and help show them in this order.
"""

from collections.abc import Iterable, Iterator

from textual.binding import Binding, BindingType

from emulator.tui.actions.action import WORDS, Action, Where, call_of, key_word, keys_of
from emulator.tui.actions.boxes import BOXES
from emulator.tui.actions.doing import DOING
from emulator.tui.actions.moving import MOVING
from emulator.tui.actions.showing import SHOWING
from emulator.tui.actions.starting import STARTING

__all__ = [
    "ACTIONS",
    "WORDS",
    "Action",
    "Where",
    "bindings",
    "call_of",
    "key_word",
    "keys_of",
    "markdown",
    "needs",
    "of",
    "places",
]

ACTIONS: tuple[Action, ...] = (*DOING, *SHOWING, *MOVING, *BOXES, *STARTING)

_NEEDS = {a.call.partition("(")[0].rpartition(".")[2]: a.needs for a in ACTIONS}


def of(where: Where) -> Iterator[Action]:
    return (action for action in ACTIONS if action.where == where)


def needs(call: str) -> tuple[str, ...]:
    """What the deck must have for the action that calls this."""
    return _NEEDS.get(call, ())


def _comes_first(action: Action, key: str) -> bool:
    """Whether a key works before the focused part gets it: leaving with a control key, and what
    begins to take text or goes to another field, or what is typed next would go elsewhere."""
    if action.id == "quit":
        return key.startswith("ctrl+")
    return action.id in ("filter", "go-on") or (
        key in ("tab", "shift+tab") and action.where == "dialog"
    )


def bindings(*where: Where) -> list[BindingType]:
    """Textual's bindings for the actions of these places."""
    return [
        Binding(
            key,
            call_of(action, key),
            action.title,
            show=False,
            priority=_comes_first(action, key),
            id=f"{action.id}.{key}",
        )
        for action in ACTIONS
        if action.where in where
        for key in action.keys
    ]


def places(names: Iterable[str]) -> tuple[Where, ...]:
    """The places that binding ids belong to, in the order in which they come."""
    wheres = {action.id: action.where for action in ACTIONS}
    found = (wheres.get(name.partition(".")[0]) for name in names)
    return tuple(dict.fromkeys(where for where in found if where))


def markdown() -> str:
    """The table for the README."""
    rows = ["| key | what it does | where |", "|---|---|---|"]
    for action in ACTIONS:
        keys = " ".join(f"`{key_word(key)}`" for key in action.keys)
        rows.append(f"| {keys} | {action.help} | {WORDS[action.where]} |")
    return "\n".join(rows) + "\n"
