using System.Diagnostics;

namespace PPYolo.Tests.Unit.Align.Formats;

/// <summary>The PyTorch of a Python on this machine, where there is one.</summary>
internal static class Torch
{
    private static readonly Lazy<string?> Python = new(() =>
        Candidates.FirstOrDefault(python => Try(python, "import torch, numpy") is { Code: 0 })
    );

    private static IEnumerable<string> Candidates =>
        new[] { Environment.GetEnvironmentVariable("PPYOLO_PYTHON"), "/usr/bin/python3", "python3" }
            .OfType<string>()
            .Where(name => name.Length > 0);

    public static bool IsThere => Python.Value is not null;

    /// <summary>
    /// Runs a program in a folder, skipping the test where there is no PyTorch, and fails with what the program complains of.
    /// </summary>
    public static void Run(string folder, string program)
    {
        Skip.IfNot(IsThere, "no Python with PyTorch here: apt-get install python3-torch, or name one in PPYOLO_PYTHON");
        var (code, output) = Try(Python.Value!, program, folder)!.Value;
        code.Should().Be(0, output);
    }

    private static (int Code, string Output)? Try(string python, string program, string? folder = null)
    {
        var start = new ProcessStartInfo(python, ["-c", program]) { WorkingDirectory = folder ?? Path.GetTempPath() };
        try
        {
            var result = Task.Run(() => ChildProgram.Run(start)).GetAwaiter().GetResult();
            return ((int)result.ExitCode, result.Error);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
