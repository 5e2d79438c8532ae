using System.CommandLine;
using PPYolo.Data.Datasets;
using PPYolo.Data.Layouts;

namespace PPYolo.Cli.Commands;

/// <summary>The dataset that the commands of ppyolo data look at.</summary>
internal sealed class DatasetArguments
{
    private readonly Argument<string> path = new("DIR|FILE")
    {
        Description =
            "A dataset's folder, of COCO, Pascal VOC or YOLO, or the file that says what is in it: COCO's .json, YOLO's data.yaml, a list "
            + "such as ImageSets/Main/trainval.txt.",
    };
    private readonly Option<string> split = new("--split")
    {
        Description = "Which part of the dataset.",
        HelpName = "train|val|NAME",
        DefaultValueFactory = _ => "train",
    };
    private readonly Option<string?> images = new("--images")
    {
        Description = "The image folder, where it is none of the usual ones.",
        HelpName = "DIR",
    };
    private readonly ReadingOptions reading = new();

    /// <summary>Adds the dataset, and then its options.</summary>
    public void AddTo(Command command)
    {
        command.Arguments.Insert(0, path);
        foreach (var option in (Option[])[split, images, .. reading.All])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>What was named.</summary>
    public string Path(ParseResult parsed) => parsed.GetValue(path)!;

    /// <summary>Finds it.</summary>
    public DatasetLayout Find(ParseResult parsed) =>
        DatasetFinder.Find(parsed.GetValue(path)!, parsed.GetValue(split)!, parsed.GetValue(images), reading.Of(parsed));

    /// <summary>Finds it; of a folder train and val, unless one was asked for.</summary>
    public IEnumerable<DatasetLayout> FindAll(ParseResult parsed)
    {
        var first = Find(parsed);
        yield return first;
        if (
            parsed.GetResult(split) is { Implicit: true }
            && Directory.Exists(Path(parsed))
            && DatasetFinder.TryFind(Path(parsed), "val", parsed.GetValue(images), reading.Of(parsed)) is { } held
            && held.Annotations != first.Annotations
        )
        {
            yield return held;
        }
    }
}
