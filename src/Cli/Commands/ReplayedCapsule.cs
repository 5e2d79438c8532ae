using System.CommandLine;
using PPYolo.Align;
using PPYolo.Align.Records;
using PPYolo.Align.Verdicts;
using PPYolo.Harness.Replay;
using PPYolo.Train.Options;
using PPYolo.Train.Ranks;
using TorchSharp;

namespace PPYolo.Cli.Commands;

/// <summary>What train --replay does with a capsule.</summary>
internal static class ReplayedCapsule
{
    public static Verdict Run(ParseResult result, TrainOptionSet all, string folder, torch.Device where)
    {
        foreach (var option in new Option[] { all.Config, all.Init, all.End, all.Gradients, all.Floor, all.Bound, all.Data.Data })
        {
            if (Given(option))
            {
                throw new AlignException(
                    $"{folder} has a {CapsuleFile.FileName}, which says what was run: leave {option.Name} away; --set KEY=VALUE changes "
                        + "one thing"
                );
            }
        }

        var overrides = result.GetValue(all.Set)!;
        return CapsuleScenario.Run(
            new()
            {
                Folder = folder,
                OpenData = settings => all.Data.Open(settings, result),
                Change = settings =>
                    settings with
                    {
                        Options = TrainOptionsFile.Override(settings.Options, overrides, "the run's settings with --set"),
                    },
                MayChangeData = result.GetValue(all.DataChanged),
                Team =
                    Given(all.Threads) || Given(all.Ranks)
                        ? new RanksOptions { Ranks = result.GetValue(all.Ranks), Threads = result.GetValue(all.Threads) }
                        : null,
                Device = where,
                Record = result.GetValue(all.Record),
                Trace =
                    result.GetValue(all.Trace) || result.GetValue(all.Whole)!.Length > 0
                        ? new() { Full = [.. result.GetValue(all.Whole)!] }
                        : null,
                Say = text => Console.Out.WriteLine(text),
                Progress = step => TrainCommand.Progress("training again", step),
            }
        );

        bool Given(Option option) => result.GetResult(option) is { Implicit: false };
    }
}
