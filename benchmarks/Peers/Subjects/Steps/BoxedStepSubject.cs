using PPYolo.Align.Formats;
using PPYolo.Data.Batches;
using PPYolo.Peers.Measuring;
using PPYolo.Train.Capsules;
using PPYolo.Train.Options;
using PPYolo.Train.Ranks;
using PPYolo.Train.Runs;

namespace PPYolo.Peers.Subjects.Steps;

/// <summary>Our training step with a black box, as <c>ppyolo train --data DIR --black-box 20</c> runs it while nothing happens.</summary>
internal sealed class BoxedStepSubject : ISubject
{
    private readonly string folder = Directory.CreateTempSubdirectory("ppyolo-peers-box-").FullName;
    private readonly StepSubject subject;
    private readonly BlackBox box;
    private readonly RankBox rank;
    private readonly Batch batch;

    /// <summary>Prepares the step.</summary>
    /// <param name="weightsFile">The start weights.</param>
    /// <param name="batchFile">The batch of every iteration.</param>
    public BoxedStepSubject(string weightsFile, string batchFile)
    {
        subject = new(weightsFile, batchFile);
        batch = new(Npz.Read(batchFile), batchFile);
        box = new(
            new()
            {
                Folder = folder,
                Iterations = 20,
                Options = TrainOptionsFile.Read(StepSubject.Configuration, []),
                Seed = "6",
                Run = [],
                Sources = () => [],
                Say = said => throw new ContestException($"a capsule in the middle of a measurement: {said}"),
            },
            ranks: 1
        );
        rank = box.Watch(new SoloRanks(), subject.Step);
    }

    public void Run() => rank.After(new TrainedBatch(batch, subject.Step.Run(batch), TimeSpan.Zero, TimeSpan.Zero));

    public void Dispose()
    {
        rank.Dispose();
        box.Dispose();
        subject.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
