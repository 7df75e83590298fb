from .agency import Agency, Level, Region
from .notification import MailFrequency, Notification
from .receipt import PRIVACY_NOTICE_VERSION, NoticeReceipt
from .user import PositionLevel, Theme, User, display_name

__all__ = [
    "PRIVACY_NOTICE_VERSION",
    "Agency",
    "Level",
    "MailFrequency",
    "NoticeReceipt",
    "Notification",
    "PositionLevel",
    "Region",
    "Theme",
    "User",
    "display_name",
]
