using System.CommandLine;
using PPYolo.Align.Files;
using PPYolo.Harness.Reference;
using PPYolo.Harness.Replay;
using PPYolo.Harness.Self;
using PPYolo.Train.Feeds;
using PPYolo.Train.Options;
using PPYolo.Train.Records;
using PPYolo.Train.Runs;
using PPYolo.Train.Stepping;
using PPYolo.Train.Weights;

namespace PPYolo.Cli.Commands;

/// <summary>ppyolo align: the scenarios.</summary>
internal static class AlignCommands
{
    /// <summary>What it is for, in the list of commands too.</summary>
    public const string Summary =
        "Trains ten iterations and compares every tensor: exit code 0 is aligned, 1 diverged, 2 wrong use or unreadable input, 3 "
        + "failed inside.";

    public static Command Create() =>
        new("align", Summary) { Reference(), Self(), AlignRanksCommand.Create(), AlignInferenceCommand.Create() };

    private static Command Reference()
    {
        var folder = new Argument<string>("DIR")
        {
            Description =
                "A folder with case.json and reference.npz of a reference run, or a record folder of ppyolo train --record; it is only "
                + "read.",
        };
        var ranks = SharedOptions.Ranks();
        var threads = SharedOptions.Threads();
        var device = SharedOptions.Device();
        var tf32 = SharedOptions.Tf32();
        var json = SharedOptions.Json();
        var command = new Command(
            "reference",
            "Starts from the reference's weights, trains on its batches and compares losses, activations, gradients, weights and moving "
                + "averages."
        )
        {
            folder,
            ranks,
            threads,
            device,
            tf32,
            json,
        };
        command.SetAction(result =>
        {
            var options = new ReferenceOptions
            {
                Device = SharedOptions.Prepare(
                    result.GetValue(threads),
                    result.GetValue(device)!,
                    result.GetValue(tf32),
                    result.GetValue(ranks)
                ),
                Ranks = result.GetValue(ranks),
                Threads = result.GetValue(threads),
                Progress = step => Progress("training", step),
            };
            var from = result.GetValue(folder)!;
            // A record that was made here or elsewhere is a reference too: its own files say what to expect.
            var isRecord = RunRecord.IsAt(from);
            CaseNotes.Say(isRecord ? RunRecord.Open(from).Case : ReferenceCaseFile.Read(from));
            var verdict = isRecord
                ? ReplayScenario.Run(
                    from,
                    options.Device,
                    new() { Threads = options.Threads },
                    write: false,
                    progress: options.Progress,
                    asReference: true
                )!
                : ReferenceScenario.Run(from, options);
            return VerdictOutput.Show(verdict, result.GetValue(json));
        });
        return command;
    }

    private static Command Self()
    {
        var config = SharedOptions.Config("ppyolo_r18vd_voc2012");
        var set = SharedOptions.Set();
        var init = SharedOptions.Init();
        var iterations = SharedOptions.Iterations();
        var seed = new Option<string>("--seed")
        {
            Description = "Seed of the batches and of DropBlock.",
            DefaultValueFactory = _ => "1",
            HelpName = "N",
        };
        var batch = new Option<int?>("--batch")
        {
            Description = "Images in an iteration, 4 unless given: as --set batch=N.",
            HelpName = "N",
        };
        var sizes = new Option<string?>("--sizes")
        {
            Description = "Image sides to choose from, 96,128 unless given: as --set sizes=[...]; 'config' keeps the configuration's.",
            HelpName = "N,N",
        };
        var keep = new Option<string?>("--record") { Description = "Keeps the record in this new folder.", HelpName = "DIR" };
        var ranks = SharedOptions.Ranks();
        var data = new DataOptions();
        var threads = SharedOptions.Threads();
        var device = SharedOptions.Device();
        var tf32 = SharedOptions.Tf32();
        var json = SharedOptions.Json();
        var command = new Command(
            "self",
            "Records a run, replays it from its files and expects the same bits in every tensor. On a card that does not promise the same "
                + "bits, several replays measure the noise that is allowed."
        )
        {
            config,
            set,
            init,
            iterations,
            seed,
            batch,
            sizes,
            keep,
            ranks,
            threads,
            device,
            tf32,
            json,
        };
        data.AddTo(command);
        command.SetAction(result =>
        {
            var where = SharedOptions.Prepare(
                result.GetValue(threads),
                result.GetValue(device)!,
                result.GetValue(tf32),
                result.GetValue(ranks)
            );
            var sides = result.GetValue(sizes) ?? "96,128";
            var small = sides == "config" ? [] : new[] { $"sizes=[{sides}]" };
            var source = data.Open(result, result.GetValue(seed)!);
            var options = source.Fit(
                TrainOptionsFile.Read(
                    result.GetValue(config)!,
                    [$"batch={result.GetValue(batch) ?? 4}", .. small, .. result.GetValue(set)!]
                )
            );
            var start = StartWeights.Parse(result.GetValue(init)!);
            var network = options.ToNetwork();
            var counts = SharedOptions.Counts(null, options.Batch, result.GetValue(ranks));
            var plan = new RunPlan(options, start.For(network), source.Batches(options, counts), result.GetValue(iterations), source.Seed)
            {
                Device = where,
            };
            // A dataset's batches must be the same whoever makes them: here nobody makes them ahead.
            var again = source is DatasetData dataset ? dataset.WithoutWorkers().Batches(options, counts) : null;
            using var writing = RecordedFolder.Of(result.GetValue(keep));
            using var temporary = result.GetValue(keep) is null ? new WorkFolder("ppyolo-self-") : null;
            var folder = result.GetValue(keep) ?? temporary!.Path;
            return VerdictOutput.Show(
                SelfScenario.Run(
                    plan,
                    start.ProfileName,
                    folder,
                    result.GetValue(ranks),
                    result.GetValue(threads),
                    progress: (what, step) =>
                    {
                        writing?.Require();
                        Progress(what, step);
                    },
                    again: again
                ),
                result.GetValue(json)
            );
        });
        return command;
    }

    private static void Progress(string what, StepResult step)
    {
        if (!Console.IsErrorRedirected)
        {
            Console.Error.WriteLine($"{what} iteration {step.Iteration}: size {step.Size}, loss {step.TotalLoss:G7}");
        }
    }
}
