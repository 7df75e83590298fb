"""Who took part: each person once, whichever ways lead to the row."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.utils import timezone

from accounts.models import Level
from events.matching import Named
from events.models import Attendance, Event, Mode, RosterEntry, Seat, Source, State, Status
from events.names import name_key
from events.services import attendance
from groups.services import Refused
from tests.at_once import at_once
from tests.factories import make_agency, make_attendance, make_event, make_registration, make_user
from tests.queries import counted_queries  # noqa: F401
