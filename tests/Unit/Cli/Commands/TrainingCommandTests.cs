using PPYolo.Align.Tensors;
using PPYolo.Cli.Commands;
using PPYolo.Train.Epochs;

namespace PPYolo.Tests.Unit.Cli.Commands;

/// <summary>train, data check and align self with real data, as they are typed.</summary>
public sealed class TrainingCommandTests : IDisposable
{
    private static readonly string[] Tiny =
    [
        "train",
        "--config",
        "ppyolo_r18vd_voc2012",
        "--set",
        $"network={ThinNetwork.Name}",
        "--set",
        "batch=2",
        "--set",
        "sizes=[64]",
        "--set",
        "iterationsPerEpoch=1",
    ];

    private readonly TemporaryFolder folder = new();

    private string Run => folder.File("run");

    [Fact]
    public void A_run_is_resumed_by_its_folder_alone()
    {
        Call([.. Tiny, "--epochs", "1", "--out", Run]).Code.Should().Be(0);
        var (code, output, _) = Call("train", "--resume", "--out", Run, "--epochs", "2");

        code.Should().Be(0);
        output.Should().Contain("going on after epoch 1 of 2").And.Contain("epoch 2/2 iteration 1/1").And.NotContain("epoch 1/2");
        File.Exists(Path.Combine(Run, "epoch0002.pth")).Should().BeTrue();
        RunSettings.Read(Run).Options.Epochs.Should().Be(2);
    }

    [SkippableFact]
    public void A_page_of_the_first_batch_changes_no_bit_of_the_run()
    {
        NativePixels.OrSkip();
        var other = folder.File("other");

        Call([.. Tiny, "--epochs", "1", "--out", Run]).Code.Should().Be(0);
        Call([.. Tiny, "--epochs", "1", "--out", other, "--show-first-batch"])
            .Output.Should()
            .Contain($"{Path.Combine(other, "first_batch.html")}: the first batch");

        File.ReadAllBytes(Path.Combine(other, "epoch0001.pth"))
            .AsSpan()
            .SequenceEqual(File.ReadAllBytes(Path.Combine(Run, "epoch0001.pth")))
            .Should()
            .BeTrue();
        File.ReadAllText(Path.Combine(other, "first_batch.html")).Should().Contain("2 images of 64 x 64 pixels").And.Contain("level0");
        File.Exists(Path.Combine(Run, "first_batch.html")).Should().BeFalse();
    }

    [Fact]
    public void Every_option_is_honoured_or_refused_by_a_run_that_goes_on()
    {
        Call([.. Tiny, "--epochs", "1", "--out", Run]).Code.Should().Be(0);
        var before = File.ReadAllText(Path.Combine(Run, "run.json"));
        var given = new Dictionary<string, (string Message, string[] Values)>(StringComparer.Ordinal)
        {
            ["--config"] = ("options.network is \"r18vd-thin\" in the run, \"r50vd\" here", ["ppyolo_r50vd_voc2012"]),
            ["--set"] = ("options.batch is 2 in the run, 4 here", ["batch=4"]),
            ["--init"] = ("init is \"generator:1\" in the run, \"generator:2\" here", ["generator:2"]),
            ["--checkpoint"] = ("checkpoint is null in the run, \"/nonexistent.pth\" here", ["/nonexistent.pth"]),
            ["--continue"] = ("continued is null in the run, \"/nonexistent.pth\" here", ["/nonexistent.pth"]),
            ["--data"] = ("data is \"generator:1\" in the run, \"/nonexistent\" here", ["/nonexistent"]),
            ["--images"] = ("images is null in the run, \"/nonexistent\" here", ["/nonexistent"]),
            ["--layout"] = ("reading is null in the run, {\"layout\":\"voc\"", ["voc"]),
            ["--difficult"] = ("\"difficult\":true", []),
            ["--names"] = ("\"names\":\"/nonexistent\"", ["/nonexistent"]),
            ["--strict"] = ("strict is false in the run, true here", []),
            ["--eval-data"] = ("evalData is null in the run, \"/nonexistent\" here", ["/nonexistent"]),
            ["--seed"] = ("seed is \"1\" in the run, \"5\" here", ["5"]),
            ["--per-rank-sizes"] = ("sameSizeAcrossRanks is true in the run, false here", []),
            ["--same-size-across-ranks"] = ("exclude each other", ["--per-rank-sizes"]),
            ["--iterations"] = ("--iterations", ["3"]),
            ["--record"] = ("--record", ["x"]),
            ["--split"] = ("--split", ["1,1"]),
            ["--replay"] = ("--replay", ["x"]),
            ["--end"] = ("--end", ["x"]),
            ["--format"] = ("--format is of a record", ["npz"]),
            ["--gradients"] = ("--gradients is of a record", []),
            ["--d-value"] = ("--d-value is of a replay", ["1"]),
            ["--json"] = ("--json is of a replay", ["x"]),
            ["--timings"] = ("--timings is of a run over some iterations", []),
            ["--trace"] = ("--trace", []),
            ["--trace-full"] = ("--trace", ["x"]),
            ["--floor"] = ("--floor", ["1"]),
            ["--device"] = ("--device", ["cuda"]),
            ["--tf32"] = ("--tf32", []),
            ["--workers"] = ("--workers is 0 or more", ["-1"]),
        };
        string[] honoured =
        [
            "--epochs",
            "--out",
            "--resume",
            "--prefetch",
            "--data-changed",
            "--keep",
            "--eval-batch-size",
            "--log-interval",
            "--show-first-batch",
            "--black-box",
            "--ranks",
            "--threads",
        ];
        CommandLine
            .Create(["train"])
            .Subcommands.Single()
            .Options.Select(option => option.Name)
            .Should()
            .BeEquivalentTo(given.Keys.Concat(honoured), "an option that is new is honoured or refused");

        foreach (var (option, (message, values)) in given)
        {
            var (code, _, error) = Call(["train", "--resume", "--out", Run, "--epochs", "2", option, .. values]);

            code.Should().Be(2, $"{option}: {error}");
            error.Should().Contain(message);
        }

        File.ReadAllText(Path.Combine(Run, "run.json")).Should().Be(before);
    }

