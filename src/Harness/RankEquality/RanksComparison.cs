using PPYolo.Align.Tensors;
using PPYolo.Align.Verdicts;
using PPYolo.Harness.Measures;

namespace PPYolo.Harness.RankEquality;

/// <summary>Compares a run on several ranks with the same run on one.</summary>
internal static class RanksComparison
{
    /// <summary>
    /// The runs differ in nothing but the order of sums: three times what a perturbation of the last bit does is room enough.
    /// </summary>
    private const double FloorAllowance = 3;

    /// <summary>
    /// A single activation on the other side of a kink changes a whole gradient tensor by up to this (docs/reference.md).
    /// </summary>
    private const double GradientBound = 0.06;

    /// <summary>
    /// One factor over all gradients averages over the kinks: what is left is a thousandth, and a wrong reduction is a half or a double.
    /// </summary>
    private const double ScaleBound = 0.01;

    /// <summary>Losses of iteration 0 come from equal weights: only sums over images are in another order.</summary>
    private const double LossBound = 1e-6;

    /// <summary>The reference procedure's bound.</summary>
    private const double SeedBound = 0.0005;

    public static (List<Check> Checks, List<IterationComparison> Iterations, List<TensorFinding> Findings) Run(
        RanksResult many,
        RanksResult one,
        int ranks,
        NoiseFloor floor
    )
    {
        var findings = new List<TensorFinding>();
        var iterations = many
            .End.Steps.Zip(
                one.End.Steps,
                (ours, theirs) =>
                    new IterationComparison(
                        ours.Iteration,
                        ours.Size,
                        ours.LearningRate,
                        theirs.LearningRate,
                        [.. ours.Losses.Zip(theirs.Losses, (a, b) => new LossComparison(a.Key, a.Value, b.Value))]
                    )
            )
            .ToList();
        var worstLoss = iterations[0].Losses.MaxBy(loss => double.IsNaN(loss.Relative) ? double.PositiveInfinity : loss.Relative)!;
        var fit = GradientFit.Of(many.Gradients, one.Gradients);
        var checks = new List<Check>
        {
            new("iterations on both sides", "missing", Math.Abs(many.End.Steps.Count - one.End.Steps.Count), 0),
            new("learning rates", "iterations that differ", iterations.Count(iteration => iteration.Rate != iteration.ExpectedRate), 0),
            new("losses of iteration 0", "relative, each loss", worstLoss.Relative, LossBound, worstLoss.Name),
            new("scale of the gradients of iteration 0", "factor less 1", Math.Abs(fit.Factor - 1), ScaleBound)
            {
                Note = fit.Explain(ranks),
            },
            Relative("gradients of iteration 0", many.Gradients, one.Gradients, GradientBound, null, findings),
            Relative(
                $"momentum after iteration {iterations.Count - 1}",
                many.End.Momentum,
                one.End.Momentum,
                Math.Max(GradientBound, FloorAllowance * floor.Momentum),
                floor.Momentum,
                findings
            ),
        };
        foreach (var kind in Enum.GetValues<TensorKind>())
        {
            var ema = kind is TensorKind.EmaWeights or TensorKind.EmaStatistics;
            checks.Add(
                Squares(kind, ema ? many.End.Ema : many.End.Raw, ema ? one.End.Ema : one.End.Raw, ema, floor.Floors[kind], findings)
            );
        }

        var counters = many
            .End.Raw.Where(pair => TensorKinds.IsCounter(pair.Key) && !pair.Value.BitwiseEquals(one.End.Raw[pair.Key]))
            .Select(pair => pair.Key)
            .ToList();
        checks.Add(new("num_batches_tracked", "differ", counters.Count, 0, counters.Count == 0 ? null : counters[0]));
        return (checks, iterations, findings);
    }

    private static Check Relative(
        string title,
        NamedTensors found,
        NamedTensors expected,
        double bound,
        double? noise,
        List<TensorFinding> findings
    )
    {
        double worst = 0;
        string? where = null;
        foreach (
            var (name, relative) in InOrder.Select(
                [.. expected.Names.Union(found.Names)],
                name =>
                    (
                        name,
                        found.TryGet(name, out var ours) && expected.TryGet(name, out var theirs)
                            ? Distance.Relative(ours, theirs)
                            : double.NaN
                    )
            )
        )
        {
            findings.Add(new(title, name, relative, bound, null));
            if (relative > worst || double.IsNaN(relative))
            {
                (worst, where) = (relative, name);
            }
        }

        return new(title, "relative L2 of each tensor", worst, bound, where) { Noise = noise };
    }

    private static Check Squares(
        TensorKind kind,
        NamedTensors found,
        NamedTensors expected,
        bool ema,
        double floor,
        List<TensorFinding> findings
    )
    {
        var bound = Math.Min(FloorAllowance * floor, SeedBound);
        var title = kind switch
        {
            TensorKind.Weights => "weights",
            TensorKind.Statistics => "running statistics",
            TensorKind.EmaWeights => "moving averages of weights",
            _ => "moving averages of running statistics",
        };
        double worst = 0;
        string? where = null;
        var ofKind = expected.Where(pair => !TensorKinds.IsCounter(pair.Key) && TensorKinds.Of(pair.Key, ema) == kind);
        foreach (
            var (name, difference) in InOrder.Select(
                [.. ofKind],
                pair => (pair.Key, found.TryGet(pair.Key, out var ours) ? Distance.Squared(ours, pair.Value) : double.NaN)
            )
        )
        {
            findings.Add(new(title, name, difference, bound, null));
            if (difference > worst || double.IsNaN(difference))
            {
                (worst, where) = (difference, name);
            }
        }

        return new(title, "sum of squares of each tensor", worst, bound, where) { Noise = floor, Note = "3 times the one-rank floor" };
    }
}
