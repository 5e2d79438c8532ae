using System.CommandLine;
using PPYolo.Align.Formats;
using PPYolo.Harness.Replay;
using PPYolo.Train.Epochs;
using PPYolo.Train.Options;

namespace PPYolo.Cli.Commands;

/// <summary>The options of ppyolo train, in the order of its help.</summary>
internal sealed class TrainOptionSet
{
    private static readonly string[] Formats = [.. TensorFormat.ForWeights.Select(one => one.Extension[1..])];

    public TrainOptionSet() => Format.AcceptOnlyFromAmong(Formats);

    public Option<string?> Config { get; } =
        new("--config", "-f")
        {
            Description = $"A configuration: {string.Join(", ", TrainOptionsFile.Names)}, or a JSON file.",
            HelpName = "NAME|FILE",
        };

    public Option<string[]> Set { get; } = SharedOptions.Set();

    public Option<string> Init { get; } = SharedOptions.Init();

    public Option<int> Iterations { get; } = SharedOptions.Iterations();

    public DataOptions Data { get; } = new();

    public Option<string?> Seed { get; } =
        new("--seed") { Description = "Seed of all that is random in data and network; that of --init unless given.", HelpName = "N" };

    public Option<int?> Epochs { get; } =
        new("--epochs")
        {
            Description =
                "Trains for epochs, with a checkpoint after each, in the folder --out; as the configuration says where a dataset is "
                + "given and nothing else.",
            HelpName = "N",
            Validators = { one => SharedOptions.RequirePositive(one, "--epochs") },
        };

    public Option<string?> Output { get; } =
        new("--out") { Description = "The folder of a run over epochs; runs/CONFIG unless given.", HelpName = "DIR" };

    public Option<bool> Resume { get; } =
        new("--resume")
        {
            Description = "Goes on with the run in --out from its last checkpoint; begins one where there is none and --config is given.",
        };

    public Option<bool> DataChanged { get; } =
        new("--data-changed")
        {
            Description = "With --resume, and with --replay of a capsule: goes on although labels or images changed since the run began.",
        };

    public Option<string?> Checkpoint { get; } =
        new("--checkpoint", "-c")
        {
            Description =
                "Finetunes: takes over from this file what fits by name and shape, also with another number of classes, and lists what "
                + "does not.",
            HelpName = "FILE",
        };

    public Option<string?> Continue { get; } =
        new("--continue")
        {
            Description =
                "Goes on, in a new folder, from a checkpoint of the reference as its own --resume does: with its model, momentum and "
                + "epoch.",
            HelpName = "FILE",
        };

    public Option<int> Keep { get; } =
        new("--keep")
        {
            Description = "How many of the last checkpoints stay, the best one beside them; 0 is all.",
            HelpName = "N",
            DefaultValueFactory = _ => CheckpointStore.StandardKeep,
            Validators = { one => SharedOptions.RequireAtLeast(0, one, "--keep") },
        };

    public Option<string?> EvalData { get; } =
        new("--eval-data")
        {
            Description =
                "The dataset that the moving average is evaluated on, a folder or its COCO annotation file; the part val of --data "
                + "unless given.",
            HelpName = "DIR|FILE",
        };

    public Option<int> EvalBatch { get; } = InferenceOptionSet.EvalBatchSize();

    public Option<int> Log { get; } =
        new("--log-interval")
        {
            Description = "Iterations from one line of progress to the next where the output is no terminal.",
            HelpName = "N",
            DefaultValueFactory = _ => 10,
            Validators = { one => SharedOptions.RequirePositive(one, "--log-interval") },
        };

    public Option<bool> ShowFirstBatch { get; } =
        new("--show-first-batch")
        {
            Description = "Writes a page with the first batch, its boxes and its targets into the folder --out: first_batch.html.",
        };

    public Option<int?> BlackBox { get; } =
        new("--black-box")
        {
            Description =
                "Of a run over epochs: keeps sketches of the last N iterations in memory, about a megabyte each, and writes them into a "
                + "capsule below --out when a loss is not finite, a loss or a gradient jumps, an image has far too many objects, "
                + $"a rank fails, a signal comes, or somebody makes the file {Train.Capsules.BlackBox.RequestName} there; ppyolo explain "
                + "says what left its course, and --replay trains it again.",
            HelpName = "N",
            Validators =
            {
                one => SharedOptions.RequirePositive(one, "--black-box"),
                one => SharedOptions.RequireAtMost(Train.Capsules.BlackBox.MostIterations, one, "--black-box"),
            },
        };

