using System.Runtime.CompilerServices;
using PPYolo.Train.Runtime;
using TorchSharp;

namespace PPYolo.Tests.Alignment;

internal static class TestEnvironment
{
    /// <summary>The thread count of a theory that does not choose its own.</summary>
    public const int Threads = 2;

    [ModuleInitializer]
    internal static void Prepare() => NativeEnvironment.Prepare();

    /// <summary>Runs with a number of threads and sets the standard one again.</summary>
    public static T With<T>(int threads, Func<T> run)
    {
        torch.set_num_threads(threads);
        try
        {
            return run();
        }
        finally
        {
            torch.set_num_threads(Threads);
        }
    }
}
