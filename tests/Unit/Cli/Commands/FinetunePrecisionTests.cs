using PPYolo.Align.Formats;
using PPYolo.Align.Tensors;
using PPYolo.Model.Networks;
using PPYolo.Train.Weights;

namespace PPYolo.Tests.Unit.Cli.Commands;

/// <summary>train -c with weights of another precision, or of which only the counters fit.</summary>
public sealed class FinetunePrecisionTests : IDisposable
{
    private static readonly string[] Tiny =
    [
        "train",
        "--config",
        "ppyolo_r18vd_voc2012",
        "--set",
        "batch=2",
        "--set",
        "sizes=[64]",
        "--set",
        "iterationsPerEpoch=1",
        "--epochs",
        "1",
    ];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Half_weights_are_converted_with_a_note_and_all_are_taken_over()
    {
        using (var network = TestTensors.Network(NetworkPresets.R18Vd))
        {
            TensorFile.Write(folder.File("w.pth"), NetworkState.Save(network).WithFloats(ElementType.Float16, out _));
        }

        var (code, output, error) = Call([.. Tiny, "--out", folder.File("run"), "-c", folder.File("w.pth")]);

        code.Should().Be(0, error);
        output.Should().Contain("tensors of float16 were converted to float32").And.Contain("172 of 172 entries taken over");
    }

    [Fact]
    public void Weights_of_which_only_counters_fit_are_refused_with_what_does_not()
    {
        var weights = new NamedTensors();
        using (var network = TestTensors.Network(NetworkPresets.R18Vd))
        {
            foreach (var (name, tensor) in NetworkState.Save(network))
            {
                weights.Add(name, tensor.Type == ElementType.Int64 ? tensor : TensorData.Of<float>(new float[3], 3, 1, 1, 1, 1));
            }
        }

        TensorFile.Write(folder.File("w.pth"), weights);

        var (code, _, error) = Call([.. Tiny, "--out", folder.File("run"), "-c", folder.File("w.pth")]);

        code.Should().Be(2);
        error
            .Should()
            .Contain("only 28 counters of batches that fit")
            .And.Contain("backbone.conv1.conv1_1.conv.weight (float32 3x1x1x1x1 there");
        Directory.Exists(folder.File("run")).Should().BeFalse();
    }

    private static (int Code, string Output, string Error) Call(params string[] args)
    {
        var run = TestEnvironment.WithThreads(2, () => ConsoleCapture.Run(args));
        return (run.ExitCode, run.Output, run.Error);
    }
}
