using PPYolo.Align.Formats;
using PPYolo.Data.Batches;
using PPYolo.Model;
using PPYolo.Peers.Measuring;
using PPYolo.Train.Options;
using PPYolo.Train.Stepping;
using PPYolo.Train.Weights;
using static TorchSharp.torch;

namespace PPYolo.Peers.Subjects.Steps;

/// <summary>Our training step of ppyolo_r50vd_aligngrad.</summary>
internal sealed class StepSubject : ISubject
{
    public const string Configuration = "ppyolo_r50vd_aligngrad";

    private readonly PPYoloNetwork network;
    private readonly Batch batch;

    public StepSubject(string weightsFile, string batchFile)
    {
        var options = TrainOptionsFile.Read(Configuration, []);
        using var weights = TensorFile.Read(weightsFile);
        batch = new(Npz.Read(batchFile), batchFile);
        network = NetworkState.Create(options.ToNetwork(), weights, CPU);
        var recipe = options.ToRecipe() with { LearningRatePerImage = StepWork.RatePerImage };
        Step = new(StepParts.Of(network, recipe, batch.Count));
    }

    /// <summary>The step.</summary>
    public TrainStep Step { get; }

    public void Run() => Step.Run(batch);

    public void Dispose()
    {
        Step.Dispose();
        network.Dispose();
    }
}
