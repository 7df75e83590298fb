from .detail import event_detail
from .registration import interest, registration

__all__ = ["event_detail", "interest", "registration"]
