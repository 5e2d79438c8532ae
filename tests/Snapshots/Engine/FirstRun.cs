using System.Runtime.CompilerServices;

namespace PPYolo.Tests.Snapshots.Engine;

/// <summary>
/// Remembers the first verification, after which settings of all tests must not change: half of the tests would run under others.
/// </summary>
internal static class FirstRun
{
    private static string? test;

    public static void Mark(string name) => Interlocked.CompareExchange(ref test, name, null);

    public static void ThrowIfPast([CallerMemberName] string caller = "")
    {
        if (test is not null)
        {
            throw new InvalidOperationException(
                $"{caller} must be called before the first verification, which was that of {test}; a [ModuleInitializer] is the place."
            );
        }
    }
}
