using System.CommandLine;
using PPYolo.Cli.Progress;
using PPYolo.Data.Datasets;
using PPYolo.Data.Loading;
using PPYolo.Train.Options;

namespace PPYolo.Cli.Commands;

/// <summary>ppyolo data: looks at datasets and converts them.</summary>
internal static class DataCommand
{
    /// <summary>What it is for, in the list of commands too.</summary>
    public const string Summary = "Looks at datasets, and converts them.";

    public static Command Create() => new("data", Summary) { Check(), DataShowCommand.Create(), DataConvertCommand.Create() };

    private static Command Check()
    {
        var dataset = new DatasetArguments();
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
                + "categories, duplicate ids, XML and labels that cannot be read."
        );
        dataset.AddTo(command);
        command.Options.Add(headers);
        command.Options.Add(most);
        command.Options.Add(strict);
        command.SetAction(result =>
        {
            using var text = new StringWriter();
            var reports = dataset.FindAll(result).Select(layout => DataCheck.Run(layout, !result.GetValue(headers))).ToList();
            foreach (var report in reports)
            {
                report.WriteTo(text, result.GetValue(most));
            }

            text.Write(NextStep(reports[0], dataset.Path(result)));
            Console.Out.WriteLine(FittedText.Of(text.ToString()));
            return result.GetValue(strict) && reports.Exists(report => !report.Problems.IsEmpty) ? ExitCode.WrongUse : ExitCode.Aligned;
        });
        return command;
    }

    private static string NextStep(DataReport report, string path)
    {
        var classes = report.Classes.Length == new TrainOptions().Classes ? "" : $" --set classes={report.Classes.Length}";
        return $"next: ppyolo train --config ppyolo_r18vd_voc2012{classes} --data {path}";
    }
}
