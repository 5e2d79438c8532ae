using System.Text.Json.Serialization;
using PPYolo.Align.Traces;

namespace PPYolo.Align.Records;

/// <summary>
/// What a record declares to hold ("recorded" in case.json), so that what is missing is told from what was never recorded: the first cannot
/// be used, the second is not compared. Iterations and ranks are those of the <see cref="RecordHead"/>.
/// </summary>
public sealed record RecordedParts
{
    /// <summary>Whether there is a batch file of each iteration and rank.</summary>
    public bool Batches { get; init; }

    /// <summary>Whether losses.json has each iteration.</summary>
    public bool Losses { get; init; }

    /// <summary>The files of weights without extension, such as 000 and 1__raw.</summary>
    public IReadOnlyList<string> Weights { get; init; } = [];

    /// <summary>
    /// The phases in the trace of every iteration and rank; start is in iteration 0 alone, and end is in no trace. Empty where there is no
    /// trace.
    /// </summary>
    public IReadOnlyList<TracePhase> Trace { get; init; } = [];

    /// <summary>The iterations that were traced; null is all of them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? Iterations { get; init; }

    /// <summary>
    /// The modules whose outputs the trace watches, as named_modules names them; null is every module. One that is not among
    /// them is not compared; one that is and has no entry differs from one that has.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Modules { get; init; }

    /// <summary>
    /// The modules of whose outputs the trace has gradients; null is all <see cref="Modules"/>. Where modules hand one tensor on, recorders
    /// differ in whose gradient they call it.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Gradients { get; init; }

    /// <summary>Refuses a trace that lacks a declared phase.</summary>
    /// <param name="trace">What the files of a rank hold.</param>
    /// <param name="folder">The record folder, for the message.</param>
    /// <exception cref="AlignException">It does.</exception>
    public void RequireIn(RunTrace trace, string folder)
    {
        foreach (var iteration in trace.Iterations.Where(iteration => Iterations?.Contains(iteration.Iteration) != false))
        {
            var absent = Trace
                .Where(phase => (phase != TracePhase.Start || iteration.Iteration == 0) && !iteration.Of(phase).Any())
                .ToList();
            if (absent.Count > 0)
            {
                throw new AlignException(
                    $"{Path.Combine(folder, TraceFile.FileName(iteration.Iteration, trace.Rank))}: expected "
                        + $"{absent[0].ToString().ToLowerInvariant()} "
                        + $"in it, as {CaseHead.FileName} declares, found none; record the run again"
                );
            }
        }
    }
}
