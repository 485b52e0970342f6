"""The WebSocket of a job."""

from typing import Any

from channels.generic.websocket import AsyncJsonWebsocketConsumer

from tests.perf.peer_stack.models import Job


class JobConsumer(AsyncJsonWebsocketConsumer):
    """Says how the job stands, then passes on what comes by its group."""

    async def connect(self) -> None:
        """Join the group first, so that nothing falls between the row and the first event."""
        job_id = self.scope["url_route"]["kwargs"]["job_id"]
        self.group = Job(id=job_id).group
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()
        job = await Job.objects.aget(pk=job_id)
        await self.send_json({"type": "connected", "state": job.state})

    async def disconnect(self, code: int) -> None:  # noqa: ARG002 - Channels passes it
        """Leave the group."""
        await self.channel_layer.group_discard(self.group, self.channel_name)

    async def job_event(self, event: dict[str, Any]) -> None:
        """Pass on an event; the channel layer calls this by the type of its message."""
        await self.send_json(event["event"])
