using System.CommandLine;
using PPYolo.Data.Loading;

namespace PPYolo.Cli.Commands;

/// <summary>ppyolo data: looks at datasets and converts them.</summary>
internal static class DataCommand
{
    public static Command Create() => new("data", "Looks at datasets, and converts them.") { Check(), DataConvertCommand.Create() };

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
            var bad = 0;
            foreach (var layout in dataset.FindAll(result))
            {
                var report = DataCheck.Run(layout, !result.GetValue(headers));
                report.WriteTo(Console.Out, result.GetValue(most));
                bad += report.Problems.Length;
            }

            return result.GetValue(strict) && bad > 0 ? ExitCode.WrongUse : ExitCode.Aligned;
        });
        return command;
    }
}
