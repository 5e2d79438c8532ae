using System.CommandLine;
using PPYolo.Train.Records;

namespace PPYolo.Cli.Commands;

/// <summary>ppyolo merge.</summary>
internal static class MergeCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("DIR") { Description = "A record of several ranks." };
        var destination = new Option<string>("--out")
        {
            Description = "A new folder.",
            HelpName = "DIR",
            Required = true,
        };
        var command = new Command(
            "merge",
            "Turns a record of several ranks into one that a single rank can replay: images and targets joined in rank order, losses "
                + "averaged."
        )
        {
            folder,
            destination,
        };
        command.SetAction(result =>
        {
            CaseNotes.Say(RunRecord.Open(result.GetValue(folder)!).Case);
            RecordMerge.Merge(result.GetValue(folder)!, result.GetValue(destination)!);
            Console.Out.WriteLine(
                $"merged {result.GetValue(folder)} into {result.GetValue(destination)}; replay it with: ppyolo train --replay "
                    + $"{result.GetValue(destination)}"
            );
            return ExitCode.Aligned;
        });
        return command;
    }
}
