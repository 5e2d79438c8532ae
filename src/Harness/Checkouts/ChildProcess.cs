using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using PPYolo.Align;
using PPYolo.Align.Files;

namespace PPYolo.Harness.Checkouts;

/// <summary>Runs a program to its end.</summary>
internal static class ChildProcess
{
    // A hook of git says in these which repository it works in; a child works in the one of its own folder.
    private static readonly string[] OfHooks = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"];

    /// <summary>Runs. The child reads an empty input. When this program is ended, so is the child, and nothing is returned.</summary>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">What is added to this process's environment.</param>
    /// <param name="line">Gets each line of its output as it comes.</param>
    /// <param name="folder">The folder that it runs in; that of this process unless given.</param>
    /// <exception cref="AlignException">The program is not installed.</exception>
    public static (int ExitCode, string Output, string Errors) Run(
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null,
        Action<string>? line = null,
        string? folder = null
    )
    {
        var info = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
        };
        foreach (var name in OfHooks)
        {
            info.Environment.Remove(name);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            info.Environment[name] = value;
        }

        using var process = new Process { StartInfo = info };
        IDisposable onInterrupt;
        try
        {
            onInterrupt = Interruption.On(() => process.Start(), () => process.Kill(entireProcessTree: true));
        }
        catch (Win32Exception exception)
        {
            throw new AlignException($"{program} was not found: install it", exception);
        }

        using (onInterrupt)
        {
            process.StandardInput.Close();
            var errors = process.StandardError.ReadToEndAsync();
            var output = new StringBuilder();
            while (process.StandardOutput.ReadLine() is { } text)
            {
                output.Append(text).Append('\n');
                line?.Invoke(text);
            }

            process.WaitForExit();
            Interruption.HoldWhileEnding();
            return (process.ExitCode, output.ToString(), errors.Result);
        }
    }
}
