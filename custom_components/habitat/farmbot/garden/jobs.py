"""The jobs of the robot: which one is under way, and the update of FarmBot OS."""

from datetime import UTC, datetime

from ..client.status import Job, Jobs

_UPDATE = "FBOS_OTA"
_NEVER = datetime.min.replace(tzinfo=UTC)
_WHOLE = 100
_DONE = frozenset({"complete", "completed", "done", "success"})
_FAILED = frozenset({"error", "failed", "canceled"})
"""The final states of jobs, of FarmBot OS and of published Lua scripts."""


def is_over(job: Job) -> bool:
    """Return whether a job has ended, successfully or not."""
    if job.percent is not None and job.percent >= _WHOLE:
        return True
    return _status(job) in _DONE | _FAILED


def _status(job: Job) -> str:
    return (job.status or "").casefold()


def current(jobs: Jobs) -> Job | None:
    """Return the newest job that is under way, if any."""
    return max(
        (job for job in jobs.jobs if not is_over(job)),
        key=lambda job: (job.updated_at or job.time or _NEVER, job.name),
        default=None,
    )


def update_of_os(jobs: Jobs) -> Job | None:
    """Return the job that updates FarmBot OS, unless it has failed.

    The robot restarts after an update, and its jobs are empty then.
    """
    return next(
        (
            job
            for job in jobs.jobs
            if job.name == _UPDATE and _status(job) not in _FAILED
        ),
        None,
    )
