using System.ComponentModel;
using System.Diagnostics;

namespace PPYolo.Peers.Measuring;

/// <summary>The Python programs beside this one. Where Python or a package is missing, the rows that need it are left out.</summary>
/// <param name="interpreter">A Python 3.</param>
/// <param name="named">Whether the user named it: then it is an error that a package is missing.</param>
internal sealed class PythonScripts(string interpreter, bool named)
{
    // Debian's name of each package. Its PyTorch is slower without OpenBLAS, and the comparison unfair.
    private static readonly Dictionary<string, string> Packages = new(StringComparer.Ordinal)
    {
        ["numpy"] = "python3-numpy",
        ["torch"] = "python3-torch libopenblas0-pthread",
        ["torchvision"] = "python3-torchvision",
    };

    private readonly Lazy<string[]> missing = new(() => Missing(interpreter));

    /// <summary>What PPYOLO_PYTHON names, else the distribution's own, whose packages apt installs, else whichever comes first.</summary>
    public static string StandardInterpreter =>
        Environment.GetEnvironmentVariable("PPYOLO_PYTHON") is { Length: > 0 } named ? named
        : File.Exists("/usr/bin/python3") ? "/usr/bin/python3"
        : "python3";

    /// <summary>Whether Python has the packages that something needs. If not, a line says what is left out, and why.</summary>
    /// <param name="what">What needs them.</param>
    /// <param name="packages">Of numpy, torch and torchvision.</param>
    /// <exception cref="ContestException">It has not, and the user named it.</exception>
    public bool Offers(string what, params string[] packages)
    {
        var lacking = packages.Where(missing.Value.Contains).ToList();
        if (lacking.Count == 0)
        {
            return true;
        }

        var line =
            $"{what}: {interpreter} {(missing.Value.Contains("") ? "does not run" : "cannot import " + string.Join(", ", lacking))}; "
            + "install "
            + $"{string.Join(' ', lacking.Select(package => Packages[package]))}, or name a Python that has "
            + $"{(lacking.Count == 1 ? "it" : "them")} with --python";
        if (named)
        {
            throw new ContestException(line);
        }

        Console.WriteLine($"left out: {line}\n");
        return false;
    }

    /// <summary>
    /// One that is measured. Its waiting threads sleep, as ours do in libtorch: on a busy machine spinning would cost it time that is
    /// not its work's.
    /// </summary>
    public Contestant Contestant(string name, string script, params IEnumerable<object> arguments) =>
        new(name, interpreter, [PathOf(script), .. arguments.Select(Measuring.Contestant.Text)])
        {
            Environment = new Dictionary<string, string> { ["OMP_WAIT_POLICY"] = "PASSIVE" },
        };

    /// <summary>Runs one to its end and returns what it printed.</summary>
    /// <exception cref="ContestException">It failed; its own message is on the console.</exception>
    public string Run(string script, params IEnumerable<string> arguments) =>
        Output(interpreter, script, arguments) ?? throw new ContestException($"{interpreter} {script} failed; its own message is above");

    // All of them, and an empty name, where it does not run at all.
    private static string[] Missing(string interpreter)
    {
        try
        {
            if (Output(interpreter, "missing.py", Packages.Keys) is { } names)
            {
                return names.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            }
        }
        catch (Win32Exception)
        {
            // There is no such program.
        }

        return [.. Packages.Keys, ""];
    }

    private static string? Output(string interpreter, string script, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(interpreter, [PathOf(script), .. arguments]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : null;
    }

    private static string PathOf(string script) => Path.Combine(AppContext.BaseDirectory, "python", script);
}
