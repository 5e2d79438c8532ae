using System.Diagnostics;
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

    /// <summary>Runs a program to its end, or kills it with all it has started.</summary>
    public static async Task<ProgramResult> RunAsync(string program, IEnumerable<string> arguments, TimeSpan limit)
    {
        var clock = Stopwatch.StartNew();
        using var process = new Process();
        process.StartInfo = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        process.Start();
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var cancel = new CancellationTokenSource(limit);
        try
        {
            await process.WaitForExitAsync(cancel.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            throw new TimeoutException(
                $"{program} {string.Join(' ', arguments)} was still running after {limit.TotalSeconds} s:\n{await output}\n{await error}"
            );
        }

        return new ProgramResult(process.ExitCode, await output, await error, clock.Elapsed);
    }
}
