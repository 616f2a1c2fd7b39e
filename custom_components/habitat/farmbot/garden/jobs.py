"""What the robot is doing that takes a while."""

from datetime import UTC, datetime

from ..client.status import Job, Jobs

_UPDATE = "FBOS_OTA"
_NEVER = datetime.min.replace(tzinfo=UTC)
_WHOLE = 100
_DONE = frozenset({"complete", "completed", "done", "success"})
_FAILED = frozenset({"error", "failed", "canceled"})
"""How jobs end, in the words of FarmBot OS and of the Lua scripts that people share."""


def is_over(job: Job) -> bool:
    """Say whether a job ended, well or not."""
    if job.percent is not None and job.percent >= _WHOLE:
        return True
    return _status(job) in _DONE | _FAILED


def _status(job: Job) -> str:
    return (job.status or "").casefold()


def current(jobs: Jobs) -> Job | None:
    """Return the newest job that is not over."""
    return max(
        (job for job in jobs.jobs if not is_over(job)),
        key=lambda job: (job.updated_at or job.time or _NEVER, job.name),
        default=None,
    )


def update_of_os(jobs: Jobs) -> Job | None:
    """Return the update of FarmBot OS, unless it failed.

    The robot restarts after it, and then remembers no jobs.
    """
    return next(
        (
            job
            for job in jobs.jobs
            if job.name == _UPDATE and _status(job) not in _FAILED
        ),
        None,
    )
