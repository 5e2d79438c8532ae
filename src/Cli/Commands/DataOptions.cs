using System.CommandLine;
using PPYolo.Align;
using PPYolo.Data.Datasets;
using PPYolo.Data.Layouts;
using PPYolo.Data.Loading;
using PPYolo.Train.Epochs;
using PPYolo.Train.Feeds;
using PPYolo.Train.Ranks.Mpi;

namespace PPYolo.Cli.Commands;

/// <summary>The options that say what to train on, and what they mean.</summary>
internal sealed class DataOptions
{
    private const string GeneratorPrefix = "generator:";

    private readonly Option<bool> perRankSizes = new("--per-rank-sizes")
    {
        Description = "Every rank draws its own image sizes, as datasets do unless told otherwise; such a record cannot be merged.",
    };
    private readonly Option<bool> sameSize = new("--same-size-across-ranks")
    {
        Description = "With a dataset: all ranks draw the same image size in an iteration.",
    };
    private readonly Option<string?> images = new("--images")
    {
        Description = "The dataset's image folder, if it is not found beside the annotations.",
        HelpName = "DIR",
    };
    private readonly Option<bool> strict = new("--strict")
    {
        Description = "Stops at the first bad record of the dataset, instead of leaving it out.",
    };
    private readonly Option<int?> workers = new("--workers")
    {
        Description = "Threads of each rank that make a dataset's batches ahead; batches do not depend on it. 0 makes none ahead.",
        HelpName = "N",
        Validators =
        {
            one => SharedOptions.RequireAtLeast(0, one, "--workers"),
            one => SharedOptions.RequireAtMost(LoaderOptions.MostWorkers, one, "--workers"),
        },
    };
    private readonly Option<int?> prefetch = new("--prefetch")
    {
        Description = "Batches that each rank makes ahead at most.",
        HelpName = "N",
    };

    private readonly ReadingOptions reading = new();

    /// <summary>Where batches come from.</summary>
    public Option<string?> Data { get; } =
        new("--data")
        {
            Description =
                "What to train on: a dataset's folder (COCO, Pascal VOC, YOLO), its annotation file, or generated noise (unless given).",
            HelpName = "DIR|FILE|generator:SEED",
        };

    /// <summary>Which dataset, and how it is read.</summary>
    public IReadOnlyList<Option> OfDatasets => [Data, images, .. reading.All, strict, workers, prefetch];

    /// <summary>What ranks have of it.</summary>
    public IReadOnlyList<Option> OfRanks => [perRankSizes, sameSize];

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in OfDatasets.Concat(OfRanks))
        {
            command.Options.Add(option);
        }

        Validate(command);
    }

    /// <summary>Has a command refuse what excludes each other.</summary>
    public void Validate(Command command) =>
        command.Validators.Add(result =>
        {
            if (result.GetValue(perRankSizes) && result.GetValue(sameSize))
            {
                result.AddError($"{perRankSizes.Name} and {sameSize.Name} exclude each other");
            }
        });

    /// <summary>Whether a value of --data is a dataset.</summary>
    public static bool IsDataset(string? data) => data is not null && !data.StartsWith(GeneratorPrefix, StringComparison.Ordinal);

    /// <summary>The image folder that was named.</summary>
    public string? Images(ParseResult parsed) => parsed.GetValue(images);

    /// <summary>How a dataset is read where its files leave it open, or null for as usual.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="before">What it adds to.</param>
    public DatasetReading? Reading(ParseResult parsed, DatasetReading? before = null) => reading.Of(parsed, before);

    /// <summary>Whether bad records stop.</summary>
    public bool Strict(ParseResult parsed) => parsed.GetValue(strict);

    /// <summary>Whether the command line says which ranks have the same size.</summary>
    public bool GivesSizes(ParseResult parsed) => parsed.GetValue(sameSize) || parsed.GetValue(perRankSizes);

    /// <summary>Whether all ranks have the same size: generated batches unless told otherwise, datasets if told so.</summary>
    public bool SameSizeAcrossRanks(ParseResult parsed, string? data) =>
        IsDataset(data) ? parsed.GetValue(sameSize) : !parsed.GetValue(perRankSizes);

    /// <summary>What to train on.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="seed">The seed of a dataset's randomness, and of generated batches that name none.</param>
    public TrainingData Open(ParseResult parsed, string seed)
    {
        var data = parsed.GetValue(Data);
        return Open(
            data,
            parsed.GetValue(images),
            Reading(parsed),
            parsed.GetValue(strict),
            SameSizeAcrossRanks(parsed, data),
            seed,
            parsed
        );
    }

    /// <summary>What to train on, as a run's settings say it.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="parsed">The command line, for what numbers do not depend on.</param>
    public TrainingData Open(RunSettings settings, ParseResult parsed) =>
        Open(settings.Data, settings.Images, settings.Reading, settings.Strict, settings.SameSizeAcrossRanks, settings.Seed, parsed);

    /// <summary>What to train on.</summary>
    /// <param name="data">A value of --data, or null.</param>
    /// <param name="imageFolder">The image folder, or null.</param>
    /// <param name="how">How a dataset is read where its files leave it open, or null.</param>
    /// <param name="stopAtBadRecords">Whether bad records stop.</param>
    /// <param name="same">Whether all ranks have the same size.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="parsed">The command line, for what numbers do not depend on.</param>
    private TrainingData Open(
        string? data,
        string? imageFolder,
        DatasetReading? how,
        bool stopAtBadRecords,
        bool same,
        string seed,
        ParseResult parsed
    )
    {
        if (!IsDataset(data))
        {
            return new GeneratedData(data is null ? seed : SeedOf(data), perRankSizes: !same);
        }

        // Every process of a launch reads the dataset, and one reports.
        var layout = DatasetFinder.Find(data!, "train", imageFolder, how);
        var report = new CappedReport();
        var dataset = DetectionDataset.Open(layout, new() { Strict = stopAtBadRecords, Report = report.Add });
        report.End();
        // Who names a file has said it himself.
        if (MpiLaunch.IsSpeaker && Directory.Exists(data))
        {
            Console.Error.WriteLine($"ppyolo: {layout.Recognized}");
        }

        return new DatasetData(seed, dataset)
        {
            SameSizeAcrossRanks = same,
            Workers = parsed.GetValue(workers),
            Prefetch = parsed.GetValue(prefetch),
        };
    }

    /// <summary>The seed of "generator:SEED".</summary>
    /// <exception cref="AlignException">It is malformed.</exception>
    public static string SeedOf(string data)
    {
        var seed = data[GeneratorPrefix.Length..];
        return seed.Length > 0 && seed.All(char.IsAsciiDigit)
            ? seed
            : throw new AlignException($"--data {data}: expected generator:SEED, SEED a decimal number, or a dataset");
    }
}
