"""What pages call things: the labels that are made in Python, all in one place (ADR 25)."""

from app.analysis.reading.headers.columns import NEEDED

# Of accounts, by the name of the role.
ROLES_OF_ACCOUNTS = {"user": "user", "viewer": "viewer", "admin": "administrator"}
# Of a peak table, by the role of a column.
ROLES = {
    **NEEDED,
    "log_p": "Log P",
    "anchor": "Anchor",
    "sample": "Sample",
    "sample_role": "Sample role",
    "mz": "m/z",
    "adduct": "Adduct",
    "charge": "Charge",
    "isotope_label": "Isotope label",
    "evidence": "Evidence",
}
# Of a sample, where its role is no word.
ROLES_OF_SAMPLES = {"qc": "QC"}
# In the place of the number of a rule, where none decided.
NO_RULE = "none: by hand, or not usable"
# The choices of a reading, by subject, and the values that have a fixed list.
CHOICES = {
    "decimal": "Decimal mark",
    "rt_unit": "Unit of the retention times",
    "encoding": "Encoding",
    "sheets": "Sheets",
    "anchor_words": "Words for an anchor",
    "marked_rows": "Rows marked as excluded",
}
NOTATIONS = {
    "decimal": {"auto": "by the table", "point": "point, 7.588", "comma": "comma, 7,588"},
    "rt_unit": {
        "auto": "by the table",
        "min": "minutes",
        "s": "seconds",
        "ms": "milliseconds",
        "h": "hours",
    },
}
# Classes by their sialic acids, none to five.
CATEGORIES = ("GA", "GM", "GD", "GT", "GQ", "GP")
# Of a result, by the column of its rows.
COLUMNS = {
    "row": "Row",
    "call": "Assignment",
    "sample": "Sample",
    "probabilities": "Label / ion / neither (%)",
    "label_percent": "Label (%)",
    "ion_percent": "Ion (%)",
    "neither_percent": "Neither (%)",
    "confidence": "Confidence",
    "rt_min": "RT (min)",
    "predicted_rt_min": "Predicted (min)",
    "residual_min": "Residual (min)",
    "studentised_residual": "Residual (SD)",
    "interval_low_min": "95 % from (min)",
    "interval_high_min": "95 % to (min)",
    "isomer": "Isomer",
    "parent_row": "Parent row",
    "peak_area": "Peak area",
    "consolidated_volume": "Area with fragments",
    "ion": "Other ion",
    "alternative_species": "Likelier species",
    "mass_error_ppm": "Mass error (ppm)",
    "sample_role": "Sample role",
    "evidence_level": "Evidence",
    "mz": "m/z",
    "adduct": "Adduct",
    "charge": "Charge",
    "isotope_label": "Isotope or label",
    "ion_group": "Ion of row",
    "set_apart": "Standard or blank",
    "log_p": "Log P",
    "prefix": "Class",
    "category": "Category",
    "species": "Species",
    "molecular_name": "Molecular name",
    "shorthand_name": "Shorthand name",
    "carbons": "Carbons",
    "double_bonds": "Double bonds",
    "hydroxyls": "Hydroxyls",
    "sugars": "Sugars",
    "rule": "Rule",
    "reason": "Reason",
}
# Of plots: their names, and what stands at their axes.
PLOTS = {
    "retention": "Retention",
    "residuals": "Residuals",
    "observed": "Observed against predicted",
    "distribution": "Distribution of residuals",
    "chromatogram": "Chromatogram",
    "composition": "Composition",
}
AXES = {
    "carbons": "Carbons in the ceramide",
    "log_p": "Log P",
    "predicted_rt_min": "Predicted retention time (min)",
    "rt_min": "Retention time (min)",
    "peak_area": "Peak area (logarithmic)",
    "residual_min": "Residual, measured minus predicted (min)",
    "quantile": "Quantile of the normal distribution",
    "studentised_residual": "Studentised residual (SD)",
}
# Of the choices of a plot.
COLOURS = {"call": "assignment", "category": "category"}
SCALES = {"confirmed": "of confirmed rows", "all": "of all rows"}
LINES = {"chosen": "of the chosen row", "all": "of all rows", "none": "not drawn"}
REPORT_PLOTS = {
    "retention": "Retention times over the carbons of the ceramide, by assignment",
    "residuals": "Residuals over retention times, by assignment",
}

