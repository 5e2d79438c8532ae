using PPYolo.Align.Explanations;
using PPYolo.Align.Traces;

namespace PPYolo.Harness.Explain.Laws;

/// <summary>Weight decay of single parameters that is another.</summary>
internal static class DecayDifference
{
    /// <summary>A weight decay smaller than this is none: it changes no weight in a training of any length.</summary>
    private const double NoDecay = 1e-7;

    /// <summary>The cause that the decays of both runs point to.</summary>
    public static IEnumerable<Finding> Examine(ExplainedRun first, ExplainedRun second, StepTest test)
    {
        var (a, b) = (test.First.Decays, test.Second.Decays);
        // In the order of the network, for reading.
        var both = second
            .Iterations.SelectMany(iteration => iteration.Of(TracePhase.Weights))
            .Select(entry => entry.Key.Name)
            .Distinct()
            .Where(name => a.ContainsKey(name) && b.ContainsKey(name))
            .ToList();
        var others = both.Where(name => !Same(a[name], b[name])).ToList();
        if (others.Count == 0)
        {
            yield break;
        }

        var (expected, found) = (Typical(others, a), Typical(others, b));
        var rest = both.Except(others).ToList();
        // What is measured least exactly takes the value of the rest.
        var share = test.Share(
            (_, name) =>
                (
                    null,
                    others.Contains(name)
                        ? IsZero(b[name])
                            ? 0
                            : found
                        : null,
                    null
                )
        );
        string[] evidence =
        [
            $"weight decay of {Named(others)}: expected {Numbers.Text(expected)}, fitted {Numbers.Text(found)}",
            .. rest.Count > 0
                ? [$"weight decay of {rest.Count} others is {Numbers.Text(Typical(rest, a))} in both"]
                : Array.Empty<string>(),
            LawShare.Text(share, test.Second.IsPlain ? "weights" : "moments"),
        ];
        var isFlat = others.TrueForAll(name => (test.Second.Gradient(Traced(second), name)?.Shape.Count ?? 0) <= 1);
        var (gains, loses) = (others.TrueForAll(name => IsZero(a[name])), others.TrueForAll(name => IsZero(b[name])));
        var decayed = rest.Exists(name => !IsZero(b[name]));
        Cause Made(CauseKind kind, string title) => kind.Found(title, share.Share, evidence, test.Second.Phase);
        var direct = loses && !decayed ? Direct(second, test, others) : null;
        // In steps that are not linear it shows in elements alone.
        var isHidden = loses && !decayed && (direct is null || direct.Error > Math.Abs(expected) / 2);
        yield return gains && isFlat && decayed
            ? Made(
                CauseCatalogue.WeightDecayAllGroups,
                $"Weight decay is on norms and biases too: {Numbers.Text(found)} on {Named(others)}."
            )
        : gains && !decayed && AdamElements.Decay(first, others) is { } taken && IsTold(taken)
            ? Made(
                CauseCatalogue.WeightDecayCoupled,
                $"Weight decay ({Numbers.Text(found)}) is put into Adam's gradients, and not taken off weights directly as in AdamW."
            )
        : direct is not null && !isHidden && IsTold(direct)
            ? Made(
                CauseCatalogue.WeightDecayDecoupled,
                $"Weight decay ({Numbers.Text(direct.Value)}) is taken off weights directly, and not put into gradients."
            )
        : isHidden
            ? CauseCatalogue.WeightDecayMissing.Found(
                "There is no weight decay in gradients.",
                Math.Min(share.Share, Cause.LeastLikely),
                [.. evidence, "what was recorded does not tell whether it is taken off weights directly: record some of them whole"],
                test.Second.Phase
            )
        : loses && !decayed ? Made(CauseCatalogue.WeightDecayMissing, CauseCatalogue.WeightDecayMissing.Meaning)
        : others.Exists(name => IsZero(a[name])) && others.Exists(name => IsZero(b[name]))
            ? Made(CauseCatalogue.WeightDecayWrongGroup, CauseCatalogue.WeightDecayWrongGroup.Meaning)
        : Made(
            CauseCatalogue.WeightDecayOther,
            $"Weight decay{(rest.Count > 0 ? $" of {Named(others)}" : "")} is {Numbers.Text(found)}, not {Numbers.Text(expected)}."
        );
    }

    private static bool IsTold(Measured decay) => decay.Value > Math.Max(NoDecay, decay.Error);

    /// <summary>The decay that goes off weights directly; null where it cannot be told.</summary>
    private static Measured? Direct(ExplainedRun run, StepTest test, List<string> names) =>
        test.Second.IsAdam ? AdamElements.Decay(run, names) : SgdWeights.DirectDecay(run, names);

    private static int Traced(ExplainedRun run) => run.Iterations.First(iteration => iteration.Of(TracePhase.Gradient).Any()).Iteration;

    private static string Named(List<string> names) =>
        names.Count switch
        {
            1 => names[0],
            2 => $"{names[0]} and 1 other",
            _ => $"{names[0]} and {names.Count - 1} others",
        };

    /// <summary>What was measured most exactly.</summary>
    private static double Typical(List<string> names, Dictionary<string, (double Value, double Error)> decays)
    {
        var best = decays[names.MinBy(name => decays[name].Error)!];
        return IsZero(best) ? 0 : best.Value;
    }

    private static bool IsZero((double Value, double Error) decay) => Math.Abs(decay.Value) <= Math.Max(NoDecay, decay.Error);

    private static bool Same((double Value, double Error) a, (double Value, double Error) b) =>
        Math.Abs(a.Value - b.Value)
        <= Math.Max(0.02 * Math.Max(Math.Abs(a.Value), Math.Abs(b.Value)), Math.Max(NoDecay, a.Error + b.Error));
}
