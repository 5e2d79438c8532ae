using System.CommandLine;
using PPYolo.Data.Datasets;
using PPYolo.Data.Loading;

namespace PPYolo.Cli.Commands;

/// <summary>ppyolo data: looks at datasets.</summary>
internal static class DataCommand
{
    public static Command Create() => new("data", "Looks at datasets.") { Check() };

    private static Command Check()
    {
        var path = new Argument<string>("DIR") { Description = "A dataset's folder, as of VOC or COCO, or its COCO annotation file." };
        var split = new Option<string>("--split")
        {
            Description = "Which annotations of the folder.",
            HelpName = "train|val",
            DefaultValueFactory = _ => "train",
        };
        var images = new Option<string?>("--images")
        {
            Description = "The image folder, where it is none of the usual ones.",
            HelpName = "DIR",
        };
        var headers = new Option<bool>("--headers-only")
        {
            Description = "Reads the headers of the images and decodes none: quick, but damaged pixels are not found.",
        };
        var most = new Option<int>("--limit")
        {
            Description = "How many bad records are listed one by one.",
            HelpName = "N",
            DefaultValueFactory = _ => 20,
        };
        var strict = new Option<bool>("--strict") { Description = "Bad records are exit code 2, as they stop train --strict." };
        var command = new Command(
            "check",
            "Prints what is in a dataset, class by class, and every bad record: missing and damaged images, boxes outside, unknown "
                + "categories, duplicate ids."
        )
        {
            path,
            split,
            images,
            headers,
            most,
            strict,
        };
        command.SetAction(result =>
        {
            var report = DataCheck.Run(
                DatasetLayout.Find(result.GetValue(path)!, result.GetValue(split)!, result.GetValue(images)),
                !result.GetValue(headers)
            );
            report.WriteTo(Console.Out, result.GetValue(most));
            return result.GetValue(strict) && !report.Problems.IsEmpty ? ExitCode.WrongUse : ExitCode.Aligned;
        });
        return command;
    }
}
