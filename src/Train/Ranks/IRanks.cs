using static TorchSharp.torch;

namespace PPYolo.Train.Ranks;

/// <summary>
/// Those who train one network together. Every rank calls the same members in the same order; a call returns when all have made it. A rank
/// that fails, or calls something else, ends the others' calls with a <see cref="RankFailureException"/>.
/// </summary>
public interface IRanks : IDisposable
{
    /// <summary>This rank, from 0.</summary>
    int Rank { get; }

    /// <summary>How many there are.</summary>
    int Size { get; }

    /// <summary>This rank among those on its machine, from 0.</summary>
    int LocalRank { get; }

    /// <summary>
    /// Replaces a tensor by the sum of everybody's, in place. Every rank gets the same bits, and the same bits in every run.
    /// </summary>
    /// <param name="what">What is summed, for messages.</param>
    /// <param name="tensor">A contiguous float32 or float64 tensor of the same type and size on every rank.</param>
    void Sum(string what, Tensor tensor);

    /// <summary>Replaces a tensor by rank 0's, in place.</summary>
    /// <param name="what">What is sent, for messages.</param>
    /// <param name="tensor">A contiguous tensor of the same type and size on every rank.</param>
    void Broadcast(string what, Tensor tensor);

    /// <summary>Collects a small message from every rank.</summary>
    /// <param name="what">What is collected, for messages.</param>
    /// <param name="message">This rank's.</param>
    /// <returns>Everybody's, by rank.</returns>
    IReadOnlyList<byte[]> Gather(string what, ReadOnlySpan<byte> message);

    /// <summary>Waits for everybody.</summary>
    /// <param name="what">What is waited for, for messages.</param>
    void Barrier(string what);

    /// <summary>Shows everybody an object of rank 0's, where all ranks are in one process. It is rank 0 that owns it.</summary>
    /// <param name="what">What is shown, for messages.</param>
    /// <param name="make">Makes it; called on rank 0 alone.</param>
    /// <returns>The same object on every rank; null where ranks have no memory in common, or there is one.</returns>
    T? Lend<T>(string what, Func<T> make)
        where T : class;

    /// <summary>Ends everybody's present and later calls.</summary>
    /// <param name="reason">Why, in a sentence.</param>
    void Abort(string reason);

    /// <summary>Bytes that this rank has given into <see cref="Sum"/> and <see cref="Broadcast"/> so far.</summary>
    long BytesReduced { get; }

    /// <summary>Seconds that this rank has spent in all calls so far.</summary>
    double SecondsInCalls { get; }
}
