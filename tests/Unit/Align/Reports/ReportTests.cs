using System.Text.Json;
using PPYolo.Align.Comparison;
using PPYolo.Align.Reports;
using PPYolo.Align.Tensors;
using PPYolo.Tests.Unit.Align.Comparison;

namespace PPYolo.Tests.Unit.Align.Reports;

public class ReportTests
{
    private static readonly ComparisonSides Sides = new("a.pth", "b.pth", "000.pth");

    [Fact]
    public void Json_has_every_number_to_the_last_bit()
    {
        var (a, b) = Pairs.Random(ElementType.Float32, 1000, noise: 1e-5);
        var (start, _) = Pairs.Random(ElementType.Float32, 1000, seed: 9);
        var result = TensorComparer.Compare(
            Pairs.Set(("层.w", a)),
            Pairs.Set(("层.w", b)),
            new() { FirstStart = Pairs.Set(("层.w", start)), Bound = 1.0 / 3 }
        );

        using var json = JsonDocument.Parse(ComparisonJson.Format(result, Sides));

        var root = json.RootElement;
        root.GetProperty("format").GetString().Should().Be("ppyolo-comparison");
        root.GetProperty("version").GetInt32().Should().Be(ComparisonJson.Version);
        root.GetProperty("aligned").GetBoolean().Should().BeTrue();
        root.GetProperty("bound").GetDouble().Should().Be(1.0 / 3);
        root.GetProperty("first").GetString().Should().Be("a.pth");
        root.GetProperty("atOrBelowBound").EnumerateArray().Select(name => name.GetString()).Should().Equal("层.w");
        var (tensor, expected) = (root.GetProperty("tensors")[0], result.Tensors[0]);
        tensor.GetProperty("name").GetString().Should().Be("层.w");
        tensor.GetProperty("outcome").GetString().Should().Be("within");
        tensor.GetProperty("first").GetProperty("shape")[0].GetInt64().Should().Be(1000);
        var metrics = tensor.GetProperty("metrics");
        metrics.GetProperty("sumOfSquares").GetDouble().Should().Be(expected.Metrics!.SumOfSquares);
        metrics.GetProperty("relativeL2").GetDouble().Should().Be(expected.Metrics.RelativeL2);
        metrics.GetProperty("maxAbs").GetDouble().Should().Be(expected.Metrics.MaxAbs);
        metrics.GetProperty("cosine").GetDouble().Should().Be(expected.Metrics.Cosine);
        metrics.GetProperty("ulpP99").GetUInt64().Should().Be(expected.Metrics.UlpP99);
        metrics.GetProperty("worst").GetProperty("first").GetDouble().Should().Be(expected.Metrics.Worst!.First);
        tensor.GetProperty("movement").GetProperty("second").GetDouble().Should().Be(expected.Movement!.Second);
    }

    [Fact]
    public void Numbers_that_are_not_finite_are_text_in_json()
    {
        var result = TensorComparer.Compare(
            Pairs.Set(("nan", Pairs.Floats(float.NaN)), ("inf", Pairs.Floats(0)), ("gone", Pairs.Floats(1))),
            Pairs.Set(("nan", Pairs.Floats(float.NaN)), ("inf", Pairs.Floats(float.NegativeInfinity)))
        );

        using var json = JsonDocument.Parse(ComparisonJson.Format(result, Sides));

        var tensors = json.RootElement.GetProperty("tensors");
        tensors[0].GetProperty("metrics").GetProperty("sumOfSquares").GetString().Should().Be("NaN");
        tensors[0].GetProperty("metrics").GetProperty("ulpP99").ValueKind.Should().Be(JsonValueKind.Null);
        tensors[1].GetProperty("metrics").GetProperty("maxAbs").GetString().Should().Be("Infinity");
        tensors[1].GetProperty("metrics").GetProperty("worst").GetProperty("second").GetString().Should().Be("-Infinity");
        tensors[2].GetProperty("metrics").ValueKind.Should().Be(JsonValueKind.Null);
        tensors[2].GetProperty("second").ValueKind.Should().Be(JsonValueKind.Null);
        json.RootElement.GetProperty("notAligned").GetArrayLength().Should().Be(3);
    }

