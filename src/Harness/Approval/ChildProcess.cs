using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using PPYolo.Align;
using PPYolo.Align.Files;

namespace PPYolo.Harness.Approval;

/// <summary>Runs a program to its end.</summary>
internal static class ChildProcess
{
    /// <summary>Runs.</summary>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">What is added to this process's environment.</param>
    /// <param name="line">Gets each line of its output as it comes.</param>
    /// <exception cref="AlignException">The program is not installed.</exception>
    public static (int ExitCode, string Output, string Errors) Run(
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null,
        Action<string>? line = null
    )
    {
        var info = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            info.Environment[name] = value;
        }

        Process process;
        try
        {
            process = Process.Start(info)!;
        }
        catch (Win32Exception exception)
        {
            throw new AlignException($"{program} was not found: install it", exception);
        }

        using (process)
        using (Interruption.On(() => process.Kill(entireProcessTree: true)))
        {
            var errors = process.StandardError.ReadToEndAsync();
            var output = new StringBuilder();
            while (process.StandardOutput.ReadLine() is { } text)
            {
                output.Append(text).Append('\n');
                line?.Invoke(text);
            }

            process.WaitForExit();
            return (process.ExitCode, output.ToString(), errors.Result);
        }
    }
}
