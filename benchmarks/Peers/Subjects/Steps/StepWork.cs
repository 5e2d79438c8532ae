using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Data.Batches;
using PPYolo.Model;
using PPYolo.Model.Networks;
using PPYolo.Model.State;
using PPYolo.Train.Options;
using PPYolo.Train.Weights;

namespace PPYolo.Peers.Subjects.Steps;

/// <summary>The files that steps are measured with: the same for every contestant.</summary>
internal static class StepWork
{
    /// <summary>Small enough that hundreds of steps on one batch stay finite.</summary>
    public const double RatePerImage = 0.000005;

    private const string Seed = "6";

    public static NetworkOptions Network => TrainOptionsFile.Read(StepSubject.Configuration, []).ToNetwork();

    /// <summary>Writes the generator's calm start weights for a seed.</summary>
    public static string WriteWeights(string path, string seed = Seed)
    {
        using var network = new PPYoloNetwork(Network);
        TensorFile.Write(path, GeneratedWeights.Create(seed, WeightProfile.Calm, Network).For(StateEntries.Of(network)));
        return path;
    }

    /// <summary>Writes a batch of images of one size.</summary>
    public static string WriteBatch(string path, int images, int size) =>
        WriteBatch(path, new GeneratedBatches(Seed, images, [size], Network).At(0));

    public static string WriteBatch(string path, Batch batch)
    {
        var tensors = new NamedTensors();
        foreach (var (name, tensor) in batch.Named)
        {
            tensors.Add(name, tensor);
        }

        Npz.Write(path, tensors);
        return path;
    }
}
