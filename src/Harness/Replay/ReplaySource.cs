using PPYolo.Align.Tensors;
using PPYolo.Data.Batches;
using PPYolo.Train.Options;

namespace PPYolo.Harness.Replay;

/// <summary>
/// A recorded run that can be trained on again. All that training, or the comparison after it, would stumble over has been looked at.
/// </summary>
public sealed class ReplaySource : IDisposable
{
    /// <summary>The batch files.</summary>
    public required BatchFiles Files { get; init; }

    /// <summary>Network and recipe.</summary>
    public required TrainOptions Options { get; init; }

    /// <summary>The start weights.</summary>
    public required NamedTensors Start { get; init; }

    /// <summary>Whether case.json says what was run; else somebody does.</summary>
    public required bool IsRecord { get; init; }

    /// <summary>The seed of DropBlock.</summary>
    public string Seed { get; init; } = "1";

    /// <summary>plain, calm or file.</summary>
    public required string InitProfile { get; init; }

    /// <summary>What is known of each iteration.</summary>
    public required IReadOnlyList<RecordedIteration> Iterations { get; init; }

    /// <summary>What is there of the run's end, in the order in which it is compared.</summary>
    public required IReadOnlyList<RecordedEnd> Ends { get; init; }

    /// <summary>What the reader of the verdict should know before training begins, such as what the folder lacks.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>The folder that the replay's end weights go into: that of the recorded ones.</summary>
    public required string Output { get; init; }

    /// <summary>The extension of the replay's end weights.</summary>
    public required string Extension { get; init; }

    /// <inheritdoc />
    public void Dispose()
    {
        Start.Dispose();
        foreach (var end in Ends)
        {
            end.Tensors.Dispose();
        }
    }
}
