using System.Globalization;
using PPYolo.Align.Formats;
using PPYolo.Align.Sketching;
using PPYolo.Align.Tensors;
using PPYolo.Data.Batches;
using PPYolo.Harness.Reference;
using PPYolo.Peers.Measuring;
using PPYolo.Peers.Subjects.Steps;

namespace PPYolo.Peers.Groups;

/// <summary>
/// Shows that the twin computes what the reference computed, before its time means anything: ten iterations of the case
/// r50vd-aligngrad-calm, with the bounds that our own run must meet. A step's operations, which rates are computed from, are counted twice.
/// </summary>
internal static class TwinCheck
{
    public static void Run(MeasuringPlan plan)
    {
        if (!plan.Python.Offers("the check of the twin", "numpy", "torch", "torchvision"))
        {
            throw new NotCheckedException("nothing was checked, since the twin cannot run");
        }

        var folder = Path.Combine(AppContext.BaseDirectory, "reference");
        var file = ReferenceCaseFile.Read(folder);
        var reference = ReferenceData.Read(folder, file.Iterations);
        var bounds = ReferenceBounds.For(file);
        var weights = StepWork.WriteWeights(plan.PathOf("check.pth"), file.Seed);
        var batches = new GeneratedBatches(file.Seed, file.Options.Batch, file.Options.Sizes, file.Options.ToNetwork());
        Directory.CreateDirectory(plan.PathOf("check"));
        for (var iteration = 0; iteration < file.Iterations; iteration++)
        {
            StepWork.WriteBatch(plan.PathOf(Path.Combine("check", RecordedBatches.FileName(iteration, 0))), batches.At(iteration));
        }

        RequireSameOperations(plan, weights);
        foreach (var form in new[] { "torchvision", "grid_sample" })
        {
            var output = plan.PathOf($"check-{form}.npz");
            plan.Python.Run(
                "replay.py",
                weights,
                plan.PathOf("check"),
                FormattableString.Invariant($"{file.Options.LearningRatePerImage}"),
                output,
                form
            );
            using var twin = Npz.Read(output);
            Console.WriteLine($"The twin ({form}) against the reference, {file.Iterations} iterations of r50vd-aligngrad-calm:");
            Require(
                "losses of iteration 0, relative",
                reference.LossNames.Max(name => Relative(twin, reference, name, 0)),
                bounds.FirstLosses
            );
            Require(
                "total loss of later iterations, relative",
                Enumerable.Range(1, file.Iterations - 1).Max(iteration => Relative(twin, reference, "total_loss", iteration)),
                bounds.LaterLosses
            );
            Require(
                "end weights, sum of squares of each tensor",
                Distance(twin, "weights", reference, "weights9"),
                bounds.FinalWeights!.Value
            );
            Require("moving averages, sum of squares of each tensor", Distance(twin, "ema", reference, "ema9"), bounds.FinalWeights!.Value);
        }
    }

    private static void RequireSameOperations(MeasuringPlan plan, string weights)
    {
        var batch = plan.PathOf("operations.npz");
        var ours = StepOperations.OfSmall(batch);
        var twins = long.Parse(plan.Python.Run("flops.py", weights, batch), CultureInfo.InvariantCulture);
        Console.WriteLine($"Operations of the convolutions of a small step: {ours}, and {twins} by the twin");
        if (ours != twins)
        {
            throw new ContestException("the twin's convolutions have another number of operations: rates would mean nothing");
        }
    }

    private static double Relative(NamedTensors twin, ReferenceData reference, string name, int iteration)
    {
        var expected = reference.Loss(name, iteration);
        return Math.Abs(twin[$"loss/{name}"].As<float>()[iteration] - expected) / Math.Abs(expected);
    }

    private static double Distance(NamedTensors twin, string prefix, ReferenceData reference, string kind) =>
        reference
            .Names.Zip(
                reference.Sketches(kind),
                (name, sketch) => TensorSummary.Of(name, twin[$"{prefix}/{name}"]).Sketch.SquaredDistance(sketch)
            )
            .Max();

    private static void Require(string what, double measured, double bound)
    {
        // Written so that a NaN fails.
        var inside = measured <= bound;
        Console.WriteLine(
            FormattableString.Invariant($"    {(inside ? "ok  " : "FAIL")}  {what}: {measured:0.0e+0}, at most {bound:0.0e+0}")
        );
        if (!inside)
        {
            throw new ContestException("the twin does not compute what the reference computed: its time would mean nothing");
        }
    }
}
