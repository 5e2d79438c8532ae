using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Data.Batches;
using PPYolo.Model.Networks;
using PPYolo.Train.Weights;

namespace PPYolo.Tests.Unit.Cli.Commands;

/// <summary>train --replay and merge of a folder that the reference's own program wrote, as they are typed.</summary>
public sealed class ReplayReferenceRunTests : IDisposable
{
    private const string OneRank = "r18vd-96-calm-31fe8eb",
        TwoRanks = "r18vd-96-calm-two-ranks",
        Outputs = "PPYOLO_outputs";

    private static readonly string[] Settings =
    [
        "--config",
        "ppyolo_r18vd_voc2012",
        "--set",
        "learningRatePerImage=0.000005",
        "--set",
        "startFactor=0.5",
        "--set",
        "dropBlock=false",
    ];

    private static readonly string[] Init = ["--init", "generator:5:calm"];

    private readonly TemporaryFolder folder = new();

    private string Run => folder.File("run");

    [Fact]
    public void Weights_are_found_below_its_outputs_and_the_replay_goes_beside_them()
    {
        Copy(OneRank, 2);
        var experiment = Directory.CreateDirectory(Path.Combine(Run, Outputs, "ppyolo_r18vd_voc2012")).FullName;
        using (var weights = Weights())
        {
            Checkpoint.WriteWeights(Path.Combine(experiment, "000.pth"), weights);
        }

        File.WriteAllText(Path.Combine(experiment, "1.pth"), "the reference's own replay");

        var (code, output, error) = Call(["train", "--replay", Run, .. Settings, "--set", "firstRate=full"]);

        code.Should().Be(0, error);
        output.Should().Contain("ok  losses of later iterations").And.EndWith("within their bounds.\n");
        error
            .Should()
            .Contain($"ppyolo: {Run} has no case.json: 2 iterations on 1 rank, 2 images in each, are counted from its files")
            .And.Contain("not compared: learning rates, weights as trained, momentum, moving averages (1__.pth; --end FILE names one)");
        File.ReadAllText(Path.Combine(experiment, "1_before.pth")).Should().Be("the reference's own replay");
        File.Exists(Path.Combine(Run, "1.pth")).Should().BeFalse();

        // Its own end is an end to compare with, and so is a file elsewhere.
        File.Move(Path.Combine(experiment, "1.pth"), folder.File("end.pth"));
        Call(["train", "--replay", Run, .. Settings, "--set", "firstRate=full", "--end", folder.File("end.pth")])
            .Output.Should()
            .MatchRegex(@"ok +moving averages +0 +5\.00e-04 .*every bit is equal")
            .And.Contain("moving averages after the last iteration are asserted; losses are too");

        // Settings that are not the run's are told by the optimizer beside its end.
        Call(["train", "--replay", Run, .. Settings, "--set", "startFactor=0.25", "--end", folder.File("end.pth")])
            .Error.Should()
            .Contain("its optimizer went on at the rate ")
            .And.Contain("look at learningRatePerImage, startFactor");
    }

    [Fact]
    public void A_replay_is_recorded_in_full_and_what_was_recorded_replays_by_itself()
    {
        Copy(TwoRanks, 1);
        var record = folder.File("record");

        Call(["train", "--replay", Run, .. Settings, .. Init, "--record", record]).Code.Should().Be(0);
        var (code, output, error) = Call("train", "--replay", record);

        code.Should().Be(0, error);
        error.Should().BeEmpty();
        output.Should().Contain("replay of " + record).And.Contain("every bit is equal");
        Call(["train", "--replay", record, .. Settings])
            .Error.Should()
            .Be($"ppyolo: {record} has a case.json, which says what was run: leave --config, --set, --init and --end away\n");
    }

    [Fact]
    public void A_rate_that_is_wrong_in_iteration_0_alone_is_named_by_explain()
    {
        Copy(OneRank, 2);
        var record = folder.File("record");
        Call(["train", "--replay", Run, .. Settings, .. Init, "--set", "iterationsPerEpoch=2858", "--record", record]).Code.Should().Be(1);

        Call("explain", record, Run, "--twins", "1")
            .Output.Should()
            .Contain("Iteration 0 has the full rate, not the schedule's (firstRate). [rate-first]")
            .And.Contain("DIVERGED: the runs part in iteration 1 between data target1, which agrees, and loss ");
    }

    [Fact]
    public void Two_ranks_are_merged_into_a_folder_of_the_same_kind()
    {
        Copy(TwoRanks, 1);
        File.WriteAllText(Path.Combine(Run, "000.pth"), "start");
        var merged = folder.File("merged");

        var (code, output, error) = Call("merge", Run, "--out", merged);

        code.Should().Be(0, error);
        output.Should().Contain($"replay it with: ppyolo train --replay {merged} --config NAME");
        Directory.GetFiles(merged).Select(Path.GetFileName).Should().BeEquivalentTo("000.pth", "batch00000_rank00.npz");
        var batch = new RecordedBatches(merged).At(0);
        batch.Count.Should().Be(4);
        var (first, second) = (new RecordedBatches(Run, 0).Losses(0), new RecordedBatches(Run, 1).Losses(0));
        new RecordedBatches(merged).Losses(0)["loss_xy"].Should().Be((float)(((double)first["loss_xy"] + second["loss_xy"]) / 2));
    }

