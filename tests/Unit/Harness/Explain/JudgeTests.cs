using PPYolo.Align.Traces;
using PPYolo.Harness.Explain;

namespace PPYolo.Tests.Unit.Harness.Explain;

public sealed class JudgeTests
{
    [Theory]
    // One number was fitted, and what follows from it is off still.
    [InlineData("ABCD", "BCD", 1)]
    [InlineData("ABCD", "D", 3)]
    // What agreed before and does not now ends it.
    [InlineData("BCD", "A", 0)]
    [InlineData("ABCD", "", 4)]
    public void Counts_what_agrees_again_before_the_next_that_does_not(string before, string after, int mended) =>
        Judge.Mended(Comparison(before), Comparison(after)).Should().Be(mended);

    private static TraceComparison Comparison(string differing) =>
        new(
            [
                .. "ABCDE".Select(name => new EntryDifference(
                    0,
                    0,
                    new(TracePhase.Loss, $"{name}"),
                    differing.Contains(name) ? 1 : 0,
                    0.1,
                    null
                )),
            ],
            null
        );
}
