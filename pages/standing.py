"""The pages whose text stands in their template: where they are, what they are called, when their text last changed."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse


@dataclass(frozen=True)
class StandingPage:
    name: str  # of the URL and of the template
    title: str
    description: str
    updated: date = date(2026, 11, 23)

    @property
    def url(self) -> str:
        return reverse(self.name)


STANDING_PAGES = {
    page.name: page
    for page in (
        StandingPage(
            "about",
            "เกี่ยวกับ CoPs",
            "ชุมชนนักปฏิบัติคืออะไร ประวัติ บทบาทในกลุ่ม คุณเอื้อ คุณอำนวย คุณลิขิต คุณประสาน คุณกิจ และวิธีเข้าร่วม",
        ),
        StandingPage(
            "faq",
            "คำถามที่พบบ่อย",
            "คำตอบเรื่องการสมัคร การเข้าร่วมและออกจากกลุ่ม บัญชี การแจ้งเตือน และการใช้งานเว็บไซต์",
        ),
        StandingPage(
            "contact",
            "ติดต่อเรา",
            "ที่อยู่ แผนที่ โทรศัพท์ อีเมล และช่องทางติดต่อผู้ดูแล รวมทั้งเจ้าหน้าที่คุ้มครองข้อมูลส่วนบุคคล",
        ),
        StandingPage(
            "site_map",
            "ผังเว็บไซต์",
            "ทุกหน้าและทุกกลุ่มในเว็บไซต์",
        ),
        StandingPage(
            "privacy",
            "ประกาศความเป็นส่วนตัว",
            "ข้อมูลส่วนบุคคลที่เก็บ วัตถุประสงค์ ระยะเวลา และสิทธิของเจ้าของข้อมูลตาม PDPA",
        ),
        StandingPage(
            "cookies",
            "นโยบายคุกกี้",
            "คุกกี้ที่เว็บไซต์ใช้และวิธีจัดการ",
        ),
        StandingPage(
            "website_policy",
            "นโยบายเว็บไซต์",
            "วัตถุประสงค์ ลิขสิทธิ์ การเชื่อมโยง และข้อปฏิเสธความรับผิด",
        ),
        StandingPage(
            "security_policy",
            "นโยบายการรักษาความมั่นคงปลอดภัย",
            "มาตรการรักษาความมั่นคงปลอดภัยของเว็บไซต์และวิธีแจ้งช่องโหว่",
        ),
        StandingPage(
            "accessibility",
            "คำประกาศการเข้าถึงเว็บไซต์",
            "การรองรับคนพิการและอุปกรณ์ช่วยเหลือ ข้อจำกัดที่ทราบ และวิธีแจ้งปัญหา",
        ),
        StandingPage(
            "terms",
            "ข้อตกลงการใช้งานและมารยาท",
            "ข้อตกลงในการใช้งานและมารยาทการแลกเปลี่ยนเรียนรู้",
        ),
        StandingPage(
            "counter",
            "วิธีนับผู้เข้าชม",
            "วิธีนับจำนวนผู้เข้าชม โดยไม่ใช้คุกกี้และไม่เก็บหมายเลขไอพี",
        ),
    )
}
