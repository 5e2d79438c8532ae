using PPYolo.Align.Verdicts;

namespace PPYolo.Harness.Reference;

/// <summary>Learning rates, and losses of later iterations.</summary>
internal static class ScheduleChecks
{
    /// <summary>The rate of iteration 0, or of all later ones.</summary>
    public static Check Rates(Compared compared, bool first)
    {
        var rates = new Differences(inOrder: true);
        foreach (var step in compared.Run.Steps.Where(step => step.Iteration == 0 == first))
        {
            var theirs = compared.Data.Rates[step.Iteration];
            rates.See(Math.Abs(step.LearningRate - theirs) / Math.Abs(theirs), compared.Bounds.Rates, $"iteration {step.Iteration}");
        }

        return rates.ToCheck(first ? "learning rate of iteration 0" : "learning rates of later iterations", "relative");
    }

    /// <summary>Total losses of the iterations in which they mean something.</summary>
    public static IEnumerable<Check> Losses(Compared compared, IEnumerable<IterationComparison> iterations)
    {
        var last = compared.LastLoss;
        if (last == 0)
        {
            yield break;
        }

        var noise = compared.File.Noise;
        var bound = ReferenceBounds.TotalLoss(noise, 1, last, compared.Bounds.LaterLosses);
        var losses = new Differences(inOrder: true);
        foreach (var iteration in iterations.Where(iteration => iteration.Iteration > 0 && iteration.Iteration <= last))
        {
            losses.See(iteration.Losses[^1].Relative, bound, $"iteration {iteration.Iteration}");
        }

        yield return losses.ToCheck($"total loss of iterations 1 to {last}", "relative") with
        {
            Noise = ReferenceBounds.LossNoise(noise, 1, last),
        };
    }
}
