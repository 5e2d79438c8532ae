using PPYolo.Align.Sketching;
using PPYolo.Align.Traces;

namespace PPYolo.Tests.Unit.Align.Traces;

/// <summary>A gradient map of 100 elements differs by one of them: whether that is noise depends on what was seen of kinks.</summary>
public sealed class NoisePropagationTests
{
    [Theory]
    // The forward pass is the same to the last bit: nothing moves across a kink.
    [InlineData(0, null, false)]
    [InlineData(0, 0.3, false)]
    // It is not, and nobody measured.
    [InlineData(1e-7, null, true)]
    // Nothing is near a kink, or what is may change as much.
    [InlineData(1e-7, 0.0, false)]
    [InlineData(1e-7, 0.3, true)]
    public void A_flip_is_noise_where_something_may_flip(double forward, double? kinks, bool isNoise)
    {
        var comparison = TraceComparison.Of([Run(0, Alike(kinks), 0)], [Run(forward, null, 1)], Floor());

        (comparison.Frontier is null).Should().Be(isNoise, $"{comparison.Frontier}");
    }

    [Fact]
    public void Only_kinks_within_reach_of_the_noise_count()
    {
        double[] shares = [0, 0, 0, 0, 0, 0, 0.3, 0.3];

        TraceComparison.Of([Run(0, shares, 0)], [Run(1e-7, null, 1)], Floor()).Frontier.Should().NotBeNull();
        TraceComparison.Of([Run(0, shares, 0)], [Run(3e-5, null, 1)], Floor(1e-5)).Frontier.Should().BeNull();
    }

    private static TraceFloor Floor(double forward = 1e-6) => TraceFloor.Of(Run(0, null, 0), [Run(forward, null, 0)]);

    private static double[]? Alike(double? kinks) => kinks is { } share ? [.. Enumerable.Repeat(share, KinkReach.Levels)] : null;

    private static RunTrace Run(double forward, double[]? kinks, int flipped)
    {
        var trace = new IterationTrace(0) { MeasuresKinks = kinks is not null };
        trace.Add(new(new(TracePhase.Forward, "first"), [1], StripedSummary.Of(1 + forward)));
        trace.Add(new(new(TracePhase.Forward, "second"), [1], StripedSummary.Of(1 + forward)));
        trace.Add(new(new(TracePhase.Backward, "second"), [1], StripedSummary.Of(1)) { Kinks = kinks });
        var gradient = Enumerable.Repeat(1f, 100).ToArray();
        for (var i = 0; i < flipped; i++)
        {
            gradient[i] = 0;
        }

        trace.Add(new(new(TracePhase.Backward, "first"), [100], StripedSummary.Of(gradient)));
        return new(0, [trace]);
    }
}
