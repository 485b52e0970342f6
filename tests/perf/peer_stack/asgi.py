"""The ASGI application: pages by Django, WebSockets by Channels."""

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import path

pages = get_asgi_application()  # sets Django up, which the consumers need

from tests.perf.peer_stack.consumers import JobConsumer  # noqa: E402

sockets = URLRouter([path("ws/jobs/<uuid:job_id>/", JobConsumer.as_asgi())])
application = ProtocolTypeRouter({"http": pages, "websocket": sockets})
