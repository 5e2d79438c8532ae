using PPYolo.Align.Explanations;
using PPYolo.Align.Traces;
using PPYolo.Harness.Explain.Simulation;
using PPYolo.Train.Stepping;

namespace PPYolo.Harness.Explain;

/// <summary>
/// Weighs findings. One that cannot have made the runs part where they do, or that would have shown where they agree, is dropped. One that
/// can be carried out is: the first run is trained again with it, and its confidence is the share of the differences that are gone, less
/// the share of what it changes and should not have. It is likely only if the second run comes out, or all of it up to a place that lies
/// well behind the one where the runs parted. What is left then is put to the others.
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

    /// <summary>
    /// Tensors that agree again, in order of execution, before the next one that does not: with fewer, a value that was fitted to one
    /// number looks like a cause.
    /// </summary>
    private const int Proof = 10;

    private HashSet<(int Iteration, int Rank, TraceKey Key)> compared = [];
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
        compared = [.. comparison.Differences.Select(Of)];
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
            var (proven, left) = Proven(pool, tried, comparison.Floor);
            if (left is null)
            {
                break;
            }

            accepted.AddRange(proven.Select(one => one.Cause));
            pool.RemoveAll(finding => proven.Any(one => one.Finding == finding));
            altered = altered.And(proven[0].Finding.Act!);
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

    /// <summary>
    /// The findings that are proven by carrying them out, and what is left then; none, and null, where none is. One that reproduces the
    /// second run comes before one that only leads on. Several that reproduce it are not told apart by anything that was recorded.
    /// </summary>
    private (IReadOnlyList<(Finding Finding, Cause Cause)> Proven, TraceComparison? Left) Proven(
        IReadOnlyList<Finding> pool,
        Dictionary<string, Cause> tried,
        TraceFloor? floor
    )
    {
        var trials = new List<(Finding Finding, Cause Cause)>();
        foreach (var finding in pool.Where(finding => finding.Act is not null && CanExplain(finding.Cause, Left!)))
        {
            progress?.Invoke(finding.Cause.Id);
            var cause = Try(finding);
            tried[finding.Cause.Title] = cause;
            trials.Add((finding, cause));
        }

        var finished = new List<(Finding Finding, Cause Cause, TraceComparison Left)>();
        foreach (var (finding, cause) in trials.Where(trial => trial.Cause.IsLikely).OrderByDescending(trial => trial.Cause.Confidence))
        {
            var (found, left) = Finish(finding, cause, floor);
            tried[finding.Cause.Title] = found;
            if (found.IsLikely && left is not null)
            {
                finished.Add((finding, found, left));
            }
        }

        var whole = finished.Where(one => one.Cause.IsReproduced).DistinctBy(one => one.Cause.Id).ToList();
        return whole.Count switch
        {
            0 => finished.Count == 0 ? ([], null) : ([(finished[0].Finding, finished[0].Cause)], finished[0].Left),
            1 => ([(whole[0].Finding, whole[0].Cause)], whole[0].Left),
            _ => ([.. whole.Select(one => (one.Finding, Undecided(one.Cause, whole.Select(other => other.Cause))))], whole[0].Left),
        };
    }

    private static Cause Undecided(Cause cause, IEnumerable<Cause> all) =>
        cause with
        {
            Confidence = Finding.Unproven,
            Evidence =
            [
                .. cause.Evidence,
                $"so does {string.Join(", ", all.Where(other => other.Id != cause.Id).Select(other => other.Id))}: "
                    + "within noise the runs do not tell them apart",
            ],
        };

    /// <summary>Carries a finding out as far as the iteration in which the runs part.</summary>
    private Cause Try(Finding finding)
    {
        var evidence = new SimulationEvidence(second, Left!, Left!.Frontier!.Iteration);
        var share = evidence.Share(laboratory!.Attempt(altered.And(finding.Act!), evidence.Iterations));
        return finding.Cause with { Confidence = Math.Clamp(share, 0, 1), Evidence = [.. finding.Cause.Evidence, Shown(share)] };
    }

    private string Shown(double share) =>
        $"the first run trained again with it has {Numbers.Text(100 * Math.Max(0, share))} % of the differences up to iteration "
        + $"{Left!.Frontier!.Iteration}, less what it changes and should not";

    /// <summary>
    /// Carries a finding out to the end. It is proven if nothing is left, or if what is left comes so much later that another cause may
    /// have made it.
    /// </summary>
    private (Cause Cause, TraceComparison? Left) Finish(Finding finding, Cause cause, TraceFloor? floor)
    {
        if (laboratory!.Attempt(altered.And(finding.Act!), laboratory.Iterations) is not { } simulated)
        {
            return (cause with { Confidence = Math.Min(cause.Confidence, Finding.Unproven) }, null);
        }

        // What the two runs have in common: a repetition by this program has all of its modules, and says of none that it was not watched.
        var whole = TraceComparison.Of(simulated, second.Ranks, floor);
        var left = whole with { Differences = [.. whole.Differences.Where(difference => compared.Contains(Of(difference)))] };
        if (left.Frontier is not { } next)
        {
            return (
                cause with
                {
                    Confidence = 1,
                    IsReproduced = true,
                    Evidence =
                    [
                        .. finding.Cause.Evidence,
                        $"reproduced: the first run trained again with it agrees with the second in all {left.Differences.Count} tensors "
                            + $"of {second.Iterations.Count} iterations",
                    ],
                },
                left
            );
        }

        var mended = Mended(Left!, left);
        string remains =
            $"left is iteration {next.Iteration}, {next.Key}: {next.Note ?? $"{Numbers.Text(next.Units)} times the noise"}; "
            + $"{mended} tensors before it agree that did not";
        return (
            cause with
            {
                Confidence = mended < Proof ? Math.Min(cause.Confidence, Finding.Unproven) : cause.Confidence,
                Evidence = [.. cause.Evidence, remains],
            },
            left
        );
    }

    private static (int Iteration, int Rank, TraceKey Key) Of(EntryDifference difference) =>
        (difference.Iteration, difference.Rank, difference.Key);

    /// <summary>How many tensors agree now that did not before, in order of execution as far as the first that does not.</summary>
    internal static int Mended(TraceComparison before, TraceComparison after)
    {
        var differed = before.Exceeding.Select(Of).ToHashSet();
        return after.Differences.TakeWhile(difference => !difference.Exceeds).Count(difference => differed.Contains(Of(difference)));
    }
}
