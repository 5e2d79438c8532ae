using PPYolo.Align.Formats;
using PPYolo.Data.Batches;
using PPYolo.Model;
using PPYolo.Peers.Measuring;
using PPYolo.Train.Options;
using PPYolo.Train.Ranks;
using PPYolo.Train.Stepping;
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
        var factory = new TrainingFactory();
        network = factory.CreateNetwork(options.ToNetwork(), weights, CPU);
        Step = factory.CreateStep(
            network,
            options.ToRecipe() with
            {
                LearningRatePerImage = StepWork.RatePerImage,
            },
            batch.Count,
            new SoloRanks()
        );
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
