using PPYolo.Align.Verdicts;
using PPYolo.Harness.Measures;

namespace PPYolo.Harness.Reference;

/// <summary>Compares our run of a case with what the reference recorded, in order of execution.</summary>
internal static class ReferenceComparison
{
    public static Verdict Compare(string folder, Compared compared, IReadOnlyList<Check> batches)
    {
        var (file, data, run) = (compared.File, compared.Data, compared.Run);
        var iterations = run
            .Steps.Select(step => new IterationComparison(
                step.Iteration,
                step.Size,
                step.LearningRate,
                data.Rates[step.Iteration],
                [.. step.Losses.Select(loss => new LossComparison(loss.Key, loss.Value, data.Loss(loss.Key, step.Iteration)))]
            ))
            .ToList();
        List<Check> checks =
        [
            .. batches,
            .. StartChecks.Of(compared),
            .. ForwardChecks.Of(compared, iterations[0].Losses),
            .. GradientChecks.Of(compared),
            ScheduleChecks.Rates(compared, first: true),
            WeightChecks.First(compared),
            ScheduleChecks.Rates(compared, first: false),
            .. ScheduleChecks.Losses(compared, iterations),
            .. WeightChecks.Untouched(run),
            .. WeightChecks.End(compared),
        ];
        return new(
            $"reference case {Path.GetFileName(Path.GetFullPath(folder))}: {file.Options.Network}, freezeAt {file.Options.FreezeAt}, "
                + $"{file.InitProfile} weights, batch {file.Options.Batch}",
            Scope(compared),
            checks,
            iterations,
            [.. compared.Findings.OrderByDescending(finding => finding.Severity)]
        )
        {
            Measurements = RunMeasurements.Of(run.Seconds, run.Memory),
        };
    }

    private static string Scope(Compared compared)
    {
        var (losses, last) = (compared.LastLoss, compared.Last);
        return (losses == 0 ? "losses are asserted for iteration 0 only" : $"losses are asserted up to iteration {losses}")
            + (
                compared.CoversTheEnd ? $", weights and moving averages after iteration {last}"
                : compared.File.Iterations < compared.Data.Rates.Length ? $"; the run ended after iteration {last}, before the reference's"
                : $"; weights after iteration {last} are not comparable in this case (rounding differences have grown into them)"
            );
    }
}