# What the page of quantities adds up by, what it draws, and what it does with isotopes.
LEVELS = {
    "category": "Category",
    "class": "Class",
    "isomer": "Isomer",
    "carbons": "Carbons",
    "double_bonds": "Double bonds",
    "species": "Species",
}
QUANTITIES = {
    "area_percent": "% of area",
    "total_area": "Area",
    "mol_percent": "mol %",
    "pmol": "pmol",
}
# The values of a cohort whose units need words on its page.
COHORT_MEASURES = {
    "area": "area as measured",
    "share": "% of area as measured",
    "call": "assignment",
}
ISOTOPES = {
    "corrected": "corrected",
    "as_measured": "as measured",
}

# Of the security trail, by the kind of an event.
SECURITY_EVENTS = {
    "login": "Logged in",
    "login_failed": "Login failed",
    "logout": "Logged out",
    "sessions_ended": "Sessions ended",
    "invitation_made": "Invitation made",
    "invitation_used": "Invitation used",
    "invitation_withdrawn": "Invitation withdrawn",
    "account_added": "Account added",
    "account_disabled": "Account disabled",
    "account_enabled": "Account enabled",
    "account_deleted": "Account deleted",
    "role_changed": "Role changed",
    "jobs_handed_over": "Jobs handed over",
    "password_changed": "Password changed",
    "password_reset": "Password reset",
    "reset_link_made": "Link for a new password made",
    "second_factor_set_up": "Second factor set up",
    "second_factor_removed": "Second factor removed",
    "recovery_code_used": "Recovery code used",
    "recovery_codes_renewed": "Recovery codes renewed",
    "quotas_changed": "Quotas changed",
    "identity_linked": "Account linked with a user of the provider",
    "second_factor_policy": "Second factor required from",
    "token_made": "API token made",
    "token_revoked": "API token revoked",
    "stream_token_made": "Stream token made",
    "stream_token_revoked": "Stream token revoked",
    "share_given": "Job shared",
    "share_taken_back": "Share taken back",
    "webhook_made": "Webhook added",
    "webhook_changed": "Webhook changed",
    "webhook_deleted": "Webhook deleted",
    "library_saved": "Retention library saved",
    "library_imported": "Retention library imported",
    "library_exported": "Retention library exported",
    "library_shared": "Retention library shared",
    "library_unshared": "Retention library no longer shared",
    "library_deleted": "Retention library deleted",
    "data_retention_changed": "Data retention changed",
    "schedule_changed": "Schedule changed",
    "schedule_started": "Schedule started by hand",
    "queue_paused": "Queue paused",
    "queue_resumed": "Queue resumed",
    "worker_resized": "Jobs at once of a worker changed",
    "alerts_changed": "Alerts changed",
    "log_level_changed": "Level of the log changed",
}

# Of schedules: their names, and what they do.
SCHEDULES = {
    "jobs": ("Old jobs", "Deletes jobs past their time, with their tables and results."),
    "expired": (
        "Expired data",
        "Deletes expired links and tokens, finished e-mails, and after 90 days the runs "
        "of schedules and the attempts at deleted jobs.",
    ),
    "files": (
        "Orphaned files",
        "Deletes uploads and results that no job points to and that are over a day old.",
    ),
    "database": ("Database", "Updates statistics and frees the space of deleted rows."),
    "daily-digest": ("Daily digest", "Sends a daily e-mail of ended jobs to users who chose it."),
    "weekly-digest": (
        "Weekly digest",
        "Sends a weekly e-mail of ended jobs to users who chose it.",
    ),
}

NO_WORKER = "No worker has answered for {:.0f} s; your job waits."
QUEUE_PAUSED = (
    "{by} paused the queue on {since:%Y-%m-%d at %H:%M} UTC. New jobs are accepted and wait until "
    "it is resumed; running jobs finish."
)
NEXT_IN_LINE = "next in line"
IN_LINE = "{place:,}{ending} in line"
WAIT_IS_PAUSED = ", paused"
ALSO_WATCHING = "Watching too: {}."
DASHBOARDS = ("{} dashboard", "{} dashboards")
IN_SECONDS = ", about {} s"
IN_MINUTES = ", about {} min"
TABLE_TOO_LARGE = "The table is too large for a preview. You can still analyze it."
TABLE_UNREADABLE = (
    "The table has no preview: reading it takes more memory than a preview may use, or "
    "the file is damaged. Analyze it without a preview, split it by sample, or export it again."
)
RULE_IS_SILENT = "Not applicable to this row."
RULE_IS_NEWER = (
    "An earlier version of Sialoscope made this result, before it had this rule. Run the job again "
    "to apply it."
)
EXPLANATION_IS_NEWER = (
    "An earlier version of Sialoscope made this result, without what this explanation needs. Run "
    "the job again to read it."
)
