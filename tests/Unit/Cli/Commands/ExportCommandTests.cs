using Microsoft.ML.OnnxRuntime;
using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Cli.Commands;
using PPYolo.Model.Networks;
using PPYolo.Train.Epochs;
using PPYolo.Train.Options;
using PPYolo.Train.Weights;

namespace PPYolo.Tests.Unit.Cli.Commands;

/// <summary>ppyolo export, and ppyolo align inference --onnx of what it wrote.</summary>
public sealed class ExportCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Model => folder.File("model.onnx");

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(".pth")]
    [InlineData(".bin")]
    [InlineData(".npz")]
    [InlineData(".safetensors")]
    public void Weights_of_every_format_are_exported_and_aligned(string extension)
    {
        var weights = Weights(extension);

        var export = Ppyolo("export", "--weights", weights, "--out", Model, "--size", "64");

        export.ExitCode.Should().Be(ExitCode.Aligned, export.Error);
        export
            .Output.Should()
            .MatchRegex(@"model\.onnx: r18vd with 20 classes, images of 64 x 64 pixels, 60 boxes in each; opset 16, \d+\.\d MB\n$");
        var align = Ppyolo("align", "inference", "--onnx", Model, "--weights", weights);
        align.ExitCode.Should().Be(ExitCode.Aligned, align.Output + align.Error);
        align.Output.Should().Contain("ALIGNED: all 4 checks");
    }

    [Fact]
    public void Half_precision_is_converted_with_a_note()
    {
        var weights = Weights(".pth", tensors => tensors.WithFloats(ElementType.Float16, out _));

        var export = Ppyolo("export", "--weights", weights, "--out", Model, "--size", "dynamic");

        export.ExitCode.Should().Be(ExitCode.Aligned, export.Error);
        export.Output.Should().Contain("images of any side that is a multiple of 32");
        export.Error.Should().Contain("tensors of float16 were converted to float32");
    }

    [Fact]
    public void Of_a_run_its_checkpoint_is_exported_by_its_own_configuration()
    {
        var run = folder.Folder("kettles-1.2");
        File.Copy(Weights(".pth"), Path.Combine(run, "epoch0005.pth"));
        File.WriteAllText(
            Path.Combine(run, "checkpoints.json"),
            """{"format": "ppyolo-checkpoints", "version": 1, "latest": "epoch0005.pth"}"""
        );
        new RunSettings
        {
            Options = TrainOptionsFile.Read("ppyolo_r18vd_voc2012", ["evalSize=96"]),
            Data = "generator:1",
            Seed = "1",
            Init = "generator:1",
            Ranks = 1,
            Threads = 1,
        }.Write(run);

        var export = ConsoleCapture.Run("export", "--weights", run, "--out", Model);

        export.ExitCode.Should().Be(ExitCode.Aligned, export.Error);
        export.Output.Should().Contain("r18vd with 20 classes, images of 96 x 96 pixels");
        export.Error.Should().Contain("taking the last checkpoint");
        var aligned = ConsoleCapture.Run("align", "inference", "--onnx", Model, "--weights", run);
        aligned.ExitCode.Should().Be(ExitCode.Aligned, aligned.Error + aligned.Output);
        using var session = new InferenceSession(Model);
        session.ModelMetadata.GraphName.Should().Be("kettles-1.2", "a point in a folder's name begins no extension");
    }

    public static TheoryData<string[], string> WrongUses =>
        new()
        {
            { ["--set", "classes=3"], "w.npz: expected weights of 3 classes, found 20; set the number with --set classes=20" },
            { ["--set", "network=r50vd"], "w.npz: expected weights of the configured network, found those of r18vd with 20 classes" },
            { ["--size", "400"], "--size is a multiple of 32 up to 2048, or dynamic, found 400" },
            { ["--size", "0"], "--size is a multiple of 32 up to 2048, or dynamic, found 0" },
            { ["--deformable", "Other"], "--deformable is DeformConv or GridSample, found Other" },
            { ["--size", "any"], "--size is a multiple of 32 up to 2048, or dynamic, found any" },
            { ["--names", "nowhere.txt"], "nowhere.txt: there is no such file" },
            { ["--weights", "nowhere.pth"], "nowhere.pth" },
            { ["--out", "model.pth"], "--out model.pth: expected a name that ends in .onnx" },
            { ["--out", "no/such/folder/model.onnx"], "no/such/folder/model.onnx: cannot be written" },
        };

    [Theory]
    [MemberData(nameof(WrongUses))]
    public void Wrong_use_is_one_line_and_exit_code_2(string[] options, string message)
    {
        var weights = Weights(".npz");
        string[] others =
        [
            .. options.Contains("--weights") ? [] : new[] { "--weights", weights },
            .. options.Contains("--out") ? [] : new[] { "--out", Model },
        ];

        var run = Ppyolo(["export", .. others, .. options]);

        run.ExitCode.Should().Be(ExitCode.WrongUse, run.Output);
        run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.Contains("--help", StringComparison.Ordinal))
            .Should()
            .ContainSingle()
            .Which.Should()
            .StartWith("ppyolo: ")
            .And.Contain(message);
        Directory.GetFiles(folder.Path).Should().Equal([weights], "nothing is left half done");
    }

    [Theory]
    [InlineData("--weights", "w.pth", "--config", "ppyolo_r18vd_voc2012")]
    [InlineData("--onnx", "model.onnx", "--set", "classes=3")]
    [InlineData("--onnx", "model.onnx", "--config", "ppyolo_r18vd_voc2012")]
    public void A_model_its_weights_and_their_configuration_belong_together(params string[] options)
    {
        var run = ConsoleCapture.Run(["align", "inference", .. options]);

        run.ExitCode.Should().Be(ExitCode.WrongUse);
        run.Error.Should().Contain("--onnx FILE, --weights FILE and --config NAME belong together");
    }

    private static ConsoleCapture Ppyolo(params string[] arguments) =>
        ConsoleCapture.Run([.. arguments, "--config", "ppyolo_r18vd_voc2012"]);

    private string Weights(string extension, Func<NamedTensors, NamedTensors>? change = null)
    {
        using var network = TestTensors.Network(NetworkPresets.R18Vd);
        var weights = NetworkState.Save(network);
        TensorFile.Write(folder.File("w" + extension), change?.Invoke(weights) ?? weights);
        return folder.File("w" + extension);
    }
}
