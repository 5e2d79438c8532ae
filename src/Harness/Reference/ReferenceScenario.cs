using PPYolo.Align;
using PPYolo.Align.Generation;
using PPYolo.Align.Sketching;
using PPYolo.Align.Tensors;
using PPYolo.Align.Verdicts;
using PPYolo.Data.Batches;
using PPYolo.Model;
using PPYolo.Model.Networks;
using PPYolo.Model.State;
using PPYolo.Train.Stepping;
using PPYolo.Train.Weights;
using static TorchSharp.torch;

namespace PPYolo.Harness.Reference;

/// <summary>Scenario 1: start from the reference's weights, train on its batches, and compare everything it recorded.</summary>
public static class ReferenceScenario
{
    /// <summary>
    /// Runs a folder in the layout of the reference data: case.json and reference.npz; the rest is generated, or replayed where it was
    /// recorded.
    /// </summary>
    /// <param name="folder">The folder, which is only read.</param>
    /// <param name="options">How to run it.</param>
    /// <exception cref="AlignException">The folder cannot be used.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are to be less than one iteration.</exception>
    public static Verdict Run(string folder, ReferenceOptions options)
    {
        var file = ReferenceCaseFile.Read(folder);
        var data = ReferenceData.Read(folder, file.Iterations);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Iterations ?? 1, 1, nameof(options));
        if (options.Iterations < file.Iterations)
        {
            file = file with { Iterations = options.Iterations.Value, Comparable = file.Comparable with { FinalWeights = false } };
        }

        var network = file.Options.ToNetwork();
        var generated = new GeneratedBatches(file.Seed, file.Options.Batch, file.Options.Sizes, network);
        var recorded = RecordedBatches.ExistIn(folder) ? new RecordedBatches(folder) : null;
        var checks = new List<Check>();
        if (recorded is not null)
        {
            checks.AddRange(BatchComparison.Run(generated, recorded, file.Iterations));
        }

        var start = StartWeights(file, network);
        var batches = options.Batches(recorded is null ? generated : recorded);
        // Golden and progress are those of the run itself.
        var quiet = options with
        {
            Progress = null,
            Observe = null,
        };
        ReferenceRun run;
        ReferenceTwin twin;
        try
        {
            run = ReferenceRun.Train(file, start, batches, options);
            twin = ReferenceTwin.Look(file, start, batches, quiet, data.GradientNames);
        }
        catch (NonFiniteLossException exception)
        {
            return BrokenDown(folder, exception, checks);
        }

        if (file.Noise is not { Count: > 0 })
        {
            file = file with { Noise = MeasureNoise(file, start, batches, run, quiet) };
        }

        return ReferenceComparison.Compare(folder, new(file, data, run, twin), checks);
    }

    /// <summary>A loss that is not finite is a divergence: the reference's are all finite.</summary>
    private static Verdict BrokenDown(string folder, NonFiniteLossException exception, List<Check> checks) =>
        new(
            $"reference case {Path.GetFileName(Path.GetFullPath(folder))}",
            $"training broke down: {exception.Message}",
            [.. checks, new("losses", "not finite", double.NaN, 0, $"iteration {exception.Iteration}")],
            [],
            []
        );

    /// <summary>
    /// Where a case says nothing of the reference's own noise, ours takes its place: start weights perturbed by 1e-7, and another thread
    /// count.
    /// </summary>
    private static Dictionary<string, NoiseVariant> MeasureNoise(
        ReferenceCase file,
        NamedTensors start,
        IBatchSource batches,
        ReferenceRun run,
        ReferenceOptions quiet
    )
    {
        var perturbed = ReferenceRun.Train(file, Perturbation.Of(start, file.Seed), batches, quiet);
        var threads = get_num_threads();
        set_num_threads(threads == 1 ? 2 : 1);
        var otherThreads = ReferenceRun.Train(file, start, batches, quiet);
        set_num_threads(threads);
        return new() { ["ownPerturbed1e-7"] = Variant(run, perturbed), ["ownOtherThreads"] = Variant(run, otherThreads) };
    }

    private static NoiseVariant Variant(ReferenceRun run, ReferenceRun twin) =>
        new()
        {
            WeightsMaxSumSquares = LargestDistance(run.FinalWeights, twin.FinalWeights),
            EmaMaxSumSquares = LargestDistance(run.FinalEma, twin.FinalEma),
            TotalLossRelative =
            [
                .. run.Steps.Zip(
                    twin.Steps,
                    (ours, theirs) => Math.Abs(ours.TotalLoss - theirs.TotalLoss) / (double)Math.Abs(ours.TotalLoss)
                ),
            ],
        };

    /// <summary>The largest sum of squared differences of a tensor; 0 where none is compared.</summary>
    private static double LargestDistance(
        IReadOnlyDictionary<string, TensorSummary> ours,
        IReadOnlyDictionary<string, TensorSummary> twins
    ) => ours.Select(pair => pair.Value.Sketch.SquaredDistance(twins[pair.Key].Sketch)).DefaultIfEmpty().Max();

    private static NamedTensors StartWeights(ReferenceCase file, NetworkOptions network)
    {
        using var shapes = new PPYoloNetwork(network);
        return GeneratedWeights.Create(file.Seed, ReferenceCaseFile.ProfileOf(file), network).For(StateEntries.Of(shapes));
    }
}
