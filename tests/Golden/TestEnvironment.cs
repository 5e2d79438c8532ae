using System.Runtime.CompilerServices;
using PPYolo.Train.Runtime;

namespace PPYolo.Tests.Golden;

internal static class TestEnvironment
{
    [ModuleInitializer]
    internal static void Prepare() => NativeEnvironment.Prepare();
}
