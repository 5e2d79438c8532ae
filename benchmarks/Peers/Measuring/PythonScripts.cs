using System.Diagnostics;

namespace PPYolo.Peers.Measuring;

/// <summary>The Python programs beside this one.</summary>
/// <param name="interpreter">A Python 3 with torch, torchvision and NumPy.</param>
internal sealed class PythonScripts(string interpreter)
{
    /// <summary>What PPYOLO_PYTHON names, else the distribution's own, whose packages apt installs, else whichever comes first.</summary>
    public static string StandardInterpreter =>
        Environment.GetEnvironmentVariable("PPYOLO_PYTHON") is { Length: > 0 } named ? named
        : File.Exists("/usr/bin/python3") ? "/usr/bin/python3"
        : "python3";

    /// <summary>
    /// One that is measured. Its waiting threads sleep, as ours do: on a busy machine spinning would cost it time that is not its work's.
    /// </summary>
    public Contestant Contestant(string name, string script, params IEnumerable<object> arguments) =>
        new(name, interpreter, [PathOf(script), .. arguments.Select(Measuring.Contestant.Text)])
        {
            Environment = new Dictionary<string, string> { ["OMP_WAIT_POLICY"] = "PASSIVE" },
        };

    /// <summary>Runs one to its end and returns what it printed.</summary>
    /// <exception cref="ContestException">It failed; its own message is on the console.</exception>
    public string Run(string script, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(interpreter, [PathOf(script), .. arguments]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new ContestException(
                $"{interpreter} {script} failed; install python3-torch, python3-torchvision, python3-numpy and libopenblas0-pthread, or "
                    + $"name another --python that has them"
            );
    }

    private static string PathOf(string script) => Path.Combine(AppContext.BaseDirectory, "python", script);
}
