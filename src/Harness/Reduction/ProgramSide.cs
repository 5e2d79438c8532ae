using System.Globalization;
using PPYolo.Align;
using PPYolo.Align.Formats;
using PPYolo.Align.Json;
using PPYolo.Align.Tensors;
using PPYolo.Harness.Checkouts;

namespace PPYolo.Harness.Reduction;

/// <summary>The program of another checkout: a process of its own runs each module.</summary>
internal sealed class ProgramSide : IReducedSide
{
    private readonly string folder;
    private readonly string program;
    private readonly string settings;
    private readonly string seed;
    private readonly int iteration;
    private readonly string name;
    private int runs;

    private ProgramSide(string folder, string program, string settings, string seed, int iteration, string name) =>
        (this.folder, this.program, this.settings, this.seed, this.iteration, this.name) = (
            folder,
            program,
            settings,
            seed,
            iteration,
            name
        );

    /// <summary>Builds a program that runs modules with the training code of a checkout.</summary>
    /// <param name="tree">The checkout, which is not needed afterwards.</param>
    /// <param name="folder">A folder for the program, which is made.</param>
    /// <param name="settings">The settings with which it makes the network.</param>
    /// <param name="seed">The seed of its run.</param>
    /// <param name="iteration">The iteration whose random numbers are drawn.</param>
    /// <param name="name">The checkout, for messages.</param>
    /// <param name="options">More options of dotnet build.</param>
    /// <exception cref="AlignException">It does not build.</exception>
    public static ProgramSide Build(
        string tree,
        string folder,
        string settings,
        string seed,
        int iteration,
        string name,
        params string[] options
    )
    {
        Directory.CreateDirectory(folder);
        ReductionFolder.AddRunner(folder);
        var (exitCode, text, errors) = DotnetCommand.Run(
            ["build", folder, "-c", "Release", "--nologo", "-v", "q", $"-p:PPYoloRoot={tree}", .. options],
            tree
        );
        if (exitCode != 0)
        {
            var said = $"{text}\n{errors}";
            ChildFailure.RequireMachine(exitCode, said, "building");
            throw new AlignException(
                $"--commits: a program that runs modules of {name} does not build: {ChildFailure.FirstError(said, tree)}; name a commit "
                    + "that builds, and is not older than this command"
            );
        }

        return new(folder, Path.Combine(folder, "out", "Runner.dll"), settings, seed, iteration, name);
    }

    /// <inheritdoc />
    public NamedTensors? Run(string module, NamedTensors inputs, NamedTensors weights, IReadOnlyList<int>? images)
    {
        var asked = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"run{runs++}"));
        Directory.CreateDirectory(asked);
        string File(string of) => Path.Combine(asked, of);
        Npz.Write(File("inputs.npz"), inputs);
        Npz.Write(File("weights.npz"), weights);
        AtomicText.Write(File("settings.json"), settings);
        AtomicText.Write(
            File("reduce.json"),
            StrictJson.Text(new ReductionFacts("ppyolo-reduction", 1, module, 0, seed, iteration, images ?? [], 0, [], []))
        );
        var (exitCode, text, errors) = ChildProcess.Run("dotnet", [program, asked], folder: folder);
        System.IO.File.Delete(File("inputs.npz"));
        System.IO.File.Delete(File("weights.npz"));
        if (exitCode is 0 or ReducedModule.NotAlone)
        {
            return exitCode == 0 ? Npz.Read(File(ReducedModule.FoundName)) : null;
        }

        ChildFailure.RequireMachine(exitCode, $"{text}\n{errors}", "running");
        throw new AlignException($"--commits: {name} does not run module {module}: {ChildFailure.FirstError($"{text}\n{errors}", folder)}");
    }

    /// <inheritdoc />
    public bool Knows(string tensor) => true;
}