    [Fact]
    public void A_run_goes_on_with_the_data_that_it_began_with()
    {
        if (!PPYolo.Data.Imaging.OpenCv.IsAvailable(out _))
        {
            return;
        }

        using var set = TinySet.Of(4);
        set.Write();
        File.Copy(set["train.json"], set["held.json"]);
        string[] data = [.. Tiny[..^2], "--set", "classes=2", "--data", set["train.json"], "--eval-data", set["held.json"], "--out", Run];
        Call([.. data, "--epochs", "1"]).Error.Should().BeEmpty();
        var held = File.ReadAllText(set["held.json"]);
        File.WriteAllText(set["held.json"], held + "\n");
        Call(["train", "--resume", "--out", Run, "--epochs", "2"])
            .Error.Should()
            .Contain($"{set["held.json"]}: the annotations changed since the run");
        File.WriteAllText(set["held.json"], held);
        set.Box(99, 1, 7, [1, 1, 9, 9]).Write();

        var (code, _, error) = Call(["train", "--resume", "--out", Run, "--epochs", "2"]);
        code.Should().Be(2);
        error.Should().Contain("the annotations changed since the run").And.Contain("--data-changed");

        Call(["train", "--resume", "--out", Run, "--epochs", "2", "--data-changed"])
            .Output.Should()
            .Contain("it is another run from here on");
    }

    [Fact]
    public void One_value_in_a_channel_is_refused_with_the_reason()
    {
        var (code, _, error) = Call(
            "train",
            "--config",
            "ppyolo_r18vd_voc2012",
            "--set",
            "batch=1",
            "--set",
            "sizes=[32]",
            "--iterations",
            "1"
        );

        code.Should().Be(2);
        error.Should().Contain("batch 1 at size 32");
    }

    [Theory]
    [InlineData("ppyolo: --device cuda:7: this program was built without CUDA; *", "--device", "cuda:7")]
    [InlineData("ppyolo: --device gpu: expected cpu, cuda or cuda:K", "--device", "gpu")]
    [InlineData("ppyolo: --tf32 is for cards*", "--tf32")]
    public void A_device_that_cannot_be_had_is_wrong_use(string message, params string[] more)
    {
        var (code, output, error) = Call([.. Tiny, "--iterations", "1", .. more]);

        code.Should().Be(2);
        output.Should().BeEmpty();
        error.Trim().Should().Match(message);
    }

