using PPYolo.Align.Explanations;
using PPYolo.Align.Traces;
using PPYolo.Harness.Explain.Laws;
using PPYolo.Harness.Explain.Simulation;

namespace PPYolo.Harness.Explain;

/// <summary>Says where, when and why the second of two runs is not the first.</summary>
internal static class Explainer
{
    private static readonly ILaw[] Laws =
    [
        new StartLaw(),
        new DataLaw(),
        new ModuleLaw(),
        new NormLaw(),
        new GradientLaw(),
        new ScheduleLaw(),
        new OptimizerLaw(),
        new EmaLaw(),
    ];

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
        var causes = new List<Cause>();
        if (comparison.Frontier is not null)
        {
            causes.AddRange(Laws.SelectMany(law => law.Examine(first, second, comparison)));
            if (
                laboratory is not null
                && !causes.Exists(cause => cause.Phase is TracePhase.Start or TracePhase.Forward or TracePhase.Loss or TracePhase.Backward)
            )
            {
                causes.AddRange(new SimulationLaw(laboratory, progress).Examine(first, second, comparison));
            }
        }

        return new(first.Name, second.Name, comparison, Ranked(causes)) { Losses = Losses(first, second) };
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
                .Select(i => (i, Total(first, i), Total(second, i))),
        ];

    /// <summary>Where a trainer has no total of that name, the sum of what it recorded; NaN where it recorded no loss.</summary>
    private static double Total(ExplainedRun run, int iteration) =>
        run.Value(iteration, TracePhase.Loss, Model.Head.LossTerms.TotalName)
        ?? run.Iterations[iteration].Of(TracePhase.Loss).Aggregate((double?)null, (sum, loss) => (sum ?? 0) + loss.Summary.Mean)
        ?? double.NaN;
}
