using PPYolo.Align;
using PPYolo.Model.Networks;
using PPYolo.Train.Epochs;
using PPYolo.Train.Feeds;
using PPYolo.Train.Inference;
using PPYolo.Train.Options;
using PPYolo.Train.Weights;
using TorchSharp;

namespace PPYolo.Tests.Unit.Train.Epochs;

public sealed class EpochEvaluationTests
{
    private static readonly TrainOptions Options = TrainOptionsFile.Read("ppyolo_r18vd_scenes", ["evalSize=64", "classes=2"]);

    [SkippableFact]
    public void The_score_is_that_of_the_dataset_and_weights_stay_as_they_are()
    {
        NativePixels.OrSkip();
        using var set = TinySet.Of(4);
        var data = new DatasetData("1", set.Open());
        using var network = TestTensors.Network(NetworkPresets.R18Vd with { Classes = 2 });
        using var weights = NetworkState.Save(network);

        var score = EpochEvaluation.Create(Options, data, set.Layout, 3, torch.CPU).Evaluate(weights, 5);

        var expected = new DatasetEvaluation(
            set.Open(),
            new()
            {
                Network = Options.ToNetwork(),
                Size = 64,
                Batch = 3,
            }
        ).Run(weights);
        score.Epoch.Should().Be(5);
        score.AveragePrecision.Should().Be(expected.AP);
        score.Figures.Should().HaveCount(12);
        score.Figures["AR100"].Should().Be(expected["AR100"]).And.BeGreaterThanOrEqualTo(0);
        using var now = NetworkState.Save(network);
        weights.Should().OnlyContain(pair => pair.Value.BitwiseEquals(now[pair.Key]));
    }

    [SkippableFact]
    public void Categories_in_another_order_are_refused()
    {
        NativePixels.OrSkip();
        using TinySet trained = TinySet.Of(2),
            held = TinySet.Of(2);
        var data = new DatasetData("1", trained.Open());
        held.Write();
        var text = File.ReadAllText(held.Layout.Annotations);
        File.WriteAllText(held.Layout.Annotations, text.Replace("third", "fourth", StringComparison.Ordinal));

        FluentActions
            .Invoking(() => EpochEvaluation.Create(Options, data, held.Layout, 1, torch.CPU))
            .Should()
            .Throw<AlignException>()
            .WithMessage("*same order*");
    }
}
