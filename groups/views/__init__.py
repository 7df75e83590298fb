from .catalogue import group_list
from .editing import group_edit, group_stage
from .members import member_list, membership_removal, membership_role
from .membership import membership
from .photo import photo
from .requests import request_decision, request_list
from .roster import member_import, roster_template
from .sharing import qr_code, share

__all__ = [
    "group_edit",
    "group_list",
    "group_stage",
    "member_import",
    "member_list",
    "membership",
    "membership_removal",
    "membership_role",
    "photo",
    "qr_code",
    "request_decision",
    "request_list",
    "roster_template",
    "share",
]
