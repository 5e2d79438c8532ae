using PPYolo.Align.Traces;
using PPYolo.Harness.Explain.Laws;
using PPYolo.Train.Stepping;

namespace PPYolo.Harness.Explain.Simulation;

/// <summary>
/// Carries out suspicions on the first run's weights and batches, and sees whether the second run's numbers come out. Nothing but the
/// traces says which suspicion is right. What agreed must agree still.
/// </summary>
/// <param name="laboratory">Repeats the first run.</param>
/// <param name="given">What is known to be wrong already.</param>
/// <param name="progress">Told what is tried.</param>
internal sealed class SimulationLaw(Laboratory laboratory, Alteration given, Action<string>? progress) : ILaw
{
    /// <summary>A suspicion that accounts for less than this share of the differences is not refined.</summary>
    private const double Worthwhile = 0.3;

    /// <summary>Nothing is left beyond noise.</summary>
    private const double Convincing = 1 - 1e-6;

    private const int Refinements = 10;

    private static readonly TracePhase[] Simulated = [TracePhase.Forward, TracePhase.Loss, TracePhase.Backward, TracePhase.Gradient];

    /// <inheritdoc />
    public IEnumerable<Finding> Examine(ExplainedRun first, ExplainedRun second, TraceComparison comparison)
    {
        // The second run's weights or data cannot be made from the first's: nothing that follows can be repeated.
        if (
            comparison.Frontier is not { } frontier
            || frontier.Key.Phase is TracePhase.Start or TracePhase.Data
            || first.Ranks.Count != second.Ranks.Count
        )
        {
            return [];
        }

        var network = first.Options!.ToNetwork();
        var whole = !second.IsTraced;
        var place = frontier.Key.Phase == TracePhase.Forward ? frontier.Key.Name : null;
        List<Suspicion> forward = [.. Suspicions.Forward(network, first.Ranks.Count, place)],
            loss = [.. Suspicions.Loss(network)],
            training = [.. Suspicions.Training(network, first.Recipe!)];
        if (whole && frontier.Iteration != 0)
        {
            // Only the ends of both runs tell: whatever can change weights is tried on all iterations.
            return Best([.. training, .. loss], new(second, comparison, laboratory.Iterations - 1));
        }

        // What enters in the losses leaves the forward pass as it is, and once weights differ, so does everything that follows.
        return !Simulated.Contains(frontier.Key.Phase)
            ? []
            : Best(
                frontier.Key.Phase == TracePhase.Forward || whole ? [.. forward, .. loss]
                    : frontier.Key.Phase == TracePhase.Loss ? loss
                    : [.. loss, .. Suspicions.Backward(first.Ranks.Count)],
                new(second, comparison, frontier.Iteration)
            );
    }

    /// <summary>The suspicions that account for anything, best first.</summary>
    private List<Finding> Best(IReadOnlyList<Suspicion> suspicions, SimulationEvidence evidence) =>
        [
            .. Trials(suspicions, evidence)
                .Where(trial => trial.Explained > 0)
                .OrderByDescending(trial => trial.Explained)
                .Take(2)
                .Select(trial => new Finding(
                    trial.Suspicion.Cause.Found(
                        trial.Suspicion.Title(trial.Value),
                        Math.Clamp(trial.Explained, 0, 1),
                        [
                            $"carried out on the first run's weights and batches it accounts for {Numbers.Text(100 * trial.Explained)} % "
                                + $"of the differences up to iteration {evidence.Last}",
                        ],
                        trial.Suspicion.Phase
                    ),
                    trial.Suspicion.Make(trial.Value)
                )),
        ];

    /// <summary>Tries one after the other until nothing is left to explain.</summary>
    private IEnumerable<Trial> Trials(IReadOnlyList<Suspicion> suspicions, SimulationEvidence evidence)
    {
        foreach (var suspicion in suspicions)
        {
            var trial = Try(suspicion, evidence);
            yield return trial;
            if (trial.Explained > Convincing)
            {
                yield break;
            }
        }
    }

    private Trial Try(Suspicion suspicion, SimulationEvidence evidence)
    {
        progress?.Invoke(suspicion.Cause.Id);
        Trial At(double value)
        {
            var simulated = laboratory.Attempt(given.And(suspicion.Make(value)), evidence.Iterations, evidence.Needed, evidence.Refutes);
            return new(suspicion, value, evidence.Share(simulated), evidence.AtFrontier(simulated));
        }

        var trials = suspicion.Values.Select(At).ToList();
        var best = trials.MaxBy(trial => trial.Explained)!;
        if (!suspicion.Refined || best.Explained < Worthwhile || best.Explained > Convincing)
        {
            return best;
        }

        var index = trials.IndexOf(best);
        best = Secant(best, trials[index == 0 ? 1 : index - 1], At);

        // The difference is smooth in the value: halve the interval around the best.
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

    /// <summary>
    /// What is off where the runs part is nearly linear in the value: the root of the line through two trials, as long as that is better.
    /// </summary>
    private static Trial Secant(Trial best, Trial other, Func<double, Trial> at)
    {
        for (var i = 0; i < Refinements && best.Explained < Convincing; i++)
        {
            if (best.Off is not { } off || other.Off is not { } before)
            {
                break;
            }

            var (norm, along) = (off.Sum(x => x * x), off.Zip(before, (x, y) => x * y).Sum());
            var value = best.Value - ((best.Value - other.Value) * norm / (norm - along));
            if (!double.IsFinite(value) || at(value) is var trial && trial.Explained <= best.Explained)
            {
                break;
            }

            (best, other) = (trial, best);
        }

        return best;
    }

    private sealed record Trial(Suspicion Suspicion, double Value, double Explained, double[]? Off);
}
