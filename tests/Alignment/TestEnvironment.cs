using System.Runtime.CompilerServices;
using PPYolo.Train.Runtime;

namespace PPYolo.Tests.Alignment;

internal static class TestEnvironment
{
    /// <summary>
    /// The thread count of a theory that does not choose its own, which goldens were recorded with; the target Soak runs with others. One
    /// is enough: two classes run side by side (xunit.runner.json), and cores that compute on their own do not wait for each other.
    /// </summary>
    public static int Threads { get; } =
        int.Parse(Environment.GetEnvironmentVariable("PPYOLO_TEST_THREADS") ?? "1", System.Globalization.CultureInfo.InvariantCulture);

    [ModuleInitializer]
    internal static void Prepare() => NativeEnvironment.Prepare();

    /// <summary>Runs with a number of threads and sets the standard one again.</summary>
    public static T With<T>(int threads, Func<T> run)
    {
        TorchThreads.Set(threads);
        try
        {
            return run();
        }
        finally
        {
            TorchThreads.Set(Threads);
        }
    }
}
