"""Addresses of questions and surveys, the live page of an event, and the tabs of a group."""

from django.urls import path

from .views import answering, builder, live, live_console, moderation, register, remarks, results, wording

app_name = "surveys"

urlpatterns = [
    path("questions/", register.question_list, name="question_list"),
    path("questions/new/", register.question_new, name="question_new"),
    path("questions/mine/", register.my_questions, name="my_questions"),
    path("questions/queue/", moderation.question_queue, name="question_queue"),
    path("questions/<int:question_id>/", register.question, name="question"),
    path("questions/<int:question_id>/vote/", register.question_vote, name="question_vote"),
    path("questions/<int:question_id>/withdrawal/", register.question_withdrawal, name="question_withdrawal"),
    path("questions/<int:question_id>/manage/", moderation.question_manage, name="question_manage"),
    path("questions/<int:question_id>/publication/", moderation.question_publication, name="question_publication"),
    path("questions/<int:question_id>/wording/", moderation.question_wording, name="question_wording"),
    path("questions/<int:question_id>/merge/", moderation.question_merge, name="question_merge"),
    path("questions/<int:question_id>/routing/", moderation.question_routing, name="question_routing"),
    path(
        "questions/<int:question_id>/consideration/",
        moderation.question_consideration,
        name="question_consideration",
    ),
    path("questions/<int:question_id>/answer/", moderation.question_answer, name="question_answer"),
    path("questions/<int:question_id>/refusal/", moderation.question_refusal, name="question_refusal"),
    path("questions/<int:question_id>/reopening/", moderation.question_reopening, name="question_reopening"),
    path("events/<int:event_id>/live/", live.live, name="live"),
    path("shared/events/<int:event_id>/questions/", live.live_board, name="live_board"),
    path("events/<int:event_id>/live/board/", live.live_board_inside, name="live_board_inside"),
    path("events/<int:event_id>/live/own/", live.live_own, name="live_own"),
    path("events/<int:event_id>/live/screen/", live.live_screen, name="live_screen"),
    path("events/<int:event_id>/live/console/", live_console.live_console, name="live_console"),
    path("events/<int:event_id>/live/console/board/", live_console.live_console_board, name="live_console_board"),
    path("events/<int:event_id>/live/<int:question_id>/marking/", live_console.live_marking, name="live_marking"),
    path("events/<int:event_id>/surveys/", builder.event_surveys, name="event_surveys"),
    path("events/<int:event_id>/surveys/attachment/", builder.survey_attachment, name="survey_attachment"),
    path("events/<int:event_id>/surveys/new/", builder.event_survey_new, name="event_survey_new"),
    path("surveys/<int:survey_id>/", answering.survey, name="survey"),
    path("surveys/link/<slug:key>/", answering.survey_by_link, name="survey_by_link"),
    path("surveys/<int:survey_id>/draft/", answering.survey_draft, name="survey_draft"),
    path("surveys/<int:survey_id>/done/", answering.survey_done, name="survey_done"),
    path("surveys/<int:survey_id>/edit/", wording.survey_edit, name="survey_edit"),
    path("surveys/<int:survey_id>/settings/", builder.survey_settings, name="survey_settings"),
    path("surveys/<int:survey_id>/preview/", wording.survey_preview, name="survey_preview"),
    path("surveys/<int:survey_id>/revision/", wording.survey_revision, name="survey_revision"),
    path("surveys/<int:survey_id>/copy/", builder.survey_copy, name="survey_copy"),
    path("surveys/<int:survey_id>/publication/", builder.survey_publication, name="survey_publication"),
    path("surveys/<int:survey_id>/closing/", builder.survey_closing, name="survey_closing"),
    path("surveys/<int:survey_id>/deletion/", builder.survey_deletion, name="survey_deletion"),
    path("surveys/<int:survey_id>/reminder/", builder.survey_reminder, name="survey_reminder"),
    path("surveys/<int:survey_id>/order/", wording.survey_order, name="survey_order"),
    path("surveys/<int:survey_id>/sections/new/", wording.section_new, name="section_new"),
    path("surveys/<int:survey_id>/sections/<int:section_id>/", wording.section_edit, name="section_edit"),
    path("surveys/<int:survey_id>/sections/<int:section_id>/removal/", wording.section_removal, name="section_removal"),
    path("surveys/<int:survey_id>/sections/<int:section_id>/items/new/", wording.item_new, name="item_new"),
    path("surveys/<int:survey_id>/items/<int:item_id>/", wording.item_edit, name="item_edit"),
    path("surveys/<int:survey_id>/items/<int:item_id>/removal/", wording.item_removal, name="item_removal"),
    path("surveys/<int:survey_id>/results/", results.results, name="results"),
    path("surveys/<int:survey_id>/results.csv", results.results_csv, name="results_csv"),
    path("surveys/<int:survey_id>/results.xlsx", results.results_xlsx, name="results_xlsx"),
    path("surveys/<int:survey_id>/results.docx", results.results_docx, name="results_docx"),
    path("surveys/<int:survey_id>/results/report/", results.results_report, name="results_report"),
    path("surveys/<int:survey_id>/release/", results.release, name="release"),
    path("surveys/<int:survey_id>/remarks/", remarks.remark_list, name="remark_list"),
    path("surveys/<int:survey_id>/remarks/<uuid:remark_id>/", remarks.remark_moderation, name="remark_moderation"),
    path("surveys/<int:survey_id>/themes/new/", remarks.theme_new, name="theme_new"),
    path("surveys/<int:survey_id>/themes/<int:theme_id>/", remarks.theme_edit, name="theme_edit"),
]

# Below /groups/, in the namespace "groups".
group_patterns = [
    path("<slug:slug>/questions/", register.group_question_list, name="question_list"),
    path("<slug:slug>/surveys/", builder.group_surveys, name="survey_list"),
    path("<slug:slug>/surveys/new/", builder.group_survey_new, name="survey_new"),
]
