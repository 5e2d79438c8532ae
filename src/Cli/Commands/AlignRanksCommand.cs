using System.CommandLine;
using PPYolo.Align.Files;
using PPYolo.Data.Batches;
using PPYolo.Harness.RankEquality;
using PPYolo.Train.Options;
using PPYolo.Train.Runs;
using PPYolo.Train.Weights;

namespace PPYolo.Cli.Commands;

/// <summary>ppyolo align ranks.</summary>
internal static class AlignRanksCommand
{
    public static Command Create()
    {
        var ranks = SharedOptions.Ranks(2);
        var split = SharedOptions.Split();
        var launch = new Option<string>("--launch")
        {
            Description = "Ranks as threads of this process, or as processes of the installed MPI.",
            HelpName = "threads|mpi",
            DefaultValueFactory = _ => "threads",
        };
        launch.AcceptOnlyFromAmong("threads", "mpi");
        var direction = new Option<string>("--direction")
        {
            Description =
                "merge: ranks record, one rank replays the merged batches. split: one rank records, ranks replay its batches split.",
            HelpName = "merge|split",
            DefaultValueFactory = _ => "merge",
        };
        direction.AcceptOnlyFromAmong("merge", "split");
        var config = SharedOptions.Config("ppyolo_r18vd_voc2012");
        var set = SharedOptions.Set();
        var init = new Option<string>("--init")
        {
            Description = "Start weights; calm ones keep rounding noise small over ten iterations.",
            HelpName = "generator:SEED[:calm]|FILE",
            DefaultValueFactory = _ => "generator:5:calm",
        };
        var iterations = SharedOptions.Iterations();
        var seed = new Option<string>("--seed")
        {
            Description = "Seed of the generated batches.",
            DefaultValueFactory = _ => "5",
            HelpName = "N",
        };
        var keep = new Option<string?>("--record") { Description = "Keeps both records in this new folder.", HelpName = "DIR" };
        var floor = new Option<string?>("--floor")
        {
            Description =
                "The noise floor of one rank: read from this file where it exists, else measured on four perturbed twins and written to "
                + "it.",
            HelpName = "FILE",
        };
        var threads = SharedOptions.Threads();
        var device = SharedOptions.Device();
        var tf32 = SharedOptions.Tf32();
        var json = SharedOptions.Json();
        var command = new Command(
            "ranks",
            "Trains on several ranks with synchronized batch norm and averaged gradients, merges their recorded batches, replays them "
                + "on one rank, and expects the same weights with the same learning rate."
        )
        {
            ranks,
            split,
            launch,
            direction,
            config,
            set,
            init,
            iterations,
            seed,
            keep,
            floor,
            threads,
            device,
            tf32,
            json,
        };
        command.SetAction(result =>
        {
            var where = SharedOptions.Prepare(
                result.GetValue(threads),
                result.GetValue(device)!,
                result.GetValue(tf32),
                result.GetValue(ranks)
            );
            // Small, equal sizes unless something else is set; DropBlock would drop other cells on other ranks.
            var options = TrainOptionsFile.Read(
                result.GetValue(config)!,
                ["batch=4", "sizes=[96]", "learningRatePerImage=0.000005", "startFactor=0.5", .. result.GetValue(set)!, "dropBlock=false"]
            );
            var start = StartWeights.Parse(result.GetValue(init)!);
            var network = options.ToNetwork();
            var counts = SharedOptions.Counts(result.GetValue(split), options.Batch, result.GetValue(ranks));
            var run = new RunPlan(
                options,
                start.For(network),
                _ => throw new InvalidOperationException("set by the scenario"),
                result.GetValue(iterations),
                result.GetValue(seed)!
            )
            {
                Device = where,
            };
            var plan = new RanksPlan(
                run,
                new GeneratedBatches(result.GetValue(seed)!, options.Batch, options.Sizes, network),
                counts,
                start.ProfileName
            );
            var floorFile = result.GetValue(floor);
            var how = new RanksRunOptions
            {
                Threads = result.GetValue(threads),
                Floor = File.Exists(floorFile) ? NoiseFloor.Read(floorFile) : null,
                Recorder =
                    result.GetValue(launch) == "mpi" ? (toRecord, to) => MpiRecording.Run(toRecord, to, result.GetValue(threads)) : null,
                FloorMeasured = floorFile is null ? null : measured => measured.Write(floorFile),
            };
            using var writing = RecordedFolder.Of(result.GetValue(keep));
            using var temporary = result.GetValue(keep) is null ? new WorkFolder("ppyolo-ranks-") : null;
            var folder = result.GetValue(keep) ?? temporary!.Path;
            return VerdictOutput.Show(
                result.GetValue(direction) == "merge" ? RanksScenario.Merge(plan, folder, how) : RanksScenario.Split(plan, folder, how),
                result.GetValue(json)
            );
        });
        return command;
    }
}
