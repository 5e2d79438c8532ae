using System.Globalization;
using PPYolo.Align.Formats;
using PPYolo.Data.Layouts;
using PPYolo.Model.Boxes;
using PPYolo.Model.Networks;
using PPYolo.Tests.Unit.Train.Inference.Export;
using PPYolo.Train.Inference;
using PPYolo.Train.Weights;

namespace PPYolo.Tests.Unit.House;

/// <summary>samples/Deploy, the program of docs/deploy.md: built as somebody else would, it finds what ppyolo predict finds.</summary>
public sealed class DeploySampleTests : IDisposable
{
    private const float Threshold = 0.05f;

    private static readonly string Sample = Path.Combine(Fixtures.Root, "samples", "Deploy");

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_page_shows_the_program_as_it_is() =>
        File.ReadAllText(Path.Combine(Fixtures.Root, "docs", "deploy.md"))
            .Should()
            .Contain($"```csharp\n{File.ReadAllText(Path.Combine(Sample, "Program.cs"))}```");

    [SkippableFact]
    public async Task It_finds_what_predict_finds()
    {
        NativePixels.OrSkip();
        var options = NetworkPresets.R18Vd;
        using (var network = TestTensors.Network(options))
        {
            TensorFile.Write(folder.File("w.npz"), NetworkState.Save(network));
        }

        using var weights = TensorFile.Read(folder.File("w.npz"));
        Exported.Write(folder.File("model.onnx"), options, weights, new() { Size = 96, ClassNames = VocClasses.All });
        var image = Fixtures.PathOf("scenes", "images", "train_0001.jpg");
        using var detector = new Detector(options, weights);
        var expected = new Predictor(detector, ClassNames.Of(options.Classes, null), 96, Threshold).Predict(image).Objects;

        var built = await Dotnet.Run(
            ["build", Sample, "-c", "Release", "--artifacts-path", folder.File("artifacts"), "-nologo", "-v", "q", "-nodeReuse:false"],
            new Dictionary<string, string>()
        );
        built.ExitCode.Should().Be(0, built.Output);
        var program = Path.Combine(folder.File("artifacts"), "bin", "Deploy", "release", "Deploy.dll");
        var ran = await Dotnet.Run(
            [program, folder.File("model.onnx"), image, Threshold.ToString(CultureInfo.InvariantCulture)],
            new Dictionary<string, string>()
        );

        ran.ExitCode.Should().Be(0, ran.Output);
        var lines = ran.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Should().HaveSameCount(expected).And.NotBeEmpty();
        lines.Should().OnlyContain(line => expected.Any(found => IsLike(line, found)));
    }

    /// <summary>Numbers of a line are rounded, which rounding of single precision can tip over.</summary>
    private static bool IsLike(string line, DetectedBox box)
    {
        var parts = line.Split(' ');
        float[] numbers = [.. parts[1..].Select(part => float.Parse(part, CultureInfo.InvariantCulture))];
        return parts[0] == VocClasses.All[box.Label]
            && Math.Abs(numbers[0] - box.Score) < 0.0051f
            && numbers[1..]
                .Zip([box.Left, box.Top, box.Right, box.Bottom], (a, b) => Math.Abs(a - b))
                .All(difference => difference < 0.51f);
    }
}
