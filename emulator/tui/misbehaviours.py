"""The box in which the built-in server is told what to do wrong."""

from collections.abc import Iterable, Iterator

from emulator.server.misbehaviour import TABLE
from emulator.tui.picker import Choice, PickerDialog

HEADING = "What shall the server do wrong from its next message on? Space marks, enter takes it."
_NAME = max(map(len, TABLE))


def choices() -> Iterator[Choice]:
    """A row for each misbehaviour, and for each value of one that takes a value."""
    for name, row in TABLE.items():
        for value in row.values or ("",):
            whole = f"{name}:{value}" if value else name
            yield Choice(
                whole, f"{whole:<{_NAME}}  {row.description}", f"{whole}: {row.description}."
            )


def told(names: Iterable[str]) -> str:
    """What is on from now on."""
    return f"server: {', '.join(names) or 'behaves well'}, from its next message on"


class Misbehaviours(PickerDialog):
    """Gives the names of those that are marked."""

    def __init__(self, on: Iterable[str]) -> None:
        super().__init__(HEADING, tuple(choices()), on)

    def result(self) -> tuple[str, ...]:
        names = super().result()
        kinds = [name.partition(":")[0] for name in names]
        for kind in kinds:
            if kinds.count(kind) > 1:
                raise ValueError(f"{kind}: only one value can be on at a time")
        return names
