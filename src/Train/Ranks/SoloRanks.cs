using static TorchSharp.torch;

namespace PPYolo.Train.Ranks;

/// <summary>One rank: every call is a no-op.</summary>
public sealed class SoloRanks : IRanks
{
    /// <inheritdoc />
    public int Rank => 0;

    /// <inheritdoc />
    public int Size => 1;

    /// <inheritdoc />
    public int LocalRank => 0;

    /// <inheritdoc />
    public long BytesReduced => 0;

    /// <inheritdoc />
    public double SecondsInCalls => 0;

    /// <inheritdoc />
    public void Sum(string what, Tensor tensor) { }

    /// <inheritdoc />
    public void Broadcast(string what, Tensor tensor) { }

    /// <inheritdoc />
    public IReadOnlyList<byte[]> Gather(string what, ReadOnlySpan<byte> message) => [message.ToArray()];

    /// <inheritdoc />
    public void Barrier(string what) { }

    /// <inheritdoc />
    public T? Lend<T>(string what, Func<T> make)
        where T : class => null;

    /// <inheritdoc />
    public void Abort(string reason) { }

    /// <inheritdoc />
    public void Dispose() { }
}
