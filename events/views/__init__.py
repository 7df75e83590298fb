from .attendance import attendance_closing, attendance_export, attendance_list, attendance_mark, attendance_page
from .calendar import event_list, group_event_list
from .certificates import (
    certificate,
    certificate_edit,
    certificate_find,
    certificate_list,
    certificate_pdf,
    certificate_revocation,
)
from .detail import event_detail
from .documents import document, document_list
from .feeds import event_ics, group_calendar, my_calendar, personal_feed, public_calendar
from .learning import my_learning, my_learning_export
from .manage import manage
from .messages import message, message_list, message_new, message_withdrawal
from .planning import event_copy, event_edit, event_new, event_state
from .registration import interest, registration
from .registration_list import registration_export, registration_list, registration_removal
from .replay import replay, replay_edit
from .sign_in import sign_in, sign_in_screen
from .site_rosters import site_roster, site_roster_removal, site_roster_template, site_sheet
from .sites import head_count, site, site_edit, site_list, site_new, site_opening
from .team import team_registration, team_template

__all__ = [
    "attendance_closing",
    "attendance_export",
    "attendance_list",
    "attendance_mark",
    "attendance_page",
    "certificate",
    "certificate_edit",
    "certificate_find",
    "certificate_list",
    "certificate_pdf",
    "certificate_revocation",
    "document",
    "document_list",
    "event_copy",
    "event_detail",
    "event_edit",
    "event_ics",
    "event_list",
    "event_new",
    "event_state",
    "group_calendar",
    "group_event_list",
    "head_count",
    "interest",
    "manage",
    "message",
    "message_list",
    "message_new",
    "message_withdrawal",
    "my_calendar",
    "my_learning",
    "my_learning_export",
    "personal_feed",
    "public_calendar",
    "registration",
    "registration_export",
    "registration_list",
    "registration_removal",
    "replay",
    "replay_edit",
    "sign_in",
    "sign_in_screen",
    "site",
    "site_edit",
    "site_list",
    "site_new",
    "site_opening",
    "site_roster",
    "site_roster_removal",
    "site_roster_template",
    "site_sheet",
    "team_registration",
    "team_template",
]
