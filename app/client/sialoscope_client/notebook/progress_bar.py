"""A progress bar in a notebook, which follows a job."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from sialoscope_client.errors import SialoscopeError
from sialoscope_client.events import Event
from sialoscope_client.jobs import Job

NOT_IN_A_NOTEBOOK = "This shows a job in a notebook, and IPython is not installed here. Use wait()."


@dataclass(frozen=True)
class Progress:
    """How far a job has come, as a bar."""

    name: str
    percentage: int
    message: str

    def __repr__(self) -> str:
        return f"{self.percentage:3d} %  {self.name}  {self.message}"

    def _repr_html_(self) -> str:
        bar = f'<progress max="100" value="{self.percentage}" aria-label="Progress"></progress>'
        return f"<p>{escape(self.name)} {bar} {self.percentage} % {escape(self.message)}</p>"


def shown_progress(job: Job) -> Callable[[Event], None]:
    """Show a bar below the cell, and return the function that moves it by the events of the job.

    Raises:
        SialoscopeError: IPython is not installed.
    """
    try:
        from IPython.display import display
    except ModuleNotFoundError as error:
        raise SialoscopeError(NOT_IN_A_NOTEBOOK) from error
    bar = Progress(job.file_name, job.percentage, job.message)
    handle = display(bar, display_id=True)  # type: ignore[no-untyped-call]

    def move(event: Event) -> None:
        if "message" in event.data and handle is not None:
            reached = 100 if event.is_last else int(event.data.get("percentage", 0))
            if event.is_last or event.name in ("progress", "snapshot"):
                handle.update(Progress(job.file_name, reached, str(event.data["message"])))

    return move
