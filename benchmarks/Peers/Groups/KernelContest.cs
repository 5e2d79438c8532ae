using PPYolo.Peers.Measuring;
using PPYolo.Peers.Subjects.Kernels;

namespace PPYolo.Peers.Groups;

/// <summary>Each of our own kernels against the operations of libtorch that it replaces, on the same libtorch.</summary>
internal static class KernelContest
{
    // Freed memory goes back at once, which glibc's allocator can be told: what is resident is what is in use.
    private static readonly Dictionary<string, string> GiveBack = new()
    {
        ["PPYOLO_ALLOCATOR"] = "system",
        ["MALLOC_MMAP_THRESHOLD_"] = "65536",
        ["MALLOC_TRIM_THRESHOLD_"] = "65536",
    };

    public static void Run(MeasuringPlan plan)
    {
        foreach (var side in new[] { 13, 19 })
        {
            Compare(
                plan,
                $"DCNv2, forward and backward, 512 channels, {side}x{side}, batch 8",
                0.77,
                Contestant.Ours("PPYolo", nameof(DeformableSubject), side, false),
                Contestant.Ours("grid_sample and 1x1 convolution", nameof(DeformableSubject), side, true)
            );
        }

        foreach (var (channels, side) in new[] { (256, 104), (512, 26), (1024, 13) })
        {
            Compare(
                plan,
                $"Batch norm and leaky ReLU, forward and backward, {channels} channels, {side}x{side}, batch 8",
                null,
                Contestant.Ours("PPYolo", nameof(NormSubject), channels, side, false),
                Contestant.Ours("batch_norm and leaky_relu_", nameof(NormSubject), channels, side, true)
            );
        }
    }

    private static void Compare(MeasuringPlan plan, string title, double? bound, Contestant ours, Contestant plain)
    {
        var results = Contest.Run(plan.Rounds, ours, plain);
        var memory = Contest.Run(1, ours with { Environment = GiveBack }, plain with { Environment = GiveBack });
        var extra = results.Zip(memory).ToDictionary(pair => pair.First, pair => pair.Second.Extra);
        var bounds = bound is { } wanted ? new Dictionary<string, double> { [plain.Name] = wanted } : null;
        Console.WriteLine(
            ContestTable.Format(title, results, bounds, measurement => FormattableString.Invariant($"{extra[measurement] / 1024} MB extra"))
        );
    }
}
