using static TorchSharp.torch;

namespace PPYolo.Align.Watching;

/// <summary>What a <see cref="RunWatch"/> records.</summary>
public sealed record RunWatchOptions
{
    /// <summary>The moving averages by their state_dict keys, asked for after each step; null where there are none.</summary>
    public Func<IEnumerable<KeyValuePair<string, Tensor>>>? Averages { get; init; }

    /// <summary>Tensors that are kept whole: names with * and ?, or "phase:name".</summary>
    public IReadOnlyList<string> Full { get; init; } = [];

    /// <summary>Names of the modules whose outputs are watched, with * and ?.</summary>
    public IReadOnlyList<string> Modules { get; init; } = ["*"];

    /// <summary>The iterations that are traced, from 0 on; null is all. Batches and losses are recorded of every iteration. Every rank
    /// is given the same.</summary>
    public IReadOnlyCollection<int>? Iterations { get; init; }

    /// <summary>This process's rank, from 0 on.</summary>
    public int Rank { get; init; }

    /// <summary>How many ranks train together, each of which writes into the same folder.</summary>
    public int Ranks { get; init; } = 1;
}
