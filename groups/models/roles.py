from django.db import models


class Role(models.TextChoices):
    SPONSOR = "sponsor", "ที่ปรึกษากลุ่ม (คุณเอื้อ)"
    FACILITATOR = "facilitator", "ผู้ดำเนินกลุ่ม (คุณอำนวย)"
    RECORDER = "recorder", "ผู้บันทึกความรู้ (คุณลิขิต)"
    COORDINATOR = "coordinator", "ผู้ประสานงานหน่วยงาน (คุณประสาน)"
    MEMBER = "member", "สมาชิก (คุณกิจ)"


ROLE_ORDER = {role: place for place, role in enumerate(Role)}


class State(models.TextChoices):
    REQUESTED = "requested", "รอพิจารณา"
    ACTIVE = "active", "เป็นสมาชิก"
    DECLINED = "declined", "ไม่รับคำขอ"
    WITHDRAWN = "withdrawn", "ยกเลิกคำขอ"
    LEFT = "left", "ออกจากกลุ่ม"


OPEN_STATES = (State.REQUESTED, State.ACTIVE)
