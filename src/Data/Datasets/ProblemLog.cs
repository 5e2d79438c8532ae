using PPYolo.Align;

namespace PPYolo.Data.Datasets;

/// <summary>Collects the bad records of a dataset, each once, from any thread.</summary>
/// <param name="strict">Whether the first one stops.</param>
/// <param name="report">Called once for each that does not stop, in the order found, or null; never by two threads at a time.</param>
public sealed class ProblemLog(bool strict, Action<DataProblem>? report = null)
{
    private readonly Lock gate = new();
    private readonly HashSet<(DataProblemKind, string, long)> seen = [];
    private readonly List<DataProblem> problems = [];

    /// <summary>Whether a bad record stops.</summary>
    public bool IsStrict => strict;

    /// <summary>What was found so far.</summary>
    public IReadOnlyList<DataProblem> Problems
    {
        get
        {
            lock (gate)
            {
                return [.. problems];
            }
        }
    }

    /// <summary>Notes a bad record, unless it was noted before.</summary>
    /// <exception cref="AlignException">Bad records stop.</exception>
    public void Add(DataProblem problem)
    {
        lock (gate)
        {
            if (seen.Add((problem.Kind, problem.File, problem.Id)))
            {
                problems.Add(problem);
                if (!strict)
                {
                    report?.Invoke(problem);
                }
            }
        }

        if (strict)
        {
            throw new AlignException(
                $"{problem}; correct the dataset, or run without --strict to go on without such records; 'ppyolo data check' lists them all"
            );
        }
    }
}
