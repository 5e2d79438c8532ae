using PPYolo.Align.Explanations;
using PPYolo.Align.Traces;
using PPYolo.Harness.Explain.Laws;
using PPYolo.Harness.Explain.Simulation;
using PPYolo.Train.Runtime;

namespace PPYolo.Harness.Explain;

/// <summary>Says where, when and why the second of two runs is not the first.</summary>
internal static class Explainer
{
    private static readonly ILaw[] Laws =
    [
        new FileLaw(),
        new StartLaw(),
        new DataLaw(),
        new ModuleLaw(),
        new NormLaw(),
        new GradientLaw(),
        new ReductionLaw(),
        new ScheduleLaw(),
        new OptimizerLaw(),
        new EmaLaw(),
        new StepLaw(),
        new WeightLaw(),
        new AverageLaw(),
    ];

    /// <summary>Where a law accounts for as much, nothing is tried by training.</summary>
    private const double Sufficient = 0.99;

    /// <summary>Explains.</summary>
    /// <param name="first">What is expected.</param>
    /// <param name="second">What was found.</param>
    /// <param name="floor">The noise floor of the first, or null.</param>
    /// <param name="laboratory">Repeats the first run to try causes out; null where it cannot be repeated.</param>
    /// <param name="progress">Told what is tried.</param>
    public static Explanation Explain(
        ExplainedRun first,
        ExplainedRun second,
        TraceFloor? floor,
        Laboratory? laboratory,
        Action<string>? progress = null
    )
    {
        var comparison = TraceComparison.Of(first.Ranks, second.Ranks, floor);
        IReadOnlyList<Cause> causes = [];
        var lacksTorch = false;
        if (comparison.Frontier is not null)
        {
            // Laws that follow a run from step to step end where a step is missing.
            var whole = Enumerable
                .Range(0, Math.Min(first.Iterations.Count, second.Iterations.Count))
                .TakeWhile(i => !(first.HasGaps || second.HasGaps) || (first.Iterations[i].IsTraced && second.Iterations[i].IsTraced))
                .Count();
            var (a, b) = first.HasGaps || second.HasGaps ? (first.Until(whole), second.Until(whole)) : (first, second);
            List<Finding> findings =
            [
                .. Laws.Where(law => whole > 0 || law.TakesGaps)
                    .SelectMany(law => law.TakesGaps ? Examined(law, first, second) : Examined(law, a, b)),
            ];
            var judge = new Judge(second, laboratory, progress);
            causes = judge.Weigh(findings, comparison);
            if (laboratory is not null && judge.Left?.Frontier is not null && !causes.Any(cause => cause.Confidence > Sufficient))
            {
                // What is left, beside what was found.
                var suspicions = new SimulationLaw(laboratory, judge.Accepted, progress).Examine(first, second, judge.Left).ToList();
                if (suspicions.Count > 0)
                {
                    causes = new Judge(second, laboratory, progress).Weigh([.. findings, .. suspicions], comparison);
                }
            }
        }

        List<string> next = Next(second, comparison, causes);
        if (lacksTorch)
        {
            next.Add($"causes that are computed with libtorch were left out: {NativeLibraries.Advice}");
        }

        return new(first.Name, second.Name, comparison, causes) { Losses = Losses(first, second), Next = next };

        List<Finding> Examined(ILaw law, ExplainedRun one, ExplainedRun other)
        {
            try
            {
                return [.. law.Examine(one, other, comparison)];
            }
            catch (Exception exception) when (NativeLibraries.IsTorchMissing(exception))
            {
                lacksTorch = true;
                return [];
            }
        }
    }

    /// <summary>What it would take to find out, where no cause is likely.</summary>
    private static List<string> Next(ExplainedRun second, TraceComparison comparison, IReadOnlyList<Cause> causes)
    {
        if (comparison.Frontier is not { } frontier || causes.Any(cause => cause.IsLikely))
        {
            return [];
        }

        if (!second.IsTraced)
        {
            return [$"record {second.Name} with --trace: of weights and losses alone it cannot be decided which part of a step is another"];
        }

        var (phase, name) = (frontier.Key.Phase.ToString().ToLowerInvariant(), frontier.Key.Name);
        return
        [
            comparison.Gap is null
                ? $"everything before {frontier.Key} of iteration {frontier.Iteration} agrees: look at what computes it"
                : $"what lies right before {frontier.Key} of iteration {frontier.Iteration} was not compared: record it in both runs",
            $"keep it whole in both runs (--trace-full '{phase}:{name}'), and what it is computed from, to see which elements differ",
        ];
    }

    /// <summary>Each cause once, likeliest first.</summary>
    public static IReadOnlyList<Cause> Ranked(IReadOnlyList<Cause> causes) =>
        [
            .. causes
                .GroupBy(cause => cause.Id)
                .Select(same => same.MaxBy(cause => cause.Confidence)!)
                .OrderByDescending(cause => cause.Confidence)
                .ThenBy(cause => cause.Phase),
        ];

    /// <summary>The total losses of both.</summary>
    public static List<(int Iteration, double First, double Second)> Losses(ExplainedRun first, ExplainedRun second) =>
        [
            .. Enumerable
                .Range(0, Math.Min(first.Iterations.Count, second.Iterations.Count))
                .Where(i => !(first.HasGaps || second.HasGaps) || (first.Iterations[i].IsTraced && second.Iterations[i].IsTraced))
                .Select(i => (i, Total(first, i), Total(second, i))),
        ];

    /// <summary>Where a trainer has no total of that name, the sum of what it recorded; NaN where it recorded no loss.</summary>
    private static double Total(ExplainedRun run, int iteration) =>
        run.Value(iteration, TracePhase.Loss, Model.Head.LossTerms.TotalName)
        ?? run.Iterations[iteration].Of(TracePhase.Loss).Aggregate((double?)null, (sum, loss) => (sum ?? 0) + loss.Summary.Mean)
        ?? double.NaN;
}
