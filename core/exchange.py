"""Spreadsheets in and out of the admin: XLSX and CSV, a dry run first, all or nothing, in Thai.

django-import-export does the work; `core.spreadsheets` reads and writes the files, with its limits and its care
for cells that a spreadsheet program would run. A file waits in the shared cache between dry run and confirmation,
so that any process finds it.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse
from import_export.admin import ImportExportMixin
from import_export.fields import Field
from import_export.formats.base_formats import Format
from import_export.forms import ConfirmImportForm, ExportForm, ImportForm
from import_export.resources import ModelResource
from import_export.results import Result, RowResult
from import_export.tmp_storages import CacheStorage
from import_export.widgets import ForeignKeyWidget, Widget
from tablib import Dataset

from . import pagecache, thai
from .admin import BAD_LOOKUPS
from .spreadsheets import FILE_BYTES, MEGABYTE, SpreadsheetError, read_rows, write_csv, write_xlsx

ROW_NUMBER = "#"


# --- Files ------------------------------------------------------------------------------------------------
class XlsxFile(Format):
    def get_title(self) -> str:
        return "Excel (XLSX)"

    def get_extension(self) -> str:
        return "xlsx"

    def get_content_type(self) -> str:
        return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def can_export(self) -> bool:
        return True

    def export_data(self, dataset: Dataset, **kwargs: Any) -> bytes:
        return write_xlsx(dataset.headers, dataset)


class CsvFile(XlsxFile):
    def get_title(self) -> str:
        return "CSV"

    def get_extension(self) -> str:
        return "csv"

    def get_content_type(self) -> str:
        return "text/csv; charset=utf-8"

    def export_data(self, dataset: Dataset, **kwargs: Any) -> bytes:
        return write_csv(dataset.headers, dataset)


class UploadedTable(Format):
    """XLSX or CSV: what the file holds decides, not its name."""

    def __init__(self, *, required: list[str], optional: list[str], encoding: str | None = None) -> None:
        self.required, self.optional = required, optional

    def get_title(self) -> str:
        return "XLSX หรือ CSV"

    def can_import(self) -> bool:
        return True

    def create_dataset(self, in_stream: bytes) -> Dataset:
        rows = read_rows(ContentFile(in_stream), required_headers=self.required, optional_headers=self.optional)
        dataset = Dataset(headers=[ROW_NUMBER, *rows[0].values])
        for row in rows:
            dataset.append([row.number, *row.values.values()])
        return dataset


# --- Columns ----------------------------------------------------------------------------------------------
class Choice(Widget):
    """A choice under its Thai name; its stored value is understood too. With `keeps`, an empty cell changes nothing."""

    def __init__(self, choices: Any, *, keeps: bool = False) -> None:
        super().__init__()
        self.blank = None if keeps else ""
        self.labels = dict(choices)
        self.values = {str(label): value for value, label in choices} | {str(value): value for value, _ in choices}

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        if not value:
            return self.blank
        if value not in self.values:
            raise ValueError(f"ไม่รู้จัก “{value}” ใช้ได้: {', '.join(map(str, self.labels.values()))}")
        return self.values[value]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return str(self.labels.get(value, ""))


class YesNo(Widget):
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool:
        if str(value).strip().lower() in ("ใช่", "1", "true", "yes"):
            return True
        if str(value).strip().lower() in ("", "ไม่", "ไม่ใช่", "0", "false", "no"):
            return False
        raise ValueError(f"ไม่รู้จัก “{value}” ใช้ได้: ใช่ หรือ ไม่ใช่")

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "ใช่" if value else "ไม่ใช่"


class Whole(Widget):
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> int:
        digits = thai.to_arabic_digits(value or "")
        if not (digits.isdecimal() and len(digits) < 10):
            raise ValueError(f"“{value}” ไม่ใช่จำนวนเต็ม")
        return int(digits)

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return value


class Reference(ForeignKeyWidget):
    """Another row, by a field that names it."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        try:
            return super().clean(value, row, **kwargs)
        except (self.model.DoesNotExist, ValueError):
            raise ValueError(f"ไม่พบ{self.model._meta.verbose_name} “{value}”") from None


def column(attribute: str, name: str, widget: Widget | None = None, *, readonly: bool = False) -> Field:
    widget = widget or Widget()
    return Field(
        attribute=attribute,
        column_name=name,
        widget=widget,
        readonly=readonly,
        saves_null_values=not isinstance(widget, Choice),
    )


class TableResource(ModelResource):
    """Rows are found by `import_id_fields`; problems are told under the Thai names of the columns."""

    class Meta:
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        use_transactions = True

    def columns(self) -> tuple[list[str], list[str]]:
        """Those that a file must have, and those it may have."""
        wanted = [self.fields[name].column_name for name in self.get_import_id_fields()]
        return wanted, [field.column_name for field in self.get_import_fields() if field.column_name not in wanted]

    def import_data(self, dataset: Dataset, *args: Any, **kwargs: Any) -> Result:
        numbers = dataset[ROW_NUMBER]
        result = super().import_data(dataset, *args, **kwargs)
        for row in result.invalid_rows:
            row.number = numbers[row.number - 1]
        for row in result.error_rows:
            row.number = numbers[row.number - 1]
        return result

    def validate_instance(self, instance: Any, *args: Any, **kwargs: Any) -> None:
        try:
            super().validate_instance(instance, *args, **kwargs)
        except ValidationError as problems:
            names = {field.attribute: field.column_name for field in reversed(self.fields.values())}
            raise ValidationError(
                {names.get(name, name): errors for name, errors in problems.message_dict.items()}
            ) from None

    def after_import(self, dataset: Dataset, result: Result, **kwargs: Any) -> None:
        pagecache.changed()


