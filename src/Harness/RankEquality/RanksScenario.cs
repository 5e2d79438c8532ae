using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Align.Verdicts;
using PPYolo.Data.Batches;
using PPYolo.Harness.Measures;
using PPYolo.Harness.Self;
using PPYolo.Train.Ranks;
using PPYolo.Train.Records;
using PPYolo.Train.Runs;
using PPYolo.Train.Tracing;

namespace PPYolo.Harness.RankEquality;

/// <summary>
/// Scenario 3: a run on several ranks, with synchronized batch norm and averaged gradients, is recorded; its batches are merged and
/// replayed on one rank; every tensor must be the same within rounding, with the same learning rate.
/// </summary>
public static class RanksScenario
{
    /// <summary>Perturbed twins that the noise floor is measured on.</summary>
    public const int StandardTwins = 4;

    /// <summary>Ranks record, one rank replays what they recorded.</summary>
    /// <param name="plan">What to run.</param>
    /// <param name="folder">A new folder for both records: ranks/ and merged/ in it.</param>
    /// <param name="options">How to run it.</param>
    public static Verdict Merge(RanksPlan plan, string folder, RanksRunOptions options)
    {
        string ranksFolder = Path.Combine(folder, "ranks"),
            mergedFolder = Path.Combine(folder, "merged");
        var many = options.Record(plan with { Run = plan.Run with { Batches = plan.PartOf } }, ranksFolder);
        options.Merge(ranksFolder, mergedFolder);
        var merged = new RecordedBatches(mergedFolder);
        var single = options.OneRankOf(plan.Run, merged);
        var one = RunOne(single);
        var floor = options.FloorOf(single, one.End);
        return Verdict(
            $"{plan.Ranks} ranks ({string.Join(" + ", plan.Counts)} images) against one on the merged batches",
            plan,
            many,
            one,
            floor,
            MergedBatches(plan, merged)
        );
    }

    /// <summary>One rank records, ranks replay its batches split among them.</summary>
    /// <param name="plan">What to run.</param>
    /// <param name="folder">A new folder for the record.</param>
    /// <param name="options">How to run it.</param>
    public static Verdict Split(RanksPlan plan, string folder, RanksRunOptions options)
    {
        var gradients = new NamedTensors();
        var single = options.OneRankOf(plan.Run, plan.Whole);
        var end = RecordingLoop.Execute(
            single,
            plan.InitProfile,
            new(folder) { Extension = TensorFormat.NumpyArchive.Extension },
            observe: step => FirstGradients.Watch(step, gradients)
        );
        var recorded = plan with { Whole = new RecordedBatches(folder) };
        var many = options.RunOnThreads(recorded with { Run = plan.Run with { Batches = recorded.PartOf } });
        var floor = options.FloorOf(single, end);
        return Verdict(
            $"one rank against {plan.Ranks} ({string.Join(" + ", plan.Counts)} images) on its batches",
            plan,
            many,
            new(end, gradients),
            floor,
            null
        );
    }

    private static RanksResult RunOne(RunPlan run)
    {
        var gradients = new NamedTensors();
        return new(IterationLoop.Execute(run, new SoloRanks(), observe: step => FirstGradients.Watch(step, gradients)), gradients);
    }

    private static Check MergedBatches(RanksPlan plan, RecordedBatches merged)
    {
        var findings = new List<TensorFinding>();
        for (var iteration = 0; iteration < plan.Run.Iterations; iteration++)
        {
            var check = BitwiseComparison.Run(
                "merged batches",
                merged.At(iteration).ToTensors(),
                plan.Whole.At(iteration).ToTensors(),
                findings
            );
            if (!check.Passed)
            {
                return check with { Worst = $"iteration {iteration} {check.Worst}", Note = "images or targets are not in rank order" };
            }
        }

        return new("merged batches", "tensors that differ in any bit", 0, 0);
    }

    private static Verdict Verdict(string title, RanksPlan plan, RanksResult many, RanksResult one, NoiseFloor floor, Check? mergedBatches)
    {
        var (checks, iterations, findings) = RanksComparison.Run(many, one, plan.Ranks, floor);
        if (mergedBatches is not null)
        {
            checks.Insert(0, mergedBatches);
        }

        return new(
            $"{title}: {plan.Run.Options.Network}, freezeAt {plan.Run.Options.FreezeAt}, {plan.InitProfile} weights, "
                + $"{plan.Run.Iterations} iterations",
            $"every tensor is asserted within 3 times the noise of one rank ({floor.Twins} twins perturbed by 1e-7); the learning rate "
                + $"is the same on both sides",
            checks,
            iterations,
            [.. findings.OrderByDescending(finding => finding.Severity)]
        )
        {
            Measurements = RunMeasurements.Of(many.End.Seconds),
        };
    }
}
