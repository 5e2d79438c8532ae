using PPYolo.Train.Options;
using Xunit.Abstractions;

namespace PPYolo.Tests.Unit.Train.Runs;

public sealed class LearningTests(ITestOutputHelper output)
{
    private const string Switch = "PPYOLO_SLOW";

    /// <summary>
    /// The whole chain learns: data, losses, gradients, optimizer, moving average, decoding, selection and scoring. 20 kinds of pictograms
    /// by chance give an AP50 of 0; a training with any link broken stays near it.
    /// </summary>
    [SkippableFact]
    public void Training_from_nothing_finds_most_objects_of_images_it_has_not_seen()
    {
        Skip.If(
            Environment.GetEnvironmentVariable(Switch) != "1",
            $"it takes a quarter of an hour; run it with {Switch}=1, or dotnet cake --target=Learning"
        );
        NativePixels.OrSkip();
        var folder = Directory.CreateDirectory(Path.Combine(Fixtures.Root, "artifacts", "learning")).FullName;
        File.Delete(Path.Combine(folder, "log.txt"));

        var result = new SceneTraining(folder, output.WriteLine).Run(TrainOptionsFile.Read("ppyolo_r18vd_scenes", []));

        result.AP50.Should().BeGreaterThan(0.5);
    }
}
