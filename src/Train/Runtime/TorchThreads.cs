using TorchSharp;

namespace PPYolo.Train.Runtime;

/// <summary>How many threads libtorch computes on, which every thread that calls it has a number of its own for.</summary>
internal static class TorchThreads
{
    /// <summary>
    /// Sets the number for the calling thread. A thread that libtorch has not seen yet takes, at its first operation, the number that was
    /// set last by whichever thread, also where it has set one itself before: so it is shown to libtorch first.
    /// </summary>
    /// <param name="threads">At least 1.</param>
    public static void Set(int threads)
    {
        _ = torch.get_num_threads();
        torch.set_num_threads(threads);
    }
}
