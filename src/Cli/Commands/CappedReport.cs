using PPYolo.Data.Datasets;
using PPYolo.Train.Ranks.Mpi;

namespace PPYolo.Cli.Commands;

/// <summary>Says which bad records of a dataset are left out or corrected: the first ones, and how many there are.</summary>
internal sealed class CappedReport
{
    private const int Most = 20;

    private int count;

    /// <summary>Takes a bad record. Every process of a launch reads the dataset, and one reports.</summary>
    public void Add(DataProblem problem)
    {
        if (!MpiLaunch.IsSpeaker)
        {
            return;
        }

        count++;
        if (count <= Most)
        {
            Console.Error.WriteLine($"ppyolo: left out or corrected: {problem}");
        }
        else if (count == Most + 1)
        {
            Console.Error.WriteLine("ppyolo: further bad records are not listed; 'ppyolo data check' lists them all");
        }
    }

    /// <summary>Says how many there were, where not all were listed.</summary>
    public void End()
    {
        if (count > Most)
        {
            Console.Error.WriteLine($"ppyolo: {count} bad records so far, {Most} of them listed");
        }
    }
}
