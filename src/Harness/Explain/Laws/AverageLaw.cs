using PPYolo.Align.Traces;
using PPYolo.Harness.RankEquality;

namespace PPYolo.Harness.Explain.Laws;

/// <summary>
/// The moving average in runs of any network, where it starts at the weights: e = d e + (1 - d) w. What is another in the second run is put
/// into the first run's law, and its confidence is how much of the difference that gives. One that starts at zero is that of <see
/// cref="EmaLaw"/>.
/// </summary>
internal sealed class AverageLaw : ILaw
{
    private const double Exact = 1e-3;

    /// <summary>What rounding to float32 leaves, in units of the weights: an average that hardly moves is no better known.</summary>
    private const double Rounding = 2e-7;

    /// <inheritdoc />
    public bool TakesGaps => true;

    /// <summary>Whether the first run's average starts at its weights, and no settings say otherwise.</summary>
    public static bool IsFor(ExplainedRun first, ExplainedRun second) =>
        StepLaw.IsFor(first, second) && Decays(first, _ => true, Now) is { Count: > 0 } own && own.Values.All(fit => fit.Fits);

    /// <inheritdoc />
    public IEnumerable<Finding> Examine(ExplainedRun first, ExplainedRun second, TraceComparison comparison)
    {
        if (!IsFor(first, second) || !second.Iterations.Any(iteration => iteration.Of(TracePhase.Ema).Any()))
        {
            yield break;
        }

        var expected = Decays(first, IsParameter, Now);
        if (expected.Count == 0)
        {
            yield break;
        }

        var typical = expected.Values.Select(fit => fit.Decay).Order().ElementAt(expected.Count / 2);
        double Expected(int iteration) => expected.TryGetValue(iteration, out var fit) ? fit.Decay : typical;
        double[]? Right(int iteration, string name) => Average(second, iteration, name, Expected(iteration), Now);

        var before = Share(second, comparison, (i, name) => Average(second, i, name, Expected(i), Before), Right);
        if (before.Share > 0)
        {
            yield return CauseCatalogue.EmaBeforeOptimizer.Found(
                before.Share,
                ["e = d e + (1 - d) w holds for the weights before the step", LawShare.Text(before, "averages")]
            );
        }

        var found = Decays(second, IsParameter, Now);
        var others = found.Where(pair => pair.Value.Fits && IsOther(pair.Value, Expected(pair.Key))).ToList();
        // A law that fails in a single iteration is another.
        if (others.Count > 0 && found.Values.All(fit => fit.Fits))
        {
            var share = Share(
                second,
                comparison,
                (i, name) => Average(second, i, name, found.TryGetValue(i, out var fit) ? fit.Decay : Expected(i), Now),
                Right
            );
            string[] evidence =
            [
                $"decays expected: {Numbers.Text(expected.Values.Select(fit => fit.Decay))}",
                $"decays fitted in the second run: {Numbers.Text(found.Values.Select(fit => fit.Decay))}",
                LawShare.Text(share, "averages"),
            ];
            yield return others.TrueForAll(pair => Numbers.Near(pair.Value.Decay, 1, 1e-6)) && others.Count < found.Count
                ? CauseCatalogue.EmaSeldom.Found(share.Share, evidence)
            : others.TrueForAll(pair => Numbers.Near(1 - pair.Value.Decay, 1 - others[0].Value.Decay, Exact))
                ? CauseCatalogue.EmaDecay.Found(
                    $"The moving average's decay is {Numbers.Text(others[0].Value.Decay)}, not {Numbers.Text(typical)}.",
                    share.Share,
                    evidence
                )
            : CauseCatalogue.EmaOtherRamp.Found(share.Share, evidence);
        }

        foreach (var finding in Statistics(second, comparison, Right))
        {
            yield return finding;
        }

        // Nothing but the first average tells where it started.
        var zero = Share(
            second,
            comparison,
            (i, name) => i == 0 && Now(second, 0, name) is { } now ? Vectors.Times(1 - Expected(0), now) : null
        );
        if (zero.Share > 0)
        {
            yield return CauseCatalogue.EmaStart.Found(
                "The moving average starts at zero instead of the weights.",
                zero.Share,
                [LawShare.Text(zero, "averages of the first step")]
            );
        }
    }

