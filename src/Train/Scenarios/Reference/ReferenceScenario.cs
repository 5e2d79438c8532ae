using PPYolo.Align.Tensors;
using PPYolo.Align.Verdicts;
using PPYolo.Model;
using PPYolo.Model.State;
using PPYolo.Train.Data;
using PPYolo.Train.Weights;

namespace PPYolo.Train.Scenarios.Reference;

/// <summary>Scenario 1: start from the reference's weights, train on its batches, and compare everything it recorded.</summary>
public static class ReferenceScenario
{
    /// <summary>Runs a folder in the layout of the reference data: case.json and reference.npz; the rest is generated, or replayed where it was recorded.</summary>
    /// <param name="folder">The folder, which is only read.</param>
    /// <param name="options">How to run it.</param>
    /// <exception cref="Align.AlignException">The folder cannot be used.</exception>
    /// <exception cref="Stepping.NonFiniteLossException">Training broke down.</exception>
    public static Verdict Run(string folder, ReferenceOptions options)
    {
        var file = ReferenceCaseFile.Read(folder);
        var data = ReferenceData.Read(folder, file.Iterations);
        var network = ReferenceCaseFile.NetworkOf(file);
        var generated = new GeneratedBatches(file.Seed, file.Batch, file.Sizes, network);
        var recorded = RecordedBatches.ExistIn(folder) ? new RecordedBatches(folder) : null;
        var checks = new List<Check>();
        if (recorded is not null)
        {
            checks.AddRange(BatchComparison.Run(generated, recorded, file.Iterations));
        }

        var run = ReferenceRun.Train(file, StartWeights(file, network), recorded is null ? generated : recorded, options);
        return ReferenceComparison.Compare(folder, file, data, run, checks);
    }

    private static NamedTensors StartWeights(ReferenceCase file, NetworkOptions network)
    {
        using var shapes = new PPYoloNetwork(network);
        return GeneratedWeights.Create(file.Seed, ReferenceCaseFile.ProfileOf(file), network).For(StateDict.Of(shapes));
    }
}
