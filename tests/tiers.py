"""Which tests run in ``make test``, the fast ones, and which in ``make test-system``.

A test is in the system tier if it needs several machines, the production kit, damaged or very
large input by the thousand, a part that is killed or silent for long, or every page in a browser.
A new file is in the first tier unless it is listed here.
"""

import pytest

# Folders, files or tests, below the folder of the tests.
SYSTEM = (
    "chaos/",
    "fuzz/",
    "integration/test_backup.py",
    "integration/test_bombs.py",
    "integration/test_client_install.py",
    "integration/test_description.py::test_the_api_does_what_its_description_says",
    "integration/test_disk_full.py",
    "integration/test_drain.py",
    "integration/test_export_limits.py",
    "integration/test_fair_outboxes.py",
    "integration/test_faults.py",
    "integration/test_head_of_requests.py",
    "integration/test_hung.py",
    "integration/test_limits.py",
    "integration/test_login_without_redis.py",
    "integration/test_on_bucket.py",
    "integration/test_ops.py",
    "integration/test_production.py",
    "integration/test_redis_lost.py",
    "integration/test_redis_refuses.py",
    "integration/test_redis_server.py",
    "integration/test_schedules.py::test_real_schedulers_run_each_due_time_once_also_when_they_are_killed",
    "integration/test_several_machines.py",
    "integration/test_slow_readers.py",
    "integration/test_slow_uploads.py",
    "integration/test_up.py",
    "supply_chain/test_release.py::test_the_example_runs_from_the_wheel_in_a_clean_environment",
    "browser/test_account_pages.py",
    "browser/test_accounts.py",
    "browser/test_budget.py",
    "browser/test_dashboard.py",
    "browser/test_every_page.py",
    "browser/test_hostile_texts.py",
    "browser/test_live_page.py",
    "browser/test_many_jobs.py",
    "browser/test_second_factor.py",
    "browser/test_shared_stream.py",
    "browser/test_sibling_hosts.py",
)


def is_of_system(item: pytest.Item) -> bool:
    """Whether a test is in the system tier."""
    return item.nodeid.removeprefix("tests/").startswith(SYSTEM)
