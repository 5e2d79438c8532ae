using System.Reflection;
using System.Runtime.CompilerServices;
using PPYolo.Train.Runtime;

namespace PPYolo.Tests.Golden;

internal static class TestEnvironment
{
    public static string Root { get; } =
        typeof(TestEnvironment)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(fact => fact.Key == "RepositoryRoot")
            .Value!;

    [ModuleInitializer]
    internal static void Prepare() => NativeEnvironment.Prepare();
}
