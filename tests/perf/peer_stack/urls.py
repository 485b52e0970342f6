"""The addresses of the pages."""

from django.urls import path

from tests.perf.peer_stack import views

urlpatterns = [
    path("health/", views.health),
    path("jobs/", views.submit),
    path("jobs/<uuid:job_id>/", views.show),
]
