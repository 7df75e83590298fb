"""The rich text editor's toolbar and what of its bundle is left out. A setting; kept beside the field it configures."""

CKEDITOR_5_CONFIGS = {
    "default": {
        "language": "th",
        "toolbar": [
            "heading", "|", "bold", "italic", "link", "bulletedList", "numberedList", "blockQuote", "insertTable",
            "|", "undo", "redo",
        ],
        "heading": {
            "options": [
                {"model": "paragraph", "title": "ย่อหน้า", "class": "ck-heading_paragraph"},
                {"model": "heading2", "view": "h2", "title": "หัวข้อ", "class": "ck-heading_heading2"},
                {"model": "heading3", "view": "h3", "title": "หัวข้อย่อย", "class": "ck-heading_heading3"},
            ]
        },
        # The bundle loads these though no button uses them; each one less is one way in less.
        "removePlugins": [
            "Markdown", "GeneralHtmlSupport", "FullPage", "HtmlEmbed", "SourceEditing", "Style", "MediaEmbed", "Font",
            "FontFamily", "FontSize", "FontColor", "FontBackgroundColor", "Highlight", "Alignment", "TableProperties",
            "TableCellProperties", "ImageUpload", "SimpleUploadAdapter", "CKFinderUploadAdapter", "ImageInsert",
            "ImageResize", "ImageStyle", "ImageToolbar", "LinkImage", "PageBreak", "Mention", "TodoList",
            "ListProperties", "ShowBlocks", "Autosave",
        ],
        "table": {"contentToolbar": ["tableColumn", "tableRow", "mergeTableCells"]},
    }
}  # fmt: skip
