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

    [Theory]
    // Twins differ in the forward pass, and their gradients by a thousandth for it. These runs do not.
    [InlineData(0, 3e-3, false)]
    [InlineData(1e-7, 3e-3, true)]
    // What one module rounds.
    [InlineData(0, 5e-6, true)]
    public void Behind_losses_of_the_same_bits_there_is_no_noise_but_rounding(double loss, double gradient, bool isNoise)
    {
        var floor = TraceFloor.Of(Losses(0, 0), [Losses(1e-6, 1e-3)]);

        (TraceComparison.Of([Losses(0, 0)], [Losses(loss, gradient)], floor).Frontier is null).Should().Be(isNoise);
    }

    private static RunTrace Losses(double loss, double gradient)
    {
        var trace = new IterationTrace(0);
        trace.Add(new(new(TracePhase.Forward, "head"), [1], StripedSummary.Of(1)));
        trace.Add(new(new(TracePhase.Loss, "total_loss"), [1], StripedSummary.Of(1 + loss)));
        trace.Add(new(new(TracePhase.Backward, "head"), [1], StripedSummary.Of(1 + gradient)));
        return new(0, [trace]);
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
