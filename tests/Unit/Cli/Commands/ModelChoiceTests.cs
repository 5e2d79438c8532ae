using PPYolo.Align;
using PPYolo.Cli.Commands;
using PPYolo.Tests.Unit.Data.Layouts;
using PPYolo.Train.Epochs;
using PPYolo.Train.Options;

namespace PPYolo.Tests.Unit.Cli.Commands;

public sealed class ModelChoiceTests : IDisposable
{
    private readonly DatasetFolder folder = new();

    [Theory]
    [InlineData("\"best\": \"epoch0002.pth\",", "epoch0002.pth")]
    [InlineData("", "epoch0005.pth")]
    public void Of_a_run_the_best_checkpoint_is_taken_else_the_last(string best, string file)
    {
        WriteRun("generator:1");
        folder.Text("checkpoints.json", $$"""{"format": "ppyolo-checkpoints", {{best}} "version": 1, "latest": "epoch0005.pth"}""");

        var model = ModelChoice.Of(folder.Path, null, ["evalSize=96"]);

        model.Weights.Should().Be(folder[file]);
        model.Options.Should().BeEquivalentTo(Options with { EvalSize = 96 });
    }

    [Fact]
    public void A_run_without_a_checkpoint_is_refused()
    {
        WriteRun("generator:1");

        FluentActions
            .Invoking(() => ModelChoice.Of(folder.Path, null, []))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*expected a run with a checkpoint, found none yet");
    }

    [Fact]
    public void Its_classes_have_the_names_of_its_dataset()
    {
        folder.Pictures("set/images/a.png").Text("set/labels/a.txt", "0 0.5 0.5 1 1").Text("set/classes.txt", "kettle\nteapot\n");
        WriteRun(folder["set"]);
        folder.Text("checkpoints.json", """{"format": "ppyolo-checkpoints", "version": 1, "latest": "epoch0005.pth"}""");

        ModelChoice.Of(folder.Path, null, []).Categories(null).Select(one => one.Name).Should().Equal("kettle", "teapot");
        Directory.Delete(folder["set"], recursive: true);
        ModelChoice.Of(folder.Path, null, []).Categories(null).Select(one => one.Name).Should().Equal("class 1", "class 2");
    }

    [Theory]
    [InlineData("predict", "a.png", "--out", "found")]
    [InlineData("export", "--out", "a.onnx")]
    [InlineData("eval", "--data", "set")]
    public void A_file_of_weights_needs_a_configuration(params string[] command)
    {
        var weights = folder.Text("a.pth", "")["a.pth"];
        var run = ConsoleCapture.Run([.. command, "--weights", weights]);

        (run.ExitCode, run.Error.Split('\n')[0])
            .Should()
            .Be((2, $"ppyolo: {command[0]} needs --config NAME, unless --weights is the folder of a run"));
    }

    [Theory]
    [InlineData("predict", "a.png", "--out", "found")]
    [InlineData("export", "--out", "a.onnx")]
    [InlineData("eval", "--data", "set")]
    [InlineData("align", "inference", "--onnx", "a.onnx")]
    public void A_folder_that_is_not_there_is_named(params string[] command)
    {
        var run = ConsoleCapture.Run([.. command, "--weights", folder["nowhere"]]);

        (run.ExitCode, run.Error.Split('\n')[0])
            .Should()
            .Be((2, $"ppyolo: --weights {folder["nowhere"]}: there is no such file or folder"));
    }

    public void Dispose() => folder.Dispose();

    private static TrainOptions Options => new() { Network = "r18vd", Classes = 2 };

    private void WriteRun(string data) =>
        new RunSettings
        {
            Options = Options,
            Data = data,
            Seed = "1",
            Init = "generator:1",
            Ranks = 1,
            Threads = 1,
        }.Write(folder.Path);
}
