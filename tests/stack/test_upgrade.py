"""31. A stack of the last release is updated in place: nothing is lost, nothing is told twice."""

import json
import shutil
from pathlib import Path

from tests.last_release import ROOT, unpack_release
from tests.stack.client import Client, Sender, eventually
from tests.stack.clone import NOT_CLONED, Clone

KEPT = frozenset((".local", ".venv", ".venv-stack", ".aws-sam"))


def test_31_a_stack_is_updated_in_place(tmp_path: Path) -> None:
    folder = tmp_path / "team"
    unpack_release(folder)
    clone = Clone.of_files(folder, has_own_modules=True)
    run = f"make run PORT={clone.port}"

    with clone.running(run):
        api, sender = access_to(clone)
        ids = {name: sender.send(name=name)["alert_id"] for name in ("firing", "taken", "over")}
        api.post(f"/api/v1/alerts/{ids['taken']}/ack", {}).expect(200)
        assert sender.send(name="over", severity="ok")["outcome"] == "resolved"
        eventually(
            lambda: {name: api.types(it)[0:1] for name, it in ids.items()},
            lambda told: all(it == ["fired"] for it in told.values()),
        )
        eventually(lambda: api.types(ids["over"]), lambda told: "resolved" in told)
        before = {name: api.types(it) for name, it in ids.items()}
        counts = api.get("/api/v1/alerts").expect(200).json["meta"]

    put_present_files_in(folder)

    with clone.running(run):
        api, sender = access_to(clone)
        page = api.get("/api/v1/alerts?limit=200").expect(200)
        states = {row["id"]: row["status"] for row in page.data}
        assert {name: states[it] for name, it in ids.items()} == {
            "firing": "firing",
            "taken": "acknowledged",
            "over": "resolved",
        }
        assert {name: page.json["meta"][name] for name in counts} == counts
        told = {name: api.types(it) for name, it in ids.items()}
        assert {name: of_people(it) for name, it in told.items()} == {
            name: of_people(it) for name, it in before.items()
        }
        again = {name: sender.send(name=name) for name in ids}
        assert {name: it["outcome"] for name, it in again.items()} == {
            "firing": "updated",
            "taken": "updated",
            "over": "reopened",
        }
        assert again["firing"]["alert_id"] == ids["firing"]
        assert sender.send(name="new")["outcome"] == "opened"
        assert sender.send(name="firing", severity="ok")["outcome"] == "resolved"


def put_present_files_in(folder: Path) -> None:
    """Leave what was installed, and the stack's state."""
    for path in folder.iterdir():
        if path.name not in KEPT:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    ignored = shutil.ignore_patterns(*NOT_CLONED)
    shutil.copytree(ROOT, folder, ignore=ignored, dirs_exist_ok=True)


def access_to(clone: Clone) -> tuple[Client, Sender]:
    ready = json.loads((clone.folder / ".local" / "stack.json").read_text())
    api = Client(ready["url"], ready["api_key"])
    return api, Sender(api, ready["integrations"]["example-rest"]["url"])


def of_people(types: list[str]) -> list[str]:
    """What senders and people did; messages and steps go on by themselves meanwhile."""
    return [it for it in types if it in {"fired", "acknowledged", "resolved", "reopened"}]
