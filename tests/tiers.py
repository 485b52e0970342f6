"""Which tests run in ``make test``, the fast ones, and which in ``make test-system``.

A test is in the system tier if it needs several machines, the production kit, PostgreSQL, damaged
or very large input by the thousand, a part that is killed or silent for long, a server with
settings of its own, the life of accounts with their passwords and quotas, or a page in a browser
beyond those of a first visit: upload, preview, run, result and list of jobs. A new file is in the
first tier unless it is listed here; a test on both databases is in the first tier on SQLite and in
the system tier on PostgreSQL.
"""

import pytest

# Folders, files or tests, below the folder of the tests.
SYSTEM = (
    "chaos/",
    "fuzz/",
    "integration/accounts/test_accounts.py",
    "integration/streams/test_all_events.py",
    "integration/operations/test_backup.py",
    "integration/results/test_blind_reviews.py",
    "integration/uploads/test_bodies_at_once.py",
    "integration/uploads/test_bombs.py",
    "integration/programs/test_client_install.py",
    "integration/programs/test_description.py::test_the_api_does_what_its_description_says",
    "integration/operations/test_demo.py",
    "integration/operations/test_disk_full.py",
    "integration/operations/test_doctor.py",
    "integration/operations/test_drain.py",
    "integration/results/test_export_limits.py",
    "integration/notifications/test_fair_outboxes.py",
    "integration/operations/test_faults.py",
    "integration/uploads/test_head_of_requests.py",
    "integration/uploads/test_hostile_input.py",
    "integration/operations/test_hung.py",
    "integration/jobs/test_limits.py",
    "integration/accounts/test_every_caller.py",
    "integration/accounts/test_login_without_redis.py",
    "integration/operations/test_logs.py",
    "integration/operations/test_many_connections.py",
    "integration/operations/test_metrics.py",
    "integration/operations/test_on_bucket.py",
    "integration/operations/test_ops.py",
    "integration/accounts/test_own_pages_alone.py",
    "integration/accounts/test_password_again.py",
    "integration/operations/test_production.py",
    "integration/jobs/test_quotas.py",
    "integration/operations/test_redis_lost.py",
    "integration/operations/test_redis_refuses.py",
    "integration/operations/test_redis_server.py",
    "integration/operations/test_schedules.py::test_real_schedulers_run_each_due_time_once_also_when_they_are_killed",
    "integration/results/test_reviews.py",
    "integration/accounts/test_second_factor.py",
    "integration/accounts/test_security_trail.py",
    "integration/operations/test_several_machines.py",
    "integration/accounts/test_sign_on.py",
    "integration/streams/test_slow_readers.py",
    "integration/uploads/test_slow_uploads.py",
    "integration/streams/test_stream_ends.py",
    "integration/jobs/test_ten_thousand_jobs.py",
    "integration/operations/test_up.py",
    "integration/programs/test_unknown_parameters.py",
    "integration/accounts/test_viewers.py",
    "integration/jobs/test_waiting.py",
    "integration/notifications/test_webhooks.py",
    "integration/jobs/test_worker_size.py",
    "supply_chain/test_release.py::test_the_example_runs_from_the_wheel_in_a_clean_environment",
    "browser/test_account_pages.py",
    "browser/test_accounts.py",
    "browser/test_budget.py",
    "browser/test_embedded.py",
    "browser/test_flips.py",
    "browser/test_gallery.py",
    "browser/test_dashboard.py",
    "browser/test_every_page.py",
    "browser/test_hostile_texts.py",
    "browser/test_keyboard.py",
    "browser/test_live_page.py",
    "browser/test_many_jobs.py",
    "browser/test_notifications.py",
    "browser/test_ops.py",
    "browser/test_plot.py",
    "browser/test_plot_view.py",
    "browser/test_presentation.py",
    "browser/test_press.py",
    "browser/test_reviews.py",
    "browser/test_row_table.py",
    "browser/test_schedules.py",
    "browser/test_second_factor.py",
    "browser/test_shared_stream.py",
    "browser/test_sibling_hosts.py",
    "browser/test_sign_on.py",
    "browser/test_touch.py",
    "browser/test_versions.py",
    "browser/test_what_a_result_gives.py",
    "perf/test_stacks.py",
)
# Files that take longest. They start first, so that no worker is left alone with one at the end.
LONGEST = (
    "supply_chain/test_release.py",
    "chaos/",
    "integration/operations/test_production.py",
    "integration/operations/test_several_machines.py",
    "integration/uploads/test_head_of_requests.py",
    "integration/operations/test_up.py",
)
# The fixtures whose parameter is the kind of a database, and those that start PostgreSQL.
DATABASES = ("database", "empty_database")
POSTGRESQL = {"postgresql", "postgresql_url", "prepared_postgresql"}


def is_of_system(item: pytest.Item) -> bool:
    """Whether a test is in the system tier."""
    return _place(item).startswith(SYSTEM) or _needs_postgresql(item)


def is_early(item: pytest.Item) -> bool:
    """Whether a test is in a file that should start before all others."""
    return _place(item).startswith(LONGEST)


def _place(item: pytest.Item) -> str:
    return item.nodeid.removeprefix("tests/")


def _needs_postgresql(item: pytest.Item) -> bool:
    assert isinstance(item, pytest.Function)
    chosen = item.callspec.params if hasattr(item, "callspec") else {}
    is_chosen = any(chosen.get(name) == "postgresql" for name in DATABASES)
    return is_chosen or bool(POSTGRESQL & set(item.fixturenames))
