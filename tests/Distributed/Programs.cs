using System.Runtime.InteropServices;

namespace PPYolo.Tests.Distributed;

/// <summary>The programs that the tests start.</summary>
internal static class Programs
{
    public const string Worker = "PPYolo.Tests.Distributed.Worker.dll";

    /// <summary>The folder with the tests, the worker and ppyolo.dll.</summary>
    public static string Folder { get; } = AppContext.BaseDirectory.TrimEnd('/');

    /// <summary>The folder of the .NET that runs the tests.</summary>
    public static string DotnetRoot { get; } = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    /// <summary>Whether a program is on the path.</summary>
    public static bool Exists(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':')
            .Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, name)));
}
