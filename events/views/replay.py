"""The replay: facilitators post it, whoever sees the event watches it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.access import SignedInRequest
from core import youtube
from core.access import posted, public, signed_in
from core.forms import whole_number
from core.visitors import is_loaded_ahead, visit_of

from ..access import editable_event, visible_event
from ..forms.replay import ReplayForm
from ..manage import manage_frame
from ..replays import LONGEST_VIDEO
from ..services import replays as services


@public
@csrf_exempt  # visitors' pages carry no token; the worst that a forged post can do is to count a view
@require_http_methods(["GET", "HEAD", "POST"])
def replay(request: HttpRequest, event_id: int) -> HttpResponse:
    """To the video, from a second on. The script, which plays it in the page, posts here to have it counted."""
    event = visible_event(request, event_id)
    if not event.has_video:
        raise Http404
    if request.method != "HEAD" and not is_loaded_ahead(request):
        services.count_view(event, visit_of(request), viewer=request.user)
    if request.method == "POST":
        return HttpResponse(status=204)
    return redirect(youtube.watch_url(event.video_id, second_of(request.GET.get("t", ""))))


def second_of(text: str) -> int:
    """From the beginning, where it is no second of any video."""
    second = whole_number(text)
    return second if second <= LONGEST_VIDEO else 0


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def replay_edit(request: SignedInRequest, event_id: int) -> HttpResponse:
    event = editable_event(request, event_id)
    form = ReplayForm(posted(request), event=event)
    if request.method == "POST" and form.is_valid():
        told = services.save(event=event, replay=form.replay(), by=request.user)
        messages.success(request, SAVED_AND_TOLD if told else "บันทึกข้อมูลเรียบร้อยแล้ว")
        return redirect("events:replay_edit", event.pk)
    watch_url = youtube.watch_url(event.video_id) if event.video_id else ""
    context = manage_frame(request, event) | {"form": form, "watch_url": watch_url}
    return render(request, "events/replay_edit.html", context)


SAVED_AND_TOLD = "เผยแพร่คลิปย้อนหลังแล้ว ระบบทยอยแจ้งผู้ลงทะเบียน ผู้สนใจ และผู้เข้าร่วม"
