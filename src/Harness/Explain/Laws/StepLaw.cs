using PPYolo.Align.Explanations;
using PPYolo.Align.Traces;

namespace PPYolo.Harness.Explain.Laws;

/// <summary>
/// The optimizer's step in runs of any network, of which no settings are known: momentum, or Adam's first moment. What each parameter's
/// decay is, how much of the gradient enters and how much stays is measured in both runs. What is another is put into the law of the first
/// run, and its confidence is how much of the difference that gives.
/// </summary>
internal sealed class StepLaw : ILaw
{
    /// <inheritdoc />
    public bool TakesGaps => true;

    /// <summary>Whether nothing is known of both runs but what was recorded.</summary>
    public static bool IsFor(ExplainedRun first, ExplainedRun second) => first.Options is null && second.Options is null;

    /// <inheritdoc />
    public IEnumerable<Finding> Examine(ExplainedRun first, ExplainedRun second, TraceComparison comparison)
    {
        if (
            !IsFor(first, second)
            || StepHistory.Of(first) is not { } a
            || StepHistory.Of(second) is not { } b
            || a.IsAdam != b.IsAdam
            || a.IsPlain != b.IsPlain
        )
        {
            return [];
        }

        var test = new StepTest(second, comparison, a, b);
        return
        [
            .. DecayDifference.Examine(first, second, test),
            .. Carries(test),
            .. StepShares.Examine(second, test),
            .. SecondMoments(second, comparison, test),
        ];
    }

    private static IEnumerable<Finding> Carries(StepTest test)
    {
        var (a, b) = (test.First, test.Second);
        if (a.IsPlain || a.Carry is not { } expected || b.Carry is not { } found || Numbers.Near(1 - expected, 1 - found, 1e-3))
        {
            yield break;
        }

        var isMeasured = double.IsFinite(a.CarryError) && double.IsFinite(b.CarryError);
        // Where gradients hardly change, what stays is not told from what enters.
        if (isMeasured && Math.Abs(expected - found) <= a.CarryError + b.CarryError)
        {
            yield break;
        }

        // Adam takes what does not stay from the gradient.
        var share = test.Share((i, _) => (a.IsAdam ? b.Shares.GetValueOrDefault(i, 1 - found) : test.FirstShare(i), null, found));
        string[] evidence =
        [
            $"m = a g + b w + c m: c is {Numbers.Text(found)}, expected {Numbers.Text(expected)}",
            LawShare.Text(share, "moments"),
        ];
        if (!isMeasured && !test.SecondMomentsAgree)
        {
            // The first step alone: gradients that are clipped or scaled leave less of themselves in both moments.
            yield return CauseCatalogue.GradientShare.Found(Math.Min(share.Share, Cause.LeastLikely), evidence);
            yield break;
        }

        var kind = a.IsAdam ? CauseCatalogue.AdamBeta1 : CauseCatalogue.Momentum;
        yield return kind.Found(
            $"{(a.IsAdam ? "Adam's beta1" : "Momentum")} is {Numbers.Text(found)}, not {Numbers.Text(expected)}.",
            share.Share,
            evidence
        );
    }

    private static IEnumerable<Finding> SecondMoments(ExplainedRun second, TraceComparison comparison, StepTest test)
    {
        var (a, b) = (test.First, test.Second);
        if (
            a.SecondRate() is not { } expected
            || b.SecondRate() is not { } found
            || Math.Abs(found.Value - expected.Value)
                <= Math.Max(1e-3 * (1 - Math.Min(expected.Value, found.Value)), 5 * (expected.Error + found.Error))
            // Of the first step alone a scale of gradients is not told from a beta.
            || !(double.IsFinite(a.CarryError) && double.IsFinite(b.CarryError)) && !Numbers.Near(a.Carry!.Value, b.Carry!.Value, 1e-3)
        )
        {
            yield break;
        }

        // The second moment of the first step is the squared gradient: the first run's in proportion.
        var scale = test.FirstScale;
        var share = LawShare.Of(
            second,
            comparison,
            TracePhase.Momentum,
            (iteration, name) =>
                iteration == 0 && name.EndsWith(StepHistory.Second, StringComparison.Ordinal) && a.SecondMoment(0, name) is { } sums
                    ? Vectors.Times(scale * scale * (1 - found.Value) / (1 - expected.Value), sums)
                    : null
        );
        yield return CauseCatalogue.AdamBeta2.Found(
            $"Adam's beta2 is {Numbers.Text(found.Value)}, not {Numbers.Text(expected.Value)}.",
            share.Share,
            [$"v = d v + (1 - d) g^2: d is {found}, expected {expected}", LawShare.Text(share, "second moments of the first step")]
        );
    }
}
