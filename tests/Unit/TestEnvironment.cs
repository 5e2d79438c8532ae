using System.Runtime.CompilerServices;
using PPYolo.Train.Runtime;
using TorchSharp;

namespace PPYolo.Tests.Unit;

internal static class TestEnvironment
{
    /// <summary>Native code reads its settings once, when it is loaded: before any test.</summary>
    [ModuleInitializer]
    internal static void Prepare() => NativeEnvironment.Prepare();

    /// <summary>Runs with a number of torch threads and sets the present one again.</summary>
    public static T WithThreads<T>(int threads, Func<T> run)
    {
        var present = torch.get_num_threads();
        torch.set_num_threads(threads);
        try
        {
            return run();
        }
        finally
        {
            torch.set_num_threads(present);
        }
    }
}
