from .attendance import Attendance, Mode, Reach, RosterEntry, Source, Status, ViewingSite
from .certificate import Certificate, CertificateSeries, Standing
from .event import CALLED_OFF, OVER, TONES, CoHost, Event, Face, LogLine, State
from .mailing import Audience, Delivery, Mailing
from .programme import Channel, ChannelKind, Chapter, Document, ReplayDay, Speaker
from .registration import HELD, CalendarFeed, Interest, Registration, Reminder, Seat

__all__ = [
    "CALLED_OFF",
    "HELD",
    "OVER",
    "TONES",
    "Attendance",
    "Audience",
    "CalendarFeed",
    "Certificate",
    "CertificateSeries",
    "Channel",
    "ChannelKind",
    "Chapter",
    "CoHost",
    "Delivery",
    "Document",
    "Event",
    "Face",
    "Interest",
    "LogLine",
    "Mailing",
    "Mode",
    "Reach",
    "Registration",
    "Reminder",
    "ReplayDay",
    "RosterEntry",
    "Seat",
    "Source",
    "Speaker",
    "Standing",
    "State",
    "Status",
    "ViewingSite",
]
