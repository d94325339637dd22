"""Numbers that ministack takes from the template as texts.

CloudFormation hands a parameter's number over as a text, and AWS reads it as a number. ministack's
poller compares the most instances that a queue may start with a count of its own, and stops polling
every queue when that is a text.
"""

from collections.abc import Iterable

from local.stack.aws import Aws


def set_numbers(aws: Aws, function_names: Iterable[str]) -> None:
    """Write the limits of queues' mappings again, as the numbers that they are."""
    functions = aws.client("lambda")
    for name in function_names:
        for mapping in functions.list_event_source_mappings(FunctionName=name)[
            "EventSourceMappings"
        ]:
            limit = mapping.get("ScalingConfig", {}).get("MaximumConcurrency")
            if limit is not None:
                functions.update_event_source_mapping(
                    UUID=mapping["UUID"], ScalingConfig={"MaximumConcurrency": int(limit)}
                )
