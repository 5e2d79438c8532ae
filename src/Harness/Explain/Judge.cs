using PPYolo.Align.Explanations;
using PPYolo.Align.Traces;
using PPYolo.Harness.Explain.Simulation;
using PPYolo.Train.Stepping;

namespace PPYolo.Harness.Explain;

/// <summary>
/// Weighs findings. One that cannot have made the runs part where they do, or that would have shown where they agree, is dropped. One that
/// can be carried out is: the first run is trained again with it, and its confidence is the share of the differences that are gone, less
/// the share of what it changes and should not have. What is left then is put to the others.
/// </summary>
/// <param name="second">The run that differs.</param>
/// <param name="laboratory">Repeats the first run; null where it cannot be repeated.</param>
/// <param name="progress">Told what is tried.</param>
internal sealed class Judge(ExplainedRun second, Laboratory? laboratory, Action<string>? progress)
{
    /// <summary>Causes that are looked for one beside the other.</summary>
    private const int Rounds = 3;

    /// <summary>Less than this says nothing.</summary>
    private const double Negligible = 0.05;

    private Alteration altered = Alteration.None;

    /// <summary>Where the second run differs from the first with what was accepted so far.</summary>
    public TraceComparison? Left { get; private set; }

    /// <summary>What was accepted so far, carried out together.</summary>
    public Alteration Accepted => altered;

    /// <summary>Weighs.</summary>
    /// <param name="findings">What laws and suspicions point to.</param>
    /// <param name="comparison">Where the runs differ.</param>
    /// <returns>The causes that are left, likeliest first.</returns>
    public IReadOnlyList<Cause> Weigh(IReadOnlyList<Finding> findings, TraceComparison comparison)
    {
        Left = comparison;
        var pool = findings
            .GroupBy(finding => finding.Cause.Title)
            .Select(same =>
                same.OrderByDescending(finding => finding.Act is not null).ThenByDescending(finding => finding.Cause.Confidence).First()
            )
            .ToList();
        var accepted = new List<Cause>();
        var tried = new Dictionary<string, Cause>(StringComparer.Ordinal);
        for (var round = 0; laboratory is not null && round < Rounds && Left.Frontier is not null; round++)
        {
            Trial? best = null;
            foreach (var finding in pool.Where(finding => finding.Act is not null && CanExplain(finding.Cause, Left)))
            {
                progress?.Invoke(finding.Cause.Id);
                var trial = Try(finding);
                tried[finding.Cause.Title] = trial.Cause;
                best = best is null || trial.Cause.Confidence > best.Cause.Confidence ? trial : best;
            }

            if (best is null || !best.Cause.IsLikely)
            {
                break;
            }

            var (cause, left) = Finish(best, comparison.Floor);
            accepted.Add(cause);
            pool.Remove(best.Finding);
            altered = altered.And(best.Finding.Act!);
            if (left is null)
            {
                break;
            }

            Left = left;
        }

        // Where everything is reproduced, nothing else is left to explain.
        var others =
            accepted.Count > 0 && Left.Frontier is null
                ? []
                : pool.Where(finding => CanExplain(finding.Cause, Left))
                    .Select(finding => tried.GetValueOrDefault(finding.Cause.Title) ?? Untried(finding, accepted.Count > 0))
                    .Where(cause => cause.Confidence > Negligible);
        return [.. accepted, .. Explainer.Ranked([.. others])];
    }

    /// <summary>
    /// Whether a cause can have made the runs part where they do: it enters there, or in a part before it that was not compared. One that
    /// enters in a part that was compared and agrees is refuted, and one that enters later explains nothing.
    /// </summary>
    internal static bool CanExplain(Cause cause, TraceComparison comparison)
    {
        if (comparison.Frontier is not { } frontier)
        {
            return false;
        }

        var phase = cause.Phase;
        if (Place(phase) == Place(frontier.Key.Phase))
        {
            return true;
        }

        for (var iteration = 0; iteration <= frontier.Iteration; iteration++)
        {
            var isBefore = iteration < frontier.Iteration || phase < frontier.Key.Phase;
            // Start weights and the end are of one iteration alone.
            var exists = phase switch
            {
                TracePhase.Start => iteration == 0,
                TracePhase.End => false,
                _ => true,
            };
            if (
                isBefore
                && exists
                && !comparison.Differences.Any(difference => difference.Iteration == iteration && difference.Key.Phase == phase)
            )
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Which parameters have a gradient shows in the backward pass already.</summary>
    private static TracePhase Place(TracePhase phase) => phase == TracePhase.Gradient ? TracePhase.Backward : phase;

    private static Cause Untried(Finding finding, bool besideOthers) =>
        besideOthers ? finding.Cause with { Confidence = Math.Min(finding.Cause.Confidence, 0.5) } : finding.Cause;

    /// <summary>Carries a finding out as far as the iteration in which the runs part.</summary>
    private Trial Try(Finding finding)
    {
        var evidence = new SimulationEvidence(second, Left!, Left!.Frontier!.Iteration);
        var share = evidence.Share(laboratory!.Attempt(altered.And(finding.Act!), evidence.Iterations));
        return new(
            finding,
            finding.Cause with
            {
                Confidence = Math.Clamp(share, 0, 1),
                Evidence = [.. finding.Cause.Evidence, Shown(share)],
            }
        );
    }

    private string Shown(double share) =>
        $"the first run trained again with it has {Numbers.Text(100 * Math.Max(0, share))} % of the differences up to iteration "
        + $"{Left!.Frontier!.Iteration}, less what it changes and should not";

    /// <summary>Carries a finding out to the end.</summary>
    private (Cause Cause, TraceComparison? Left) Finish(Trial trial, TraceFloor? floor)
    {
        if (laboratory!.Attempt(altered.And(trial.Finding.Act!), laboratory.Iterations) is not { } simulated)
        {
            return (trial.Cause, null);
        }

        var left = TraceComparison.Of(simulated, second.Ranks, floor);
        return left.Frontier is null
            ? (
                trial.Cause with
                {
                    Confidence = 1,
                    IsReproduced = true,
                    Evidence =
                    [
                        .. trial.Finding.Cause.Evidence,
                        $"reproduced: the first run trained again with it agrees with the second in all {left.Differences.Count} tensors "
                            + $"of {second.Iterations.Count} iterations",
                    ],
                },
                left
            )
            : (
                trial.Cause with
                {
                    Evidence =
                    [
                        .. trial.Cause.Evidence,
                        $"left is iteration {left.Frontier.Iteration}, {left.Frontier.Key}: "
                            + $"{left.Frontier.Note ?? $"{Numbers.Text(left.Frontier.Units)} times the noise"}",
                    ],
                },
                left
            );
    }

    private sealed record Trial(Finding Finding, Cause Cause);
}
