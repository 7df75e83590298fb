"""Background work of questions and surveys."""

import logging

from django_tasks import task

from events.tasks import run_each

from .services import forgetting, invitations, mixing, proof

logger = logging.getLogger(__name__)


@task()
def follow_clock() -> int:
    """Every minute: close what is over, count what was answered, invite to what has opened; answer how many in all."""
    return run_each([mixing.close_due, mixing.mix_due, invitations.invite_due])


@task()
def nightly() -> int:
    """Correct counts that differ from their rows (a bug somewhere, so it is reported), forget drafts of closed
    surveys; answer how many counts were wrong."""
    forgetting.forget_drafts()
    wrong = proof.correct_counts()
    for difference in wrong:
        logger.error("%s", difference)
    return len(wrong)
