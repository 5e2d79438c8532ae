using PPYolo.Align.Traces;
using PPYolo.Harness.Explain;
using PPYolo.Harness.Explain.Laws;

namespace PPYolo.Tests.Unit.Harness.Explain.Laws;

public sealed class StartLawTests
{
    private static readonly float[] A = Traced.Numbers(1),
        B = Traced.Numbers(2),
        Random = Traced.Numbers(3),
        Ones = [.. Enumerable.Repeat(1f, 1000)],
        // Running statistics are no numbers that a layer begins with.
        Positive = [.. Random.Select(Math.Abs)];

    public static TheoryData<string, float[], float[], string, bool> Starts =>
        new()
        {
            { "each other's", B, A, "weights-exchanged", true },
            { "the same", B, B, "shared-weight", true },
            { "random", Random, B, "weights-not-loaded", true },
            { "ones", Ones, B, "weights-not-loaded", true },
            { "unlike a start", Positive, B, "weights-not-loaded", false },
        };

    [Theory]
    [MemberData(nameof(Starts))]
    public void Says_whose_values_a_weight_has(string values, float[] a, float[] b, string cause, bool isLikely)
    {
        var (first, second) = (Run(A, B), Run(a, b));

        var found = new StartLaw().Examine(first, second, Traced.Compare(first, second)).Should().ContainSingle(values).Which.Cause;

        found.Id.Should().Be(cause);
        found.IsLikely.Should().Be(isLikely, $"{found.Confidence}");
    }

    private static ExplainedRun Run(float[] a, float[] b) =>
        Traced.Run((TracePhase.Start, "a.weight", a), (TracePhase.Start, "b.weight", b));
}
