using PPYolo.Align.Formats;
using PPYolo.Data.Batches;
using PPYolo.Harness.RankEquality;
using PPYolo.Train.Ranks;
using PPYolo.Train.Records;
using PPYolo.Train.Runs;
using PPYolo.Train.Stepping;

namespace PPYolo.Tests.Alignment;

/// <summary>
/// Records of both runs of a scenario that diverged, for the report to explain: expected/ and found/ in a folder. The scenarios themselves
/// record one of them at most, so that the other is trained once more.
/// </summary>
internal static class TwoRecords
{
    private const string Expected = "expected",
        Found = "found";

    /// <summary>A recorded run, and its replay.</summary>
    public static Action<string> OfReplay(RunPlan plan, string record, int ranks, int threads) =>
        folder =>
        {
            Copy(record, Path.Combine(folder, Expected));
            using var start = RunRecord.Open(record).ReadStart();
            var replay = plan with { Start = start, Batches = rank => new RecordedBatches(record, rank), Observe = null };
            Record(replay, "plain", Path.Combine(folder, Found), ranks, threads);
        };

    /// <summary>One rank on batches that were merged, and the ranks that recorded them.</summary>
    public static Action<string> OfMerge(RanksPlan plan, string record) =>
        folder =>
        {
            var merged = new RecordedBatches(Path.Combine(record, "merged"));
            var one = plan.Run with { Batches = _ => merged, Observe = null, Alteration = Alteration.None };
            Record(one, plan.InitProfile, Path.Combine(folder, Expected), 1, TestEnvironment.Threads);
            Copy(Path.Combine(record, "ranks"), Path.Combine(folder, Found));
        };

    /// <summary>One rank that recorded, and ranks on its batches.</summary>
    public static Action<string> OfSplit(RanksPlan plan, string record) =>
        folder =>
        {
            Copy(record, Path.Combine(folder, Expected));
            var split = plan with { Whole = new RecordedBatches(record) };
            var ranks = plan.Run with { Batches = split.PartOf, Observe = null };
            Record(ranks, plan.InitProfile, Path.Combine(folder, Found), plan.Ranks, TestEnvironment.Threads);
        };

    private static void Record(RunPlan plan, string profile, string folder, int ranks, int threads) =>
        ThreadTeam.Run(
            ranks,
            threads,
            team => RecordingLoop.Execute(plan, profile, new(folder) { Extension = TensorFormat.NumpyArchive.Extension }, team)
        );

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
