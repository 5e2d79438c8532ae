using System.Runtime.CompilerServices;
using PPYolo.Train.Runtime;
using TorchSharp;

namespace PPYolo.Tests.Alignment;

internal static class TestEnvironment
{
    /// <summary>
    /// The thread count of a theory that does not choose its own; the target Soak runs with others. Two classes run side by side (xunit.runner.json), and on two cores such small trainings share cores better than
    /// operations.
    /// </summary>
    public static int Threads { get; } = int.Parse(Environment.GetEnvironmentVariable("PPYOLO_TEST_THREADS") ?? "1", System.Globalization.CultureInfo.InvariantCulture);

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
