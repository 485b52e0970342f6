"""Names the browser and system of a User-Agent header for people."""

import re

# Marks in the User-Agent header; specific ones come first.
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome"}
BROWSERS |= {"Safari": "Safari"}
SYSTEMS = {"Windows": "Windows", "Android": "Android", "iPhone": "iPhone", "iPad": "iPad"}
SYSTEMS |= {"CrOS": "ChromeOS", "Mac OS X": "macOS", "Linux": "Linux"}
LONGEST_NAME = 60


def browser_name(user_agent: str) -> str:
    """A readable name of a browser, such as Firefox on Linux."""
    browser = next((name for mark, name in BROWSERS.items() if f"{mark}/" in user_agent), "")
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), "")
    named = " on ".join(word for word in (browser, system) if word)
    return named or re.sub(r"[^\x20-\x7e]", "", user_agent)[:LONGEST_NAME].strip() or "unknown"
