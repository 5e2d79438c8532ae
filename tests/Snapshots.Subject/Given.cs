namespace PPYolo.Tests.Snapshots.Subject;

/// <summary>What the process that started this one wants verified, and where the snapshots lie.</summary>
internal static class Given
{
    public static string Directory => Read("SUBJECT_DIRECTORY");

    public static string Value => Read("SUBJECT_VALUE");

    public static string? DiffTool => Environment.GetEnvironmentVariable("SUBJECT_DIFF_TOOL");

    private static string Read(string name) =>
        Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set");
}
