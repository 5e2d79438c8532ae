using PPYolo.Align.Sketching;
using PPYolo.Align.Traces;
using PPYolo.Model.Head;

namespace PPYolo.Harness.Explain;

/// <summary>
/// The total of a detector's losses, where files or recorders have its terms alone. Of other trainers' losses nobody knows what is added
/// up.
/// </summary>
internal static class TotalLoss
{
    /// <summary>Adds it to both runs where one has it.</summary>
    public static void AddToBoth(ExplainedRun a, ExplainedRun b)
    {
        foreach (var (one, other) in a.Iterations.Zip(b.Iterations))
        {
            if (Has(one) != Has(other))
            {
                AddTo(Has(one) ? other : one);
            }
        }
    }

    /// <summary>Adds it where the terms are there and it is not: their sum in float32, in their order.</summary>
    public static void AddTo(IterationTrace trace)
    {
        var terms = trace.Of(TracePhase.Loss).ToList();
        if (!Has(trace) && terms.Exists(term => term.Key.Name == "loss_xy"))
        {
            var total = terms.Aggregate(0f, (sum, term) => sum + (float)term.Summary.Mean);
            trace.Add(new(new(TracePhase.Loss, LossTerms.TotalName), [], StripedSummary.Of(total)));
        }
    }

    private static bool Has(IterationTrace trace) => trace[TracePhase.Loss, LossTerms.TotalName] is not null;
}
