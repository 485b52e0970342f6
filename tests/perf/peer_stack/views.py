"""Submit a job and look at it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from tests.perf.peer_stack.models import Job
from tests.perf.peer_stack.tasks import analyze


@csrf_exempt
@require_POST
def submit(request: HttpRequest) -> HttpResponse:
    """Store a table and queue its analysis."""
    job = Job.objects.create(table=request.FILES["file"])
    analyze.delay(str(job.id))
    return JsonResponse({"id": str(job.id)}, status=202)


@require_GET
def show(_: HttpRequest, job_id: UUID) -> HttpResponse:
    """Show the row of a job."""
    job = get_object_or_404(Job, pk=job_id)
    return JsonResponse({"state": job.state, "events": job.events, "summary": job.summary})


@require_GET
def health(_: HttpRequest) -> HttpResponse:
    """Answer."""
    return HttpResponse("ok")
