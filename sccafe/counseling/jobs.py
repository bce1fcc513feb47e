"""What counseling does by itself."""

from sccafe.core import clock
from sccafe.core.calendar import is_business_day
from sccafe.core.jobs import daily_at, job, scheduled
from sccafe.counseling import by_itself
from sccafe.counseling.service import ROUTE, clockwork
from sccafe.counseling.service import deleting as deleting  # its jobs
from sccafe.counseling.service import retention as retention  # its jobs


@job(ROUTE)
def route(request_id: int) -> None:
    """Ask an expert where the desk lets rules decide."""
    by_itself.route(request_id)


@scheduled("counseling.morning", daily_at(8, 30))
def morning() -> None:
    """Let time pass, on business days: nobody is reminded on a holiday of what can wait."""
    if is_business_day(clock.today()):
        clockwork.morning()


@scheduled("counseling.forget", daily_at(3, 15))
def forget() -> None:
    clockwork.forget()
