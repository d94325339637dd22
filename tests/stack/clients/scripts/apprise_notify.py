"""Apprise with its PagerDuty and Opsgenie at another address, which are constants in it.

`apprise_notify.py ADDRESS STORAGE URL TYPE TITLE BODY`
"""

import sys

import apprise
from apprise import AppriseAsset, PersistentStoreMode
from apprise.plugins import opsgenie, pagerduty

address, storage, url, type_, title, body = sys.argv[1:]
for region in pagerduty.PAGERDUTY_API_LOOKUP:
    pagerduty.PAGERDUTY_API_LOOKUP[region] = f"{address}/v2/enqueue"
for region in opsgenie.OPSGENIE_API_LOOKUP:
    opsgenie.OPSGENIE_API_LOOKUP[region] = f"{address}/v2/alerts"
# Closing needs what opening was answered, from another process.
asset = AppriseAsset(storage_path=storage, storage_mode=PersistentStoreMode.FLUSH)
notifier = apprise.Apprise(asset=asset)
notifier.add(url)
sys.exit(0 if notifier.notify(body=body, title=title, notify_type=type_) else 1)
