using PPYolo.Align.Formats;
using PPYolo.Peers.Measuring;
using PPYolo.Peers.Subjects.Steps;
using PPYolo.Peers.Subjects.Tools;

namespace PPYolo.Peers.Groups;

/// <summary>Our own tools against the floor that memory or the page cache sets, and against what one would write instead.</summary>
internal static class ToolContest
{
    public static void Run(MeasuringPlan plan)
    {
        // Every value differs a little, as between two runs: equal tensors would be the quickest case.
        var first = StepWork.WriteWeights(plan.PathOf("a.pth"));
        var second = Nudged(first, plan.PathOf("b.pth"));
        var (firstArrays, secondArrays) = (Copy(first, plan.PathOf("a.npz")), Copy(second, plan.PathOf("b.npz")));
        var bytes = new FileInfo(firstArrays).Length;

        Show(
            plan,
            $"Diff of two checkpoints of {bytes / 1_000_000} MB, .pth",
            Contestant.Ours("PPYolo", nameof(DiffSubject), first, second),
            (Contestant.Ours("floor: reading both files", nameof(ReadBytesSubject), first, second), 1.4)
        );
        Show(
            plan,
            "The same as .npz",
            Contestant.Ours("PPYolo", nameof(DiffSubject), firstArrays, secondArrays),
            [
                .. NumPy(plan, "NumPy, sum of squares alone", 0.33, "diff.py", firstArrays, secondArrays, "squares"),
                .. NumPy(plan, "NumPy, all our measures", 0.33, "diff.py", firstArrays, secondArrays, "all"),
            ]
        );
        Show(plan, "Norms and sketches of all tensors (45 million values)", Contestant.Ours("PPYolo", nameof(SketchSubject), first));
        Show(
            plan,
            "Writing .npz",
            Contestant.Ours("PPYolo", nameof(WriteTensorsSubject), first, plan.PathOf("written.npz")),
            [
                (Contestant.Ours("floor: writing as many bytes", nameof(WriteBytesSubject), plan.PathOf("written.bin"), bytes), null),
                .. NumPy(plan, "numpy.savez", null, "arrays.py", "write", firstArrays, plan.PathOf("numpy.npz")),
            ]
        );
        Show(
            plan,
            "Reading .npz, with checksums",
            Contestant.Ours("PPYolo", nameof(ReadTensorsSubject), firstArrays),
            [
                (Contestant.Ours("floor: reading the file", nameof(ReadBytesSubject), firstArrays), 1.3),
                .. NumPy(plan, "numpy.load", null, "arrays.py", "read", firstArrays, "-"),
            ]
        );
        foreach (var (source, target) in new[] { (first, "npz"), (firstArrays, "pth") })
        {
            Show(
                plan,
                $"Converting {Path.GetExtension(source)} into .{target}",
                Contestant.Ours("PPYolo", nameof(ConvertSubject), source, plan.PathOf($"converted.{target}")),
                (Contestant.Ours("floor: reading and writing the file", nameof(CopyBytesSubject), source, plan.PathOf("copied.bin")), 1.5)
            );
        }

        Show(
            plan,
            "Optimizer and moving average, all of ResNet50-vd's PP-YOLO training",
            Contestant.Ours("PPYolo", nameof(UpdateSubject), first, false),
            (Contestant.Ours("floor: streaming the same bytes", nameof(StreamSubject), first), 1.3),
            (Contestant.Ours("TorchSharp's SGD and plain operations", nameof(UpdateSubject), first, true), null)
        );
    }

    // None where there is no NumPy.
    private static (Contestant Contestant, double? Bound)[] NumPy(
        MeasuringPlan plan,
        string name,
        double? bound,
        string script,
        params string[] arguments
    ) => plan.Python.Offers(name, "numpy") ? [(plan.Python.Contestant(name, script, arguments), bound)] : [];

    private static void Show(MeasuringPlan plan, string title, Contestant ours, params (Contestant Contestant, double? Bound)[] others)
    {
        var results = Contest.Run(plan.Rounds, [ours, .. others.Select(other => other.Contestant)]);
        Console.WriteLine(
            ContestTable.Format(
                title,
                results,
                others.Where(other => other.Bound is not null).ToDictionary(other => other.Contestant.Name, other => other.Bound!.Value)
            )
        );
    }

    private static string Copy(string source, string target)
    {
        using var tensors = TensorFile.Read(source);
        TensorFile.Write(target, tensors);
        return target;
    }

    private static string Nudged(string source, string target)
    {
        using var tensors = InMemory.Read(source);
        TensorFile.Write(target, Nudging.Of(tensors));
        return target;
    }
}
