"""Documents of an event: facilitators see to the list, whoever sees the event has the files."""

from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import SignedInRequest
from core.access import posted, public, signed_in
from core.documents import CONTENT_TYPES
from core.downloads import download, starts_download
from core.forms import whole_number
from core.visitors import is_human, is_loaded_ahead, visit_of
from groups.services import Refused

from ..access import editable_event
from ..forms.documents import DocumentForm
from ..manage import manage_frame
from ..models import Document, Event
from ..services import documents as services


@public
@require_safe
def document(request: HttpRequest, event_id: int, document_id: int) -> HttpResponseBase:
    row = get_object_or_404(Document.objects.visible_to(request.user), event__pk=event_id, pk=document_id)
    kind = CONTENT_TYPES.get(row.kind, "application/octet-stream")
    response = download(request, row.file, name=row.original_name, content_type=kind)
    if response.status_code in (200, 206) and is_by_somebody(request) and starts_download(request):
        Document.objects.filter(pk=row.pk).update(downloads=F("downloads") + 1)
    return response


def is_by_somebody(request: HttpRequest) -> bool:
    return is_human(visit_of(request).agent) and not is_loaded_ahead(request)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def document_list(request: SignedInRequest, event_id: int) -> HttpResponse:
    event = editable_event(request, event_id)
    if request.method == "POST" and request.POST.get("action") in ACTS:
        return change(request, event)
    form = DocumentForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid() and add(request, event, form):
        return redirect("events:document_list", event.pk)
    rows = Document.objects.filter(event=event).select_related("added_by")
    return render(request, "events/document_list.html", manage_frame(request, event) | {"rows": rows, "form": form})


def add(request: SignedInRequest, event: Event, form: DocumentForm) -> bool:
    content, title = form.cleaned_data["file"], form.cleaned_data["title"]
    try:
        row = services.add(event=event, content=content, title=title, by=request.user)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, f"แนบ “{row.title}” แล้ว")
    return True


ACTS = ("remove", "up", "down")


def change(request: SignedInRequest, event: Event) -> HttpResponse:
    pk = whole_number(request.POST.get("document"))
    row = get_object_or_404(Document.objects.select_related("event"), event=event, pk=pk)
    if request.POST["action"] == "remove":
        services.remove(document=row, by=request.user)
        messages.success(request, f"ลบ “{row.title}” แล้ว")
    else:
        services.move(document=row, up=request.POST["action"] == "up")
    return redirect("events:document_list", event.pk)