    public Option<string?> Record { get; } =
        new("--record")
        {
            Description = "Writes a record folder: case.json, start weights, every batch with its losses, end weights.",
            HelpName = "DIR",
        };

    public Option<string?> Replay { get; } =
        new("--replay")
        {
            Description =
                "Trains on a recorded run again, comparing as it goes, and writes its end weights (1.*) into the folder. With "
                + "--record DIR the repetition is recorded too, for example to trace a run that was not traced. A capsule of a black "
                + "box is trained again from its checkpoint; --set makes it a twin with one thing changed. A folder that the "
                + "reference's own program wrote needs --config, and --set and --init where they differ.",
            HelpName = "DIR",
        };

    public Option<string?> End { get; } =
        new("--end")
        {
            Description =
                "With --replay of a folder of the reference's program: its end weights, where they are not 1__.pth in the folder or below "
                + "PPYOLO_outputs.",
            HelpName = "FILE",
        };

    public Option<string> Format { get; } =
        new("--format")
        {
            Description = "The format of recorded weights.",
            HelpName = string.Join('|', Formats),
            DefaultValueFactory = _ => Formats[0],
        };

    public Option<double> Bound { get; } =
        new("--d-value")
        {
            Description = "With --replay: the largest sum of squared differences of a tensor.",
            DefaultValueFactory = _ => ReplayScenario.StandardBound,
            HelpName = "X",
        };

    public Option<int?> Ranks { get; } =
        new("--ranks")
        {
            Description =
                "Ranks that share each batch, in threads of this process. For processes, on any number of machines: mpirun -np N dotnet "
                + "ppyolo.dll train ... without --ranks.",
            HelpName = "N",
        };

    public Option<string?> Split { get; } = SharedOptions.Split();

    public Option<bool> Gradients { get; } =
        new("--gradients") { Description = "With --record: also writes the gradients of iteration 0." };

    public Option<bool> Trace { get; } =
        new("--trace")
        {
            Description =
                "With --record: also writes statistics and sketches of everything that each iteration computes, for ppyolo explain.",
        };

    public Option<string[]> Whole { get; } =
        new("--trace-full")
        {
            Description = "With --trace: keeps the tensors of these names whole, * and ? stand for anything; may be repeated.",
            HelpName = "NAME",
            AllowMultipleArgumentsPerToken = false,
            DefaultValueFactory = _ => [],
        };

    public Option<int> Floor { get; } =
        new("--floor")
        {
            Description =
                "With --record: measures noise. Trains K twins, which differ from the run in the last bits of their start weights, and "
                + "keeps how far each tensor of each iteration is from the run's (floor.npz). ppyolo explain judges by it.",
            HelpName = "K",
            Validators = { one => SharedOptions.RequirePositive(one, "--floor") },
        };

    public Option<bool> Timings { get; } = new("--timings") { Description = "Prints bytes and time of the communication between ranks." };

    public Option<int> Threads { get; } = SharedOptions.Threads(overRanks: true);

    public Option<string> Device { get; } = SharedOptions.Device();

    public Option<bool> Tf32 { get; } = SharedOptions.Tf32();

    public Option<string?> Json { get; } = SharedOptions.Json();

    /// <summary>Adds all of them, in the groups of the help.</summary>
    public void AddTo(GroupedCommand command)
    {
        command.AddGroup("What to train", Config, Set, Init, Checkpoint, Continue);
        command.AddGroup("Data", [.. Data.OfDatasets, DataChanged]);
        command.AddGroup("Run", Epochs, Output, Resume, Keep, EvalData, EvalBatch, Iterations, Seed, Log, ShowFirstBatch, BlackBox);
        command.AddGroup("Record and trace", Record, Replay, End, Format, Bound, Gradients, Trace, Whole, Floor, Json);
        command.AddGroup("Ranks", [Ranks, Split, .. Data.OfRanks, Timings]);
        command.AddGroup("Machine", Threads, Device, Tf32);
        Data.Validate(command);
    }
}