    [Fact]
    public void Text_shows_both_lists_worst_first_and_ends_with_the_verdict_and_the_next_step()
    {
        var names = Enumerable.Range(0, 30).ToList();
        var first = Pairs.Set([.. names.Select(i => ($"t{i}", Pairs.Floats(0)))]);
        var second = Pairs.Set([.. names.Select(i => ($"t{i}", Pairs.Floats(i)))]);
        var result = TensorComparer.Compare(first, second, new() { Bound = 100 });

        var lines = ComparisonText.Format(result, Sides, 3).ReplaceLineEndings("\n").Split('\n');

        lines.Should().Contain("19 tensors not aligned (above 100, or not comparable); the worst 3 shown, all with --all");
        lines.Should().Contain("11 tensors aligned (at or below 100); the worst 3 shown, all with --all");
        lines
            .Where(line => line.Contains(" t", StringComparison.Ordinal) && line.Contains('[', StringComparison.Ordinal))
            .Select(line => line.Split("  ", StringSplitOptions.RemoveEmptyEntries)[^2])
            .Should()
            .Equal("t29", "t28", "t27", "t10", "t9", "t8");
        lines[^2]
            .Should()
            .Be(
                "DIVERGED: 19 of 30 tensors are not aligned (above the bound: 19); the worst is t29: its sum of squared differences is "
                    + "841 where 100 is allowed."
            );
        lines[^1].Should().StartWith("Next: ");
        ComparisonText.Format(result, Sides).Should().Contain(" t0 ").And.NotContain("--all");
    }

    [Fact]
    public void Text_is_plain_and_never_wrapped()
    {
        var name = "backbone." + new string('x', 300) + ".weight\n\u001b[31mred";
        var result = TensorComparer.Compare(Pairs.Set((name, Pairs.Floats(1))), Pairs.Set((name, Pairs.Floats(2))));

        var text = ComparisonText.Format(result, Sides);

        text.Should().NotContain("\u001b").And.Contain(new string('x', 300) + ".weight\\u000a\\u001b[31mred");
    }

    [Fact]
    public void A_sum_just_above_the_bound_is_not_shown_as_the_bound()
    {
        var result = TensorComparer.Compare(
            Pairs.Set(("w", TensorData.Scalar(0.0))),
            Pairs.Set(("w", TensorData.Scalar(Math.Sqrt(0.00050000001))))
        );

        ComparisonText.Format(result, Sides).Should().MatchRegex(@"above the bound  0\.00050000001\d*  ");
    }

    [Fact]
    public void Each_kind_of_divergence_says_what_it_is()
    {
        var first = Pairs.Set(
            ("gone", Pairs.Floats(1)),
            ("shape", Pairs.Floats(1, 2)),
            ("type", Pairs.Floats(1)),
            ("nan", Pairs.Floats(float.NaN)),
            ("n.num_batches_tracked", TensorData.Scalar(1L))
        );
        var second = Pairs.Set(
            ("new", Pairs.Floats(1)),
            ("shape", Pairs.Floats(1)),
            ("type", TensorData.Scalar(1.0)),
            ("nan", Pairs.Floats(1)),
            ("n.num_batches_tracked", TensorData.Scalar(2L))
        );

        var text = ComparisonText.Format(TensorComparer.Compare(first, second), Sides);

        text.Should()
            .Contain("only in the first")
            .And.Contain("only in the second")
            .And.Contain("float32 2 against float32 1")
            .And.Contain("float32 1 against float64 scalar");
        text.Should()
            .Contain("NaN or infinity: 1 in the first, 0 in the second, of 1")
            .And.Contain("1 not equal")
            .And.Contain("1 against 2");
        text.Should()
            .Contain(
                "DIVERGED: 6 of 6 tensors are not aligned (only in the first: 1, only in the second: 1, another type: 1, another shape: "
                    + "1, NaN or infinity: 1, not equal: 1); the worst is gone"
            );
    }

    [Fact]
    public void What_passes_without_having_moved_is_named()
    {
        var result = TensorComparer.Compare(
            Pairs.Set(("bias", Pairs.Floats(0.01f))),
            Pairs.Set(("bias", Pairs.Floats(0))),
            new() { FirstStart = Pairs.Set(("bias", Pairs.Floats(0))) }
        );

        ComparisonText
            .Format(result, Sides)
            .Should()
            .Contain("WARNING: 1 tensor is within the bound, and something else speaks against it")
            .And.Contain("ALIGNED: the tensor is within 0.0005")
            .And.Contain("second moved");
    }
}
