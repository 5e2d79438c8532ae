using System.Reflection;

namespace PPYolo.Tests.Unit.Snapshots.Support;

/// <summary>What the project file knows and the tests need.</summary>
internal static class BuildFacts
{
    public static string SubjectEngine => Read(nameof(SubjectEngine));

    public static string SubjectProject => Read(nameof(SubjectProject));

    public static string SubjectAssembly => Read(nameof(SubjectAssembly));

    private static string Read(string key) =>
        typeof(BuildFacts).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