    private static IEnumerable<Finding> Statistics(ExplainedRun second, TraceComparison comparison, Func<int, string, double[]?> right)
    {
        foreach (
            var (text, value) in new (string, Func<int, string, double[]?>)[]
            {
                ("they are those of the network", (i, name) => second.Sums(i, TracePhase.Buffers, name)),
                ("they stay as they are", (i, name) => Earlier(second, i, name)),
            }
        )
        {
            var share = Share(second, comparison, (i, name) => IsParameter(name) ? right(i, name) : value(i, name), right);
            if (share.Share > 0)
            {
                yield return CauseCatalogue.EmaBuffersLeftOut.Found(
                    $"The moving average leaves running statistics out: {text}.",
                    share.Share,
                    [LawShare.Text(share, "averages")]
                );
            }
        }
    }

    private static (double Share, int Predicted, int Differing) Share(
        ExplainedRun second,
        TraceComparison comparison,
        Func<int, string, double[]?> predict,
        Func<int, string, double[]?>? right = null
    ) => LawShare.Of(second, comparison, TracePhase.Ema, predict, right);

    private static double[]? Average(
        ExplainedRun run,
        int iteration,
        string name,
        double decay,
        Func<ExplainedRun, int, string, double[]?> taken
    ) =>
        Earlier(run, iteration, name) is { } earlier && taken(run, iteration, name) is { } now
            ? Vectors.Combined((decay, earlier), (1 - decay, now))
            : null;

    /// <summary>The decay of each iteration, over all tensors that move, and what it leaves of how far they move.</summary>
    private static SortedDictionary<int, (double Decay, double Error, bool Fits)> Decays(
        ExplainedRun run,
        Func<string, bool> wanted,
        Func<ExplainedRun, int, string, double[]?> taken
    )
    {
        var decays = new SortedDictionary<int, (double Decay, double Error, bool Fits)>();
        foreach (var iteration in run.Iterations)
        {
            var fit = new LinearFit(1);
            double moved = 0;
            var count = 0;
            foreach (var entry in iteration.Of(TracePhase.Ema).Where(entry => wanted(entry.Key.Name)))
            {
                if (
                    taken(run, iteration.Iteration, entry.Key.Name) is { } now
                    && Earlier(run, iteration.Iteration, entry.Key.Name) is { } earlier
                )
                {
                    // e before - e = (1 - d) (e before - w): rounding errors are in proportion to the weights.
                    var (move, size) = (Vectors.Minus(earlier, entry.Summary.Sums), Math.Max(1e-30, Vectors.Norm(now)));
                    fit.Add(move, [Vectors.Minus(earlier, now)], 1 / size);
                    moved += Math.Pow(Vectors.Norm(move) / size, 2);
                    count++;
                }
            }

            if (fit.Solve() is { } result)
            {
                var fits = result.Residual < Exact || result.Residual * Math.Sqrt(moved / count) < Rounding;
                decays[iteration.Iteration] = (1 - result.Coefficients[0], result.Errors[0], fits);
            }
        }

        return decays;
    }

    private static bool IsOther((double Decay, double Error, bool Fits) fit, double expected) =>
        Math.Abs(fit.Decay - expected) > Math.Max(Exact * (1 - expected), 10 * fit.Error);

    private static double[]? Earlier(ExplainedRun run, int iteration, string name) =>
        iteration == 0 ? run.Sums(0, TracePhase.Start, name) : run.Sums(iteration - 1, TracePhase.Ema, name);

    private static double[]? Now(ExplainedRun run, int iteration, string name) =>
        run.Sums(iteration, TracePhase.Weights, name) ?? run.Sums(iteration, TracePhase.Buffers, name);

    private static double[]? Before(ExplainedRun run, int iteration, string name) =>
        IsParameter(name) ? run.WeightsBefore(iteration, name) : run.Sums(iteration, TracePhase.Buffers, name);

    private static bool IsParameter(string name) => !TensorKinds.IsStatistic(name) && !TensorKinds.IsCounter(name);
}
