"""What a figure says of itself, and how samples become stages."""

import pytest

from deploy.bench.percentile import percentile
from deploy.bench.report import Figure, Target, is_failed
from deploy.bench.stages import stage_of, stages_of

HERE = "/checkout"


def test_a_figure_is_the_median_of_its_rounds_beside_their_range_and_its_target() -> None:
    figure = Figure.of("a / b", values=[2.0, 3.0, 2.4], unit="×", target=Target(at_least=2.5))
    assert figure.line().split() == [
        "a",
        "/",
        "b",
        "2.40",
        "×",
        "(2.00",
        "to",
        "3.00)",
        "≥",
        "2.5",
        "missed",
        "(target)",
    ]
    assert is_failed([figure])


@pytest.mark.parametrize(
    ("target", "value", "fails"),
    [
        (Target(at_least=2.5), 2.5, False),
        (Target(at_least=2.5), 2.49, True),
        (Target(at_most=100), 100, False),
        (Target(at_most=100), 100.1, True),
        (Target(at_least=2.5, decides=False), 1, False),
        (None, 1, False),
    ],
)
def test_only_a_missed_target_that_decides_fails_the_run(target: Target | None, value: float, fails: bool) -> None:
    assert is_failed([Figure.of("x", values=[value], unit="", target=target)]) is fails


def test_a_percentile_is_always_a_value_that_was_measured() -> None:
    values = [float(value) for value in range(100, 0, -1)]
    assert [percentile(values, share) for share in (0.5, 0.99, 1)] == [50, 99, 100]
    assert percentile([7.0], 0.99) == 7
    assert percentile([], 0.5) == 0


def test_a_sample_belongs_to_the_innermost_stage_that_is_known() -> None:
    signing = [
        ("/usr/lib/python3.11/json/encoder.py", "JSONEncoder.encode"),
        (f"{HERE}/chassis/context.py", "ContextSigner.sign"),
        (f"{HERE}/chassis/bus/rpc.py", "RpcClient.ask"),
        ("/x/site-packages/eventlet/wsgi.py", "HttpProtocol.handle_one_response"),
    ]
    assert stage_of(signing) == "signed context"
    assert stage_of(signing[2:]) == "ask"
    assert stage_of(signing[3:]) == "HTTP answer out"
    assert stage_of([("/x/site-packages/unheard/of.py", "f")]) == "other: unheard/of"


def test_stages_share_out_the_whole_processor_time() -> None:
    hub, unheard = ("/x/eventlet/hubs/hub.py", "BaseHub.run"), ("/x/site-packages/unheard/of.py", "f")
    found = stages_of([(75, [hub]), (25, [unheard])], microseconds=400)
    assert [(stage.name, stage.microseconds) for stage in found] == [("event loop", 300), ("other: unheard/of", 100)]
