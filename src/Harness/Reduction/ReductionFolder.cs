using System.Globalization;
using PPYolo.Align;
using PPYolo.Align.Files;
using PPYolo.Align.Formats;
using PPYolo.Align.Json;

namespace PPYolo.Harness.Reduction;

/// <summary>Writes a reduced difference with the test that shows it.</summary>
internal static class ReductionFolder
{
    private const string Prefix = "Reduction/",
        RunnerPrefix = "Runner/";

    /// <summary>Refuses a folder that is there, before anything is computed.</summary>
    /// <exception cref="AlignException">Something of this name is there, or the folder around it is not.</exception>
    public static void RequireFree(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (Path.Exists(full))
        {
            throw new AlignException($"--reduce {path}: is there already; name a folder that is not, or remove it");
        }

        if (!Directory.Exists(Path.GetDirectoryName(full)))
        {
            throw new AlignException($"--reduce {path}: there is no folder {Path.GetDirectoryName(full)} to put it into; make it first");
        }
    }

    /// <summary>Writes a folder beside its name, and gives it its name when it is whole.</summary>
    /// <param name="path">The folder, which is not there.</param>
    /// <param name="difference">What is written.</param>
    /// <param name="options">The settings with which the test makes the network, as a configuration file.</param>
    /// <param name="names">The two runs.</param>
    /// <param name="settings">In which settings they differ, a line each.</param>
    /// <exception cref="AlignException">It cannot be written, or somebody else made it.</exception>
    public static void Write(
        string path,
        ReducedDifference difference,
        string options,
        (string First, string Second) names,
        IReadOnlyList<string> settings
    )
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var work = $"{full}.{Guid.NewGuid():N}.tmp";
        try
        {
            using var onInterrupt = Interruption.On(() => Directory.CreateDirectory(work), () => Remove(work));
            string File(string name) => Path.Combine(work, name);
            Npz.Write(File("inputs.npz"), difference.Inputs);
            Npz.Write(File("weights.npz"), difference.Weights);
            Npz.Write(File("expected.npz"), difference.Expected);
            Npz.Write(File("found.npz"), difference.Found);
            AtomicText.Write(File("reduce.json"), StrictJson.Text(difference.Facts));
            AtomicText.Write(File("settings.json"), options);
            AtomicText.Write(File("README.md"), Readme(difference, names, settings));
            Add(work, Prefix, _ => true);
            Directory.Move(work, full);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new AlignException($"{path}: cannot be written ({error.Message.TrimEnd('.')}); nothing of it is left", error);
        }
        finally
        {
            Remove(work);
        }
    }

    /// <summary>Writes the source of a program that runs one module: the code that the test runs, and an entry point.</summary>
    public static void AddRunner(string folder)
    {
        Add(folder, RunnerPrefix, _ => true);
        Add(folder, Prefix, name => Path.GetExtension(name) == ".cs" && !name.EndsWith("Tests.cs", StringComparison.Ordinal));
    }

    private static void Add(string folder, string prefix, Func<string, bool> which)
    {
        var assembly = typeof(ReductionFolder).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            var name = resource[prefix.Length..];
            if (which(name))
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
                AtomicText.Write(Path.Combine(folder, name), reader.ReadToEnd());
            }
        }
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Readme(ReducedDifference difference, (string First, string Second) names, IReadOnlyList<string> settings)
    {
        var facts = difference.Facts;
        var what = facts.Module == ReducedModule.Losses ? "The losses compute" : $"The module {facts.Module} computes";
        var rows = facts.Bounds.Select(tensor =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {tensor.Name} | {(tensor.Distance is { } distance ? $"{distance:G3}" : "one is missing")} | {tensor.Value:G3} |"
            )
        );
        return $"""
            # {what} something else

            {names.First} is expected, {names.Second} was found. Both were given the same inputs and weights, those of iteration
            {facts.Iteration}, and {facts.Images.Count} of {facts.OfImages} images (number {string.Join(", ", facts.Images)}).

            In a checkout of PPYolo this test is red while the difference is there:

                dotnet test -p:PPYoloRoot=FOLDER_OF_THE_CHECKOUT

            | tensor | differs by | rounding explains |
            |---|---|---|
            {string.Join("\n", rows)}

            Distances are over the tensor's norm. gradient/ is of a made-up loss.

            | file | what is in it |
            |---|---|
            | inputs.npz, weights.npz | what the module was given |
            | expected.npz | what it should compute |
            | found.npz | what it computed |
            | settings.json | the settings with which the test makes the network |
            | reduce.json | this page for programs |
            | ReducedModule.cs | runs the module |
            {(
                settings.Count == 0
                    ? ""
                    : $"\nThe two runs have other settings. The test is green once settings.json has those of {names.First}:\n\n"
                        + string.Join("\n", settings.Select(line => $"- {line}"))
                        + "\n"
            )}
            """;
    }
}
