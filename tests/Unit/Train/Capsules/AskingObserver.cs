using PPYolo.Train.Capsules;
using PPYolo.Train.Epochs;

namespace PPYolo.Tests.Unit.Train.Capsules;

/// <summary>Asks for a capsule after some iterations, by the file that people make.</summary>
internal sealed class AskingObserver(Func<string> folder, params int[] after) : IEpochObserver
{
    public void AfterIteration(EpochIteration iteration)
    {
        if (after.Contains(iteration.Done.Result.Iteration))
        {
            File.WriteAllText(Path.Combine(folder(), BlackBox.RequestName), "");
        }
    }

    public void AfterCheckpoint(int epoch, string path) { }

    public void AfterEvaluation(EpochScore score, int iterations, bool best) { }
}
