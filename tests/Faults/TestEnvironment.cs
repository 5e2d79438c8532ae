using System.Runtime.CompilerServices;
using PPYolo.Train.Runtime;

namespace PPYolo.Tests.Faults;

internal static class TestEnvironment
{
    /// <summary>Threads of libtorch, over all ranks.</summary>
    public const int Threads = 2;

    [ModuleInitializer]
    internal static void Prepare() => NativeEnvironment.Prepare();
}
