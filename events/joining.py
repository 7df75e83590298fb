"""The join link has one rule, for page, mail and calendar file alike: it is shown to those who have a seat."""

from collections.abc import Iterable

from .models import CALLED_OFF, Channel, ChannelKind, Event, Mode, Registration, Seat, State

# Which ways of taking part an event's channels offer.
MODES = {
    ChannelKind.ROOM: [Mode.ROOM],
    ChannelKind.VCS: [Mode.VC, Mode.SITE],
    ChannelKind.DOPA: [Mode.SITE],
    ChannelKind.YOUTUBE: [Mode.YOUTUBE],
}


def modes_of(channels: Iterable[Channel]) -> list[Mode]:
    """In the order of `Mode`. An event that names no channel yet can be joined by VCS."""
    offered = {mode for channel in channels for mode in MODES[ChannelKind(channel.kind)]}
    return [mode for mode in Mode if mode in (offered or {Mode.VC})]


def may_join(event: Event, registration: Registration | None, *, may_edit: bool = False) -> bool:
    """Has a seat, or runs the event; nobody joins what was called off."""
    if event.state in CALLED_OFF or event.state == State.COMPLETE:
        return may_edit
    return may_edit or (registration is not None and registration.seat == Seat.SEATED)


def links(channels: Iterable[Channel]) -> list[tuple[str, str]]:
    """Name and address of each channel that has one; ask `may_join` first."""
    return [(channel.get_kind_display(), channel.link) for channel in channels if channel.link]
