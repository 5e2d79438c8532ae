using PPYolo.Align.Explanations;
using PPYolo.Align.Traces;
using PPYolo.Harness.Explain.Laws;
using PPYolo.Train.Stepping;

namespace PPYolo.Harness.Explain.Simulation;

/// <summary>
/// Carries out suspicions on the first run's weights and batches, and sees whether the second run's numbers come out. Nothing but the
/// traces says which suspicion is right.
/// </summary>
/// <param name="laboratory">Repeats the first run.</param>
/// <param name="progress">Told what is tried.</param>
internal sealed class SimulationLaw(Laboratory laboratory, Action<string>? progress) : ILaw
{
    /// <summary>A suspicion that accounts for less than this share of the differences is not a cause.</summary>
    private const double Worthwhile = 0.3;

    private const double Convincing = 0.97;
    private const int Refinements = 10;

    private static readonly TracePhase[] Simulated = [TracePhase.Forward, TracePhase.Loss, TracePhase.Backward, TracePhase.Gradient];

    /// <inheritdoc />
    public IEnumerable<Cause> Examine(ExplainedRun first, ExplainedRun second, TraceComparison comparison)
    {
        if (comparison.Exceeding.Any(difference => difference.Key.Phase == TracePhase.Start) || first.Ranks.Count != second.Ranks.Count)
        {
            return [];
        }

        var given = GivenData(first, second, comparison);
        if (given is null)
        {
            // The second run's data cannot be made from the first's: nothing that follows can be repeated.
            return [];
        }

        if (comparison.Exceeding.Any(difference => difference.Key.Phase == TracePhase.Data))
        {
            // What is left to explain is what differs from a run on the same data.
            comparison = TraceComparison.Of(laboratory.Run(given, laboratory.Iterations), second.Ranks, comparison.Floor);
        }

        var network = first.Options!.ToNetwork();
        var whole = !second.IsTraced;
        List<Suspicion> forward = [.. Suspicions.Forward(network, first.Ranks.Count)],
            loss = [.. Suspicions.Loss(network)],
            training = [.. Suspicions.Training(network, first.Recipe!)];
        var entry = comparison.Exceeding.FirstOrDefault(difference => Simulated.Contains(difference.Key.Phase));
        if (whole && comparison.Frontier is not null && entry?.Iteration != 0)
        {
            // Only the ends of both runs tell: whatever can change weights is tried on all iterations.
            var evidence = Evidence(second, comparison, laboratory.Iterations - 1, whole);
            return Best(training, given, evidence) is { Count: > 0 } causes ? causes : Best(loss, given, evidence);
        }

        // Once weights differ, so does everything that follows: what was computed then says nothing of its own.
        if (
            entry is null
            || comparison.Exceeding.Any(difference =>
                difference.Iteration < entry.Iteration && difference.Key.Phase is (TracePhase.Momentum or TracePhase.Weights)
            )
        )
        {
            return [];
        }

        // What enters in the losses leaves the forward pass as it is.
        return Best(
            entry.Key.Phase == TracePhase.Forward || whole ? [.. forward, .. loss] : loss,
            given,
            Evidence(second, comparison, entry.Iteration, whole: false)
        );
    }

    /// <summary>What makes the second run's data from the first's; null where nothing known does.</summary>
    private static Alteration? GivenData(ExplainedRun first, ExplainedRun second, TraceComparison comparison) =>
        comparison.Exceeding.FirstOrDefault(difference => difference.Key.Phase == TracePhase.Data) is not { } data ? Alteration.None
        : BatchChange.Find(first, second, data) is { } change ? Alteration.OfBatch(change.Apply)
        : null;

    /// <summary>The suspicion that accounts for most, then with it another that accounts for most of the rest.</summary>
    private List<Cause> Best(IReadOnlyList<Suspicion> suspicions, Alteration given, SimulationEvidence evidence)
    {
        var causes = new List<Cause>();
        var (reached, altered) = (evidence.Explained(laboratory.Run(given, evidence.Iterations)), given);
        for (var round = 0; round < 2 && reached < Convincing; round++)
        {
            var trials = suspicions
                .Where(suspicion => causes.TrueForAll(cause => cause.Id != suspicion.Cause.Id))
                .Select(suspicion => Try(suspicion, altered, evidence))
                .OrderByDescending(trial => trial.Explained)
                .ToList();
            if (trials.Count == 0 || trials[0].Explained < reached + ((1 - reached) * Worthwhile))
            {
                break;
            }

            var best = trials[0];
            var next =
                trials.Count > 1
                    ? $"; the next best, {trials[1].Suspicion.Cause.Id}, for {Numbers.Text(100 * Math.Max(0, trials[1].Explained))} %"
                    : "";
            causes.Add(
                best.Suspicion.Cause.Found(
                    best.Suspicion.Title(best.Value),
                    Math.Min(0.98, best.Explained),
                    [
                        $"carried out on the first run's weights and batches it accounts for {Numbers.Text(100 * best.Explained)} % of "
                            + $"the differences of iteration {evidence.Iterations - 1}{next}",
                    ],
                    best.Suspicion.Phase
                )
            );
            (reached, altered) = (best.Explained, altered.And(best.Suspicion.Make(best.Value)));
        }

        return causes;
    }

    private Trial Try(Suspicion suspicion, Alteration given, SimulationEvidence evidence)
    {
        progress?.Invoke(suspicion.Cause.Id);
        Trial At(double value) =>
            new(suspicion, value, evidence.Explained(laboratory.Run(given.And(suspicion.Make(value)), evidence.Iterations)));
        var trials = suspicion.Values.Select(At).ToList();
        var best = trials.MaxBy(trial => trial.Explained)!;
        if (!suspicion.Refined || best.Explained < Worthwhile || best.Explained > Convincing)
        {
            return best;
        }

        // The difference is smooth in the value: halve the interval around the best.
        var index = trials.IndexOf(best);
        var (low, high) = (suspicion.Values[Math.Max(0, index - 1)], suspicion.Values[Math.Min(trials.Count - 1, index + 1)]);
        var geometric = low > 0 && high / low >= 10;
        for (var i = 0; i < Refinements && best.Explained < Convincing; i++)
        {
            foreach (var side in new[] { low, high })
            {
                var trial = At(geometric ? Math.Sqrt(side * best.Value) : (side + best.Value) / 2);
                best = trial.Explained > best.Explained ? trial : best;
            }

            (low, high) = geometric
                ? (Math.Sqrt(low * best.Value), Math.Sqrt(high * best.Value))
                : ((low + best.Value) / 2, (high + best.Value) / 2);
        }

        return best;
    }

    private static SimulationEvidence Evidence(ExplainedRun second, TraceComparison comparison, int iteration, bool whole) =>
        new(
            second,
            [
                .. comparison.Exceeding.Where(difference =>
                    (whole || difference.Iteration == iteration)
                    && difference.Note is null
                    && (whole || Simulated.Contains(difference.Key.Phase))
                ),
            ],
            iteration + 1
        );

    private sealed record Trial(Suspicion Suspicion, double Value, double Explained);
}
