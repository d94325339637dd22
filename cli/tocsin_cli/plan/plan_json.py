"""A plan as JSON, with all its times in UTC."""

from collections.abc import Sequence
from typing import Any

from tocsin.domain.alert_json import written
from tocsin.domain.silence import Span
from tocsin_cli.plan.on_call import People, ScheduleChange, Stretch
from tocsin_cli.plan.plan import Plan
from tocsin_cli.plan.policies import AskedStep
from tocsin_cli.plan.state import ObjectId

type Json = dict[str, Any]


def plan_json(plan: Plan) -> Json:
    objects = plan.objects
    return {
        "exit_code": int(plan.exit_code),
        "from": written(plan.at),
        "to": written(plan.ends),
        "refused": list(plan.refused),
        "schedules": [_schedule(it) for it in plan.schedules],
        "policies": [
            {
                "name": it.name,
                "now": {"before": _steps(it.before), "after": _steps(it.after)},
                "changes": [
                    {"step": step.number, **_stretch(each)}
                    for step in it.steps
                    for each in step.stretches
                ],
            }
            for it in plan.policies
        ],
        "gaps": [
            {"schedule": it.schedule, "from": written(it.begins), "to": written(it.ends)}
            for it in plan.gaps
        ],
        "unreachable": {
            "on_call": [
                {
                    "user": it.user,
                    "schedule": it.schedule,
                    "from": written(it.begins),
                    "problem": it.problem,
                }
                for it in plan.reach.on_call
            ],
            "paths": [
                {"kind": it.sender.noun, "name": it.sender.name, "severity": it.severity}
                for it in plan.reach.unreached
            ],
            "problems": list(plan.reach.problems),
        },
        "not_received": list(plan.not_received),
        "objects": {
            "made": _ids(objects.added),
            "changed": [
                {
                    **_id(it.object_id),
                    "fields": [
                        {"field": each.field, "before": each.before, "after": each.after}
                        for each in it.fields
                    ],
                }
                for it in objects.changed
            ],
            "removed": _ids(objects.removed),
            "taken_over": _ids(objects.taken_over),
            "only_by_api": _ids(objects.only_by_api),
            "stay_for_now": list(plan.stays_for_now),
        },
    }


def _schedule(change: ScheduleChange) -> Json:
    return {
        "name": change.name,
        "time_zone": change.time_zone,
        "moves_now": change.moves_now,
        "now": {
            "before": _people(change.now.before),
            "after": _people(change.now.after),
            "until": written(change.stays_until),
        },
        "changes": [_stretch(it) for it in change.changed],
        "moves": [
            {"user": user, "lost": _spans(it.lost), "gained": _spans(it.gained)}
            for user, it in change.moved.items()
        ],
    }


def _stretch(stretch: Stretch) -> Json:
    return {
        "from": written(stretch.begins),
        "to": written(stretch.ends),
        "before": _people(stretch.before),
        "after": _people(stretch.after),
    }


def _spans(spans: Sequence[Span]) -> list[Json]:
    return [{"from": written(it.starts_at), "to": written(it.ends_at)} for it in spans]


def _people(people: People | None) -> list[str] | None:
    return None if people is None else list(people)


def _steps(steps: Sequence[AskedStep] | None) -> list[Json] | None:
    if steps is None:
        return None
    return [
        {"name": it.name, "after": it.after, "asked": list(it.asked), "only": list(it.only)}
        for it in steps
    ]


def _ids(ids: Sequence[ObjectId]) -> list[Json]:
    return [_id(it) for it in ids]


def _id(object_id: ObjectId) -> Json:
    section, name = object_id
    return {"section": section, "name": name}