    [Fact]
    public void A_run_of_some_iterations_that_ends_in_weights_that_are_not_finite_has_failed()
    {
        var (code, output, error) = Call(
            "train",
            "--config",
            "ppyolo_r18vd_voc2012",
            "--set",
            "batch=2",
            "--set",
            "sizes=[64]",
            "--set",
            "learningRatePerImage=1e38",
            "--set",
            "startFactor=1",
            "--iterations",
            "1"
        );

        code.Should().Be(3, output);
        error.Should().StartWith("ppyolo: after iteration 0: weight '").And.Contain("elements that are not finite");
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_named()
    {
        var file = folder.File("file");
        File.WriteAllText(file, "");

        var (code, _, error) = Call([.. Tiny, "--epochs", "1", "--out", Path.Combine(file, "run")]);

        code.Should().Be(2);
        error.Should().Contain($"{Path.Combine(file, "run")}: the folder cannot be made");
    }

    [Fact]
    public void Start_weights_of_another_network_are_named_and_leave_no_run()
    {
        Call([.. Tiny, "--epochs", "1", "--out", Run]).Code.Should().Be(0);
        var (file, other) = (Path.Combine(Run, "epoch0001.pth"), folder.File("other"));

        var (code, _, error) = Call([.. Tiny, "--set", "classes=3", "--init", file, "--epochs", "1", "--out", other]);

        code.Should().Be(2);
        error
            .Should()
            .Contain($"{file}: these are not the weights")
            .And.Contain("4 of another shape or type")
            .And.Contain("yolo_head.yolo_output_0.bias (expected float32 24, found float32 75)")
            .And.Contain("train -c");
        Directory.Exists(other).Should().BeFalse();
    }

    [Fact]
    public void A_folder_with_a_run_is_not_overwritten()
    {
        Call([.. Tiny, "--epochs", "1", "--out", Run]).Code.Should().Be(0);
        var before = File.GetLastWriteTimeUtc(Path.Combine(Run, "epoch0001.pth"));

        var (code, _, error) = Call([.. Tiny, "--epochs", "1", "--out", Run]);

        code.Should().Be(2);
        error.Should().Contain("expected a new folder, found a run").And.Contain("--resume");
        File.GetLastWriteTimeUtc(Path.Combine(Run, "epoch0001.pth")).Should().Be(before);
    }

    [Fact]
    public void A_run_is_not_resumed_with_other_settings()
    {
        Call([.. Tiny, "--epochs", "1", "--out", Run]).Code.Should().Be(0);

        var (code, _, error) = Call([.. Tiny, "--set", "momentum=0.8", "--epochs", "2", "--out", Run, "--resume"]);

        code.Should().Be(2);
        error.Should().Contain("options.momentum is 0.9 in the run, 0.8 here");
    }

    [Fact]
    public void Other_threads_are_allowed_and_said()
    {
        Call([.. Tiny, "--epochs", "1", "--out", Run, "--threads", "1"]).Code.Should().Be(0);

        Call("train", "--resume", "--out", Run, "--epochs", "2")
            .Output.Should()
            .Contain("1 ranks and 1 threads")
            .And.Contain("not be the same bit by bit");
    }

    [Theory]
    [InlineData("there is no run to resume", "train", "--resume", "--out", "nowhere")]
    [InlineData("--resume without --config needs --out", "train", "--resume")]
    [InlineData("--epochs is 1 or more", "train", "--config", "ppyolo_r18vd_voc2012", "--epochs", "0")]
    [InlineData(
        "go with neither --iterations nor --record nor --split",
        "train",
        "--config",
        "ppyolo_r18vd_voc2012",
        "--epochs",
        "1",
        "--record",
        "x"
    )]
    [InlineData("'--config' expects a single argument but 2", "train", "--config", "a", "--config", "b")]
    [InlineData("--keep is not of a replay", "train", "--replay", "x", "--keep", "1")]
    [InlineData("--keep is of a run over epochs", "train", "--config", "ppyolo_r18vd_voc2012", "--keep", "1")]
    [InlineData("--data-changed goes with --resume or --replay", "train", "--config", "ppyolo_r18vd_voc2012", "--data-changed")]
    [InlineData("exclude each other", "train", "--config", "ppyolo_r18vd_voc2012", "--per-rank-sizes", "--same-size-across-ranks")]
    [InlineData("--seed: expected a decimal number", "train", "--config", "ppyolo_r18vd_voc2012", "--seed", "x")]
    [InlineData("no such file or folder", "train", "--config", "ppyolo_r18vd_voc2012", "--data", "nowhere", "--out", "nowhere")]
    [InlineData("no such file or folder", "data", "check", "nowhere")]
    public void Wrong_use_is_one_message_and_exit_code_2(string message, params string[] args)
    {
        var (code, _, error) = Call(args);

        code.Should().Be(2);
        error.Should().Contain(message);
        Directory.Exists("nowhere").Should().BeFalse();
    }

    [Fact]
    public void Finetuning_takes_what_fits_and_lists_the_rest()
    {
        Call([.. Tiny, "--epochs", "1", "--out", Run]).Code.Should().Be(0);

        var (code, output, _) = Call([
            .. Tiny,
            "--set",
            "classes=3",
            "--epochs",
            "1",
            "--out",
            folder.File("fine"),
            "-c",
            Path.Combine(Run, "epoch0001.pth"),
        ]);

        code.Should().Be(0);
        output
            .Should()
            .Contain("168 of 172 entries taken over")
            .And.Contain("yolo_head.yolo_output_0.weight (float32 75x64x1x1 there, float32 24x64x1x1 here)");
    }

    [Fact]
    public void A_checkpoint_of_which_nothing_fits_is_refused()
    {
        var other = folder.File("other.pth");
        var tensors = new NamedTensors();
        tensors.Add("backbone.conv1._mean", PPYolo.Align.Tensors.TensorData.Scalar(1f));
        PPYolo.Align.Formats.TensorFile.Write(other, tensors);

        var (code, _, error) = Call([.. Tiny, "--epochs", "1", "--out", Run, "-c", other]);

        code.Should().Be(2);
        error.Should().Contain("ppyolo convert");
        Directory.Exists(Run).Should().BeFalse();
    }

    [SkippableFact]
    public void A_dataset_is_trained_on_over_epochs_and_on_ranks()
    {
        NativePixels.OrSkip();
        using var set = TinySet.Of(4);
        set.Write();

        var (code, output, error) = Call(
            "train",
            "--config",
            "ppyolo_r18vd_voc2012",
            "--set",
            $"network={ThinNetwork.Name}",
            "--set",
            "batch=2",
            "--set",
            "sizes=[64,96]",
            "--set",
            "classes=2",
            "--data",
            Path.GetDirectoryName(set["train.json"])!,
            "--epochs",
            "1",
            "--ranks",
            "2",
            "--workers",
            "1",
            "--out",
            Run
        );

        code.Should().Be(0, error);
        output.Should().Contain("epoch 1/1 iteration 2/2");
    }

    [SkippableFact]
    public void A_bad_record_is_told_once_or_stops()
    {
        NativePixels.OrSkip();
        using var set = TinySet.Of(3);
        set.Image(4, file: false).Write();
        string[] command =
        [
            "train",
            "--config",
            "ppyolo_r18vd_voc2012",
            "--set",
            $"network={ThinNetwork.Name}",
            "--set",
            "batch=3",
            "--set",
            "sizes=[64]",
            "--set",
            "classes=2",
            "--data",
            set["train.json"],
            "--epochs",
            "1",
            "--out",
            Run,
        ];

        var strict = Call([.. command, "--strict"]);
        var lenient = Call(command);

        strict.Code.Should().Be(2);
        strict.Error.Should().Contain("000004.jpg").And.Contain("--strict");
        lenient.Code.Should().Be(0);
        lenient.Error.Split("000004.jpg").Should().HaveCount(2, "the problem is told once");
    }

    [SkippableFact]
    public void A_dataset_of_other_classes_is_refused_with_what_to_set()
    {
        NativePixels.OrSkip();
        using var set = TinySet.Of(3);
        set.Write();

        Call([.. Tiny, "--data", set["train.json"], "--epochs", "1", "--out", Run]).Error.Should().Contain("--set classes=2");
    }

    [SkippableFact]
    public void Data_check_prints_what_is_there()
    {
        NativePixels.OrSkip();
        var (code, output, _) = Call("data", "check", Fixtures.PathOf("scenes"), "--split", "val");

        code.Should().Be(0);
        output.Should().Contain("50 images").And.Contain("99, ").And.Contain("aeroplane").And.Contain("bad records  0");
    }

    public void Dispose() => folder.Dispose();

    private static (int Code, string Output, string Error) Call(params string[] args)
    {
        var (output, error) = (Console.Out, Console.Error);
        using StringWriter written = new(),
            complained = new();
        Console.SetOut(written);
        Console.SetError(complained);
        try
        {
            return (TestEnvironment.WithThreads(2, () => CommandLine.Run(args)), written.ToString(), complained.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(error);
        }
    }
}
