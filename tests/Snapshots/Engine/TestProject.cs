using System.Reflection;

namespace PPYolo.Tests.Snapshots.Engine;

/// <summary>
/// What the build wrote into a test assembly about its project (see eng/SnapshotEngine.props), under the keys that Verify uses.
/// </summary>
internal sealed record TestProject(string Directory, string? SolutionDirectory, bool TargetsSeveralFrameworks)
{
    public static TestProject Of(Assembly assembly)
    {
        var metadata = assembly
            .GetCustomAttributes<AssemblyMetadataAttribute>()
            .ToLookup(attribute => attribute.Key, attribute => attribute.Value);
        var directory =
            metadata["Verify.ProjectDirectory"].FirstOrDefault()
            ?? throw new InvalidOperationException(
                $"{assembly.GetName().Name} does not know its project directory: the test project must import eng/SnapshotEngine.props."
            );
        var frameworks = metadata["Verify.TargetFrameworks"].FirstOrDefault() ?? "";
        return new TestProject(directory, metadata["Verify.SolutionDirectory"].FirstOrDefault(), frameworks.Contains(';'));
    }
}
