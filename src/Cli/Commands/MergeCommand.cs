using System.CommandLine;
using PPYolo.Align.Records;
using PPYolo.Train.Records;

namespace PPYolo.Cli.Commands;

/// <summary>ppyolo merge.</summary>
internal static class MergeCommand
{
    /// <summary>What it is for, in the list of commands too.</summary>
    public const string Summary =
        "Turns a record of several ranks into one that a single rank can replay: images and targets joined in rank order, losses "
        + "averaged.";

    public static Command Create()
    {
        var folder = new Argument<string>("DIR")
        {
            Description = "A record of several ranks, or what the reference's own program wrote on several.",
        };
        var destination = new Option<string>("--out")
        {
            Description = "A new folder.",
            HelpName = "DIR",
            Required = true,
        };
        var command = new Command("merge", Summary) { folder, destination };
        command.SetAction(result =>
        {
            var isRecord = File.Exists(Path.Combine(result.GetValue(folder)!, CaseHead.FileName));
            if (isRecord)
            {
                CaseNotes.Say(RunRecord.Open(result.GetValue(folder)!).Case);
            }

            using var writing = RecordedFolder.Of(result.GetValue(destination));
            RecordMerge.Merge(result.GetValue(folder)!, result.GetValue(destination)!);
            Console.Out.WriteLine(
                $"merged {result.GetValue(folder)} into {result.GetValue(destination)}; replay it with: ppyolo train --replay "
                    + $"{result.GetValue(destination)}{(isRecord ? "" : " --config NAME, and the settings that the ranks had")}"
            );
            return ExitCode.Aligned;
        });
        return command;
    }
}
