using PPYolo.Align.Generation;
using PPYolo.Align.Traces;
using PPYolo.Kernels.Operations;
using PPYolo.Model.Layers;
using PPYolo.Train.Records;
using PPYolo.Train.Stepping;
using static TorchSharp.torch;

namespace PPYolo.Tests.Faults;

/// <summary>
/// Noise is granted as far as it was measured: gradients that are wrong by some hundredths are seen where they become wrong, also beside a
/// forward pass that differs by rounding, so that activations may fall on the other side of their kinks.
/// </summary>
public sealed class NoiseBoundTests
{
    private const string Late = "backbone.res5.res5b.branch2a";

    [Theory]
    [InlineData("half of the gradient of sizes", false, "0 backward neck.yolo_block_1.tip")]
    [InlineData("half of the gradient of sizes", true, "0 backward neck.yolo_block_1.tip")]
    [InlineData("another slope in the backward pass alone", false, "0 backward neck.yolo_block_1.tip.conv")]
    [InlineData("another slope in the backward pass alone", true, "0 backward neck.yolo_block_1.tip.conv")]
    [InlineData("one gradient of iteration 3 off by a twentieth", false, "3 backward backbone.res5.res5a")]
    [InlineData("one gradient of iteration 3 off by a twentieth", true, "3 backward backbone.res5.res5a")]
    public void A_wrong_gradient_is_no_noise(string fault, bool besideRounding, string place)
    {
        var plan = Bench.Faulty(Fault(fault), 1);
        var found = TracingLoop.Execute(
            besideRounding ? plan with { Start = Perturbation.Of(plan.Start, "beside") } : plan,
            1,
            TestEnvironment.Threads
        );

        var frontier = TraceComparison.Of(Bench.Right(1).Ranks, found, Bench.Floor).Frontier;

        frontier.Should().NotBeNull();
        System
            .IO.Enumeration.FileSystemName.MatchesSimpleExpression(place, $"{frontier!.Iteration} {frontier.Key}")
            .Should()
            .BeTrue($"{frontier}");
    }

    [Fact]
    public void Elements_near_kinks_are_measured_at_every_rectifier()
    {
        var trace = Bench.Right(1).Iterations[0];

        trace.MeasuresKinks.Should().BeTrue();
        var measured = trace.Of(TracePhase.Backward).Where(entry => entry.Kinks is not null).ToList();
        measured.Select(entry => entry.Key.Name).Should().Contain(["neck.yolo_block_1.tip", Late, "backbone.res5.res5b"]);
        measured.Should().OnlyContain(entry => entry.Kinks!.Count == KinkReach.Levels);
        measured.Should().OnlyContain(entry => entry.Kinks!.Zip(entry.Kinks!.Skip(1)).All(pair => pair.First <= pair.Second));
        // Of some ten thousand elements a thousandth is within a thousandth.
        measured.Max(entry => entry.Kinks![^1]).Should().BeInRange(1e-3, 0.3);
        measured.Average(entry => entry.Kinks![1]).Should().BeLessThan(1e-3);
    }

    private static Alteration Fault(string name) =>
        name switch
        {
            "half of the gradient of sizes" => WithGradient(
                (name, _) => name.StartsWith("yolo_head.", StringComparison.Ordinal),
                HalfOfSizes
            ),
            "another slope in the backward pass alone" => WithGradient(
                (name, module) => module is ConvNorm && name.StartsWith("neck.", StringComparison.Ordinal),
                (y, _) => y.lt(Scalars.Of(0)).to(y.dtype) * Scalars.Of(-0.9)
            ),
            _ => WithGradient(
                (name, _) => name == $"{Late}.conv",
                (y, iteration) => iteration == 3 ? ones_like(y).mul_(Scalars.Of(0.05)) : zeros_like(y)
            ),
        };

    /// <summary>As where the IoU's denominator is detached, the gradient of what boxes are made of is another, and no value is.</summary>
    private static Tensor HalfOfSizes(Tensor output, int iteration)
    {
        var less = zeros_like(output);
        for (var anchor = 0; anchor < 3; anchor++)
        {
            less.narrow(1, (anchor * (output.shape[1] / 3)) + 2, 2).fill_(Scalars.Of(-0.5));
        }

        return less;
    }

    /// <summary>Multiplies gradients of modules' outputs, whose values stay to the last bit.</summary>
    private static Alteration WithGradient(Func<string, nn.Module, bool> which, Func<Tensor, int, Tensor> less) =>
        new()
        {
            Loaded = network =>
            {
                foreach (var (name, module) in network.named_modules().Where(pair => which(pair.name, pair.module)))
                {
                    var calls = 0;
                    ((nn.Module<Tensor, Tensor>)module).register_forward_hook(
                        (_, _, output) =>
                        {
                            using var scope = NewDisposeScope();
                            using var values = output.detach();
                            var share = output * less(values, calls++);
                            return (output + (share - share.detach())).MoveToOuterDisposeScope();
                        }
                    );
                }
            },
        };
}