    [Fact]
    public void A_merge_that_cannot_be_finished_writes_nothing()
    {
        Copy(TwoRanks, 2);
        File.WriteAllText(Path.Combine(Run, RecordedBatches.FileName(1, 1)), "cut short");

        var (code, _, error) = Call("merge", Run, "--out", folder.File("merged"));

        code.Should().Be(2);
        error.Should().Contain("batch00001_rank01.npz");
        Directory.Exists(folder.File("merged")).Should().BeFalse();
    }

    [Fact]
    public void What_cannot_be_replayed_is_one_line_before_training()
    {
        Directory.CreateDirectory(Run);
        Refused("expected a record (case.json), or batch files as the reference writes them (batch00000_rank00.npz, *), found neither");

        Copy(OneRank, 3);
        File.Delete(Path.Combine(Run, RecordedBatches.FileName(1, 0)));
        Refused("batch00001_rank00.npz: not found, and there are files of 3 iterations and 1 rank: *");

        Copy(OneRank, 2);
        Refused("expected targets of 80 classes, found target0 of 20 (*); *: --set classes=20", "--set", "classes=80");
        Refused("expected targets of 3 levels, found 2 (target0 to target1); --config names another *", "--set", "network=r50vd");
        Refused("its iterations have 2 images over 1 rank, and 'batch' is set to 8; set it to 2, or leave it away*", "--set", "batch=8");

        Change(batch => batch["loss_obj"] = TensorData.Scalar(float.NaN));
        Refused("batch00001_rank00.npz: 'loss_obj' is NaN: the recorded run broke down there*");

        Copy(OneRank, 1);
        Change(batch =>
        {
            foreach (var loss in batch.Keys.Where(name => name.StartsWith("loss_", StringComparison.Ordinal)).ToList())
            {
                batch.Remove(loss);
            }
        });
        Refused("expected losses in the batch files, or 1__.pth, found neither: there is nothing to compare a replay with; *", Init);
    }

    [Fact]
    public void Weights_that_are_another_networks_or_nothing_are_one_line_before_training()
    {
        Copy(OneRank, 1);
        Refused("expected start weights, 000.pth in it or below PPYOLO_outputs, found none; name them with --init *");

        var zero = new NamedTensors();
        foreach (var (name, tensor) in Weights())
        {
            zero.Add(name, new TensorData(tensor.Type, tensor.Shape.AsSpan(), new byte[tensor.Bytes.Length]));
        }

        Checkpoint.WriteWeights(Path.Combine(Run, "000.pth"), zero);
        Refused("000.pth: all weights are zero, *: name the weights that it was started from, with --init 00.pth");

        using var other = StartWeights.Parse("generator:1").For(NetworkPresets.Find("r18vd")! with { Classes = 3 });
        Checkpoint.WriteWeights(Path.Combine(Run, "1__.pth"), other);
        Refused("1__.pth: expected the end of a run of the same network, found another's: *yolo_output_0*; check --config *", Init);
    }

    public void Dispose() => folder.Dispose();

    private static NamedTensors Weights() => StartWeights.Parse("generator:5:calm").For(NetworkPresets.Find("r18vd")!);

    private static (int Code, string Output, string Error) Call(params string[] args)
    {
        var run = TestEnvironment.WithThreads(2, () => ConsoleCapture.Run(args));
        return (run.ExitCode, run.Output, run.Error);
    }

    /// <summary>Replays, and expects nothing but one line.</summary>
    private void Refused(string message, params string[] more)
    {
        var (code, output, error) = Call(["train", "--replay", Run, .. Settings, .. more]);

        code.Should().Be(2, error);
        output.Should().BeEmpty();
        error.Should().EndWith("\n").And.Subject.TrimEnd('\n').Should().NotContain("\n").And.Match($"ppyolo: {Run}*{message}");
    }

    /// <summary>Writes the last batch file anew.</summary>
    private void Change(Action<Dictionary<string, TensorData>> change)
    {
        var file = Directory.GetFiles(Run, "batch*.npz").Max(StringComparer.Ordinal)!;
        Dictionary<string, TensorData> tensors;
        using (var read = Npz.Read(file))
        {
            tensors = read.ToDictionary(
                pair => pair.Key,
                pair => new TensorData(pair.Value.Type, pair.Value.Shape.AsSpan(), pair.Value.Bytes.ToArray())
            );
        }

        change(tensors);
        var written = new NamedTensors();
        foreach (var (name, tensor) in tensors)
        {
            written.Add(name, tensor);
        }

        Npz.Write(file, written);
    }

    private void Copy(string name, int iterations)
    {
        if (Directory.Exists(Run))
        {
            Directory.Delete(Run, recursive: true);
        }

        Directory.CreateDirectory(Run);
        foreach (var file in Directory.GetFiles(Fixtures.PathOf("reference-runs", name), "batch*.npz").Order(StringComparer.Ordinal))
        {
            if (int.Parse(Path.GetFileName(file)[5..10], System.Globalization.CultureInfo.InvariantCulture) < iterations)
            {
                File.Copy(file, Path.Combine(Run, Path.GetFileName(file)));
            }
        }
    }
}
