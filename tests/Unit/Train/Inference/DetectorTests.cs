using PPYolo.Align.Tensors;
using PPYolo.Model.Boxes;
using PPYolo.Model.Networks;
using PPYolo.Model.State;
using PPYolo.Train.Inference;
using PPYolo.Train.Weights;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Train.Inference;

public sealed class DetectorTests
{
    // The other kernels that a batch of another size takes, and folding: rounding of single precision through some twenty layers.
    private const float ScoreRounding = 1e-4f;
    private const float PixelRounding = 0.02f;

    private static readonly OriginalSize[] Originals = [new(64, 64), new(150, 200), new(333, 40)];

    [Fact]
    public void A_batch_of_images_of_different_sizes_gives_what_each_gives_alone()
    {
        using var scope = NewDisposeScope();
        using var detector = Detector(NetworkPresets.R18Vd);
        var images = Images(3);

        var together = detector.Detect(images.ToData(), Originals);

        for (var i = 0; i < Originals.Length; i++)
        {
            var alone = detector.Detect(images.narrow(0, i, 1).ToData(), [Originals[i]])[0];
            ShouldBeTheSame(together[i], alone);
            together[i]
                .Should()
                .NotBeEmpty()
                .And.OnlyContain(box =>
                    box.Left >= 0 && box.Top >= 0 && box.Right <= Originals[i].Width && box.Bottom <= Originals[i].Height
                );
            together[i].Select(box => box.Score).Should().BeInDescendingOrder();
        }

        together[2].Max(box => box.Right).Should().BeGreaterThan(150, "boxes are in pixels of the original");
    }

    [Theory]
    [InlineData("r18vd")]
    [InlineData("r50vd")]
    public void Folded_norms_change_scores_by_rounding_alone(string network)
    {
        using var scope = NewDisposeScope();
        var options = NetworkPresets.Find(network)!;
        using Detector folded = Detector(options),
            plain = Detector(options, fold: false);
        var images = Images(1).ToData();

        ShouldBeTheSame(folded.Detect(images, Originals[..1])[0], plain.Detect(images, Originals[..1])[0]);
        folded.Forward(images)[0].BitwiseEquals(plain.Forward(images)[0]).Should().BeFalse("something was folded");
    }

    [Fact]
    public void Nothing_sure_enough_is_an_empty_list()
    {
        using var scope = NewDisposeScope();
        using var detector = new Detector(NetworkPresets.R18Vd, Weights(NetworkPresets.R18Vd))
        {
            Selection = new() { ScoreThreshold = 0.99999f },
        };

        detector.Detect(Images(2).ToData(), Originals[..2]).Should().HaveCount(2).And.OnlyContain(boxes => boxes.Length == 0);
    }

    [Fact]
    public void Numbers_that_are_none_never_reach_a_user()
    {
        using var scope = NewDisposeScope();
        using var detector = Detector(NetworkPresets.R18Vd);
        var images = Images(2);
        // A pixel that is not a number makes every output of its image one.
        images[0, 0, 0, 0] = float.NaN;

        var found = detector.Detect(images.ToData(), Originals[..2]);

        found[0].Should().BeEmpty();
        found[1].Should().NotBeEmpty();
    }

    [Fact]
    public void Weights_that_train_are_neither_used_nor_changed()
    {
        using var scope = NewDisposeScope();
        using var training = TestTensors.Network(NetworkPresets.R18Vd);
        training.train();
        var before = NetworkState.Save(training);

        using var detector = new Detector(NetworkPresets.R18Vd, before);
        var first = detector.Detect(Images(1).ToData(), Originals[..1])[0];
        using (no_grad())
        {
            StateEntries.Of(training)[0].Value.zero_();
        }

        detector.Detect(Images(1).ToData(), Originals[..1])[0].Should().Equal(first);
        training.training.Should().BeTrue();
        NetworkState.Save(training).Count(pair => !pair.Value.BitwiseEquals(before[pair.Key])).Should().Be(1);
    }

    [Theory]
    [InlineData(2, 3, 64, 64)]
    [InlineData(1, 1, 64, 64)]
    [InlineData(1, 3, 64, 96)]
    [InlineData(1, 3, 40, 40)]
    public void Input_of_another_form_is_refused(params int[] shape)
    {
        using var scope = NewDisposeScope();
        using var detector = Detector(NetworkPresets.R18Vd);
        var images = zeros(shape.Select(extent => (long)extent).ToArray()).ToData();

        detector.Invoking(it => it.Detect(images, Originals[..1])).Should().Throw<ArgumentException>().WithMessage("*multiple of 32*");
    }

    private static Detector Detector(NetworkOptions options, bool fold = true) => new(options, Weights(options), fold);

    private static NamedTensors Weights(NetworkOptions options)
    {
        using var network = TestTensors.Network(options);
        return NetworkState.Save(network);
    }

    private static Tensor Images(int count) => TestTensors.Of("images", 2, count, 3, 64, 64);

    private static void ShouldBeTheSame(DetectedBox[] found, DetectedBox[] expected)
    {
        found.Should().HaveSameCount(expected);
        for (var i = 0; i < found.Length; i++)
        {
            found[i].Score.Should().BeApproximately(expected[i].Score, ScoreRounding);
        }

        // Equally sure ones may change places.
        foreach (var box in expected.Take(20))
        {
            found
                .Should()
                .Contain(other =>
                    other.Label == box.Label
                    && Math.Abs(other.Score - box.Score) <= ScoreRounding
                    && Math.Abs(other.Left - box.Left) <= PixelRounding
                    && Math.Abs(other.Top - box.Top) <= PixelRounding
                    && Math.Abs(other.Right - box.Right) <= PixelRounding
                    && Math.Abs(other.Bottom - box.Bottom) <= PixelRounding
                );
        }
    }
}
