using System.Collections.Immutable;
using System.CommandLine;
using PPYolo.Align;
using PPYolo.Data.Coco;
using PPYolo.Data.Layouts;
using PPYolo.Train.Epochs;
using PPYolo.Train.Inference;
using PPYolo.Train.Options;

namespace PPYolo.Cli.Commands;

/// <summary>The weights and the configuration that a command detects with.</summary>
/// <param name="Weights">The file or record folder.</param>
/// <param name="Options">The configuration.</param>
/// <param name="Run">The settings of the run whose folder was named, else null.</param>
internal sealed record ModelChoice(string Weights, TrainOptions Options, RunSettings? Run)
{
    /// <summary>
    /// What was named: of a run's folder the best checkpoint, the last one where none was evaluated, and its own configuration.
    /// </summary>
    /// <param name="weights">A file, a record folder, or a run's folder.</param>
    /// <param name="config">A configuration, or null for the run's.</param>
    /// <param name="overrides">Settings that are changed.</param>
    /// <exception cref="AlignException">The run has no checkpoint, or the configuration cannot be read.</exception>
    public static ModelChoice Of(string weights, string? config, IReadOnlyList<string> overrides)
    {
        if (!IsRun(weights))
        {
            return new(weights, TrainOptionsFile.Read(config!, overrides), null);
        }

        var store = new CheckpointStore(weights);
        var file = store.Best ?? store.Latest ?? throw new AlignException($"{weights}: expected a run with a checkpoint, found none yet");
        var run = RunSettings.Read(weights);
        Console.Error.WriteLine($"ppyolo: {weights}: taking {(store.Best is null ? "the last" : "the best")} checkpoint, {file}");
        return new(
            file,
            config is null
                ? TrainOptionsFile.Override(run.Options, overrides, Path.Combine(weights, RunSettings.FileName))
                : TrainOptionsFile.Read(config, overrides),
            run
        );
    }

    /// <summary>Refuses weights that are not there, and those that a configuration must be named for.</summary>
    /// <param name="command">The command whose options these are.</param>
    /// <param name="weights">The file, record folder, or run's folder.</param>
    /// <param name="config">The configuration.</param>
    public static void RequireConfig(Command command, Option<string?> weights, Option<string?> config) =>
        command.Validators.Add(result =>
        {
            if (result.GetValue(config) is null && result.GetValue(weights) is { } file && !IsRun(file))
            {
                result.AddError(
                    Path.Exists(file)
                        ? $"{command.Name} needs --config NAME, unless --weights is the folder of a run"
                        : $"--weights {file}: there is no such file or folder"
                );
            }
        });

    /// <summary>Whether a path is the folder of a run over epochs.</summary>
    public static bool IsRun(string? path) => path is not null && RunSettings.ExistIn(path);

    /// <summary>The names of the classes: those of a file, else those of the dataset that the run trained on.</summary>
    /// <param name="names">The file, or null.</param>
    public ImmutableArray<CocoCategory> Categories(string? names)
    {
        if (names is null && Run is { } run && DataOptions.IsDataset(run.Data))
        {
            try
            {
                var trained = DatasetFinder.Find(run.Data, "train", run.Images, run.Reading).Read(new(strict: false)).Categories;
                if (trained.Length == Options.Classes)
                {
                    return trained;
                }
            }
            catch (AlignException)
            {
                // The dataset is not here any more: names are a convenience.
            }
        }

        return ClassNames.Of(Options.Classes, names);
    }
}