# --- Pages ------------------------------------------------------------------------------------------------
class TableImportForm(ImportForm):
    def __init__(self, formats: Any, resources: Any, **kwargs: Any) -> None:
        super().__init__(formats, resources, **kwargs)
        self.fields["format"].widget = forms.HiddenInput()
        self.fields["format"].required = False
        self.fields["import_file"].label = "ไฟล์ XLSX หรือ CSV"
        self.fields["import_file"].widget.attrs["accept"] = ".xlsx,.csv"

    @property
    def media(self) -> forms.Media:
        return forms.Media()

    def clean_format(self) -> str:
        return "0"

    def clean_import_file(self) -> Any:
        file = self.cleaned_data["import_file"]
        if file.size > FILE_BYTES:
            raise ValidationError(f"ไฟล์มีขนาดเกิน {FILE_BYTES // MEGABYTE} เมกะไบต์ กรุณาแบ่งเป็นหลายไฟล์")
        return file


class TableExportForm(ExportForm):
    def __init__(self, formats: Any, resources: Any, **kwargs: Any) -> None:
        super().__init__(formats, resources, **kwargs)
        self.fields["format"].label = "ชนิดไฟล์"
        self.fields["format"].choices = self.fields["format"].choices[1:]


class TableConfirmForm(ConfirmImportForm):
    """There is one kind of file and one of table: anything else was not sent by our page."""

    format = forms.ChoiceField(choices=[("0", "")], widget=forms.HiddenInput())
    resource = forms.ChoiceField(choices=[("0", "")], widget=forms.HiddenInput(), required=False)


class ExchangeMixin(ImportExportMixin):
    """For a ModelAdmin: who may add and change rows may import, who may see them may export."""

    import_form_class = TableImportForm
    confirm_form_class = TableConfirmForm
    export_form_class = TableExportForm
    tmp_storage_class = CacheStorage

    def get_urls(self) -> list[URLPattern]:
        urls = super().get_urls()
        for url in urls:
            if url.callback and not hasattr(url.callback, "model_admin"):
                url.callback.model_admin = self  # as Django marks its own: behind the admin's door
        return urls

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) and self.has_change_permission(request)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_export_formats(self) -> list[type[Format]]:
        return [XlsxFile, CsvFile]

    def get_import_formats(self) -> list[Callable[..., Format]]:
        required, optional = self.resource_classes[0]().columns()
        return [partial(UploadedTable, required=required, optional=optional)]

    def get_import_context_data(self, **kwargs: Any) -> dict[str, Any]:
        fields = self.resource_classes[0]().get_import_fields()
        return {"columns": [field.column_name for field in fields if not field.readonly]}

    def get_import_data_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_import_data_kwargs(**kwargs) | {"rollback_on_validation_errors": True}

    def add_data_read_fail_error_to_form(self, form: forms.Form, e: Exception) -> None:
        if not isinstance(e, SpreadsheetError):
            raise e
        for problem in e.problems:
            form.add_error("import_file", problem)

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """A second click finds the file gone, and does nothing."""
        if request.method == "POST" and not self.has_import_permission(request):
            raise PermissionDenied
        form = TableConfirmForm(request.POST)
        if request.method == "POST" and not form.is_valid():
            messages.warning(request, "คำขอยืนยันไม่ครบถ้วน กรุณาเลือกไฟล์อีกครั้ง")
            return self._to("import")
        if form.is_valid() and CacheStorage(name=form.cleaned_data["import_file_name"]).read() is None:
            messages.warning(request, "ไฟล์นี้นำเข้าไปแล้วหรือหมดอายุ กรุณาตรวจสอบรายการ หรือเลือกไฟล์อีกครั้ง")
            return self._to("changelist")
        return super().process_import(request, **kwargs)

    def export_action(self, request: HttpRequest) -> HttpResponse:
        try:
            return super().export_action(request)
        except BAD_LOOKUPS:
            if not request.GET:
                raise
            return self._to("changelist")

    def process_result(self, result: Result, request: HttpRequest) -> HttpResponse:
        if result.has_errors() or result.has_validation_errors():
            messages.error(request, "ข้อมูลเปลี่ยนไปหลังการตรวจ ยังไม่ได้นำเข้าแถวใด กรุณาเลือกไฟล์เพื่อตรวจอีกครั้ง")
            return self._to("import")
        return super().process_result(result, request)

    def add_success_message(self, result: Result, request: HttpRequest) -> None:
        totals = result.totals
        new, updated = totals[RowResult.IMPORT_TYPE_NEW], totals[RowResult.IMPORT_TYPE_UPDATE]
        skipped = totals[RowResult.IMPORT_TYPE_SKIP]
        messages.success(request, f"นำเข้าแล้ว: เพิ่ม {new} แก้ไข {updated} ไม่เปลี่ยนแปลง {skipped} รายการ")

    def _to(self, page: str) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:{}_{}_{}".format(*self.get_model_info(), page)))
