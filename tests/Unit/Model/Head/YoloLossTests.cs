using PPYolo.Model.Head;
using PPYolo.Model.Networks;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Model.Head;

public sealed class YoloLossTests
{
    private static readonly string[] Names = ["loss_xy", "loss_wh", "loss_iou", "loss_iou_aware", "loss_obj", "loss_cls"];

    /// <summary>
    /// Head kind, whether there are objects, type, and how near a relative difference must be: some thousand terms in float64 or float32.
    /// </summary>
    public static TheoryData<string, bool, ScalarType, double> Cases =>
        new()
        {
            { "r18vd", true, ScalarType.Float64, 1e-12 },
            { "r18vd", false, ScalarType.Float64, 1e-12 },
            { "r18vd", true, ScalarType.Float32, 1e-5 },
            { "r50vd", true, ScalarType.Float64, 1e-12 },
            { "r50vd", false, ScalarType.Float64, 1e-12 },
            { "r50vd", true, ScalarType.Float32, 1e-5 },
        };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Equals_the_definition(string network, bool objects, ScalarType type, double tolerance)
    {
        using var scope = NewDisposeScope();
        var scene = new LossScene(NetworkPresets.Find(network)!, objects, type);
        var expected = new NaiveYoloLoss(scene.Options, scene.Outputs, scene.Boxes, scene.Targets);

        var found = Compute(scene);

        scene.Targets.Should().OnlyContain(target => target.select(2, 5).gt(0).any().item<bool>() == objects);
        (expected.Ignored > 0).Should().Be(objects, "the scene has predictions beside objects that overlap them");
        found.Terms.Select(term => term.Name).Should().Equal(Names.Where(name => scene.Options.IouAware || name != "loss_iou_aware"));
        foreach (var (name, value) in found.Terms)
        {
            Number(value).Should().BeApproximately(expected.Terms[name], tolerance * Math.Max(1, expected.Terms[name]), "of {0}", name);
            (Number(value) > 0).Should().Be(objects || name == "loss_obj", "of {0}", name);
        }

        Number(found.Total).Should().BeApproximately(expected.Terms.Values.Sum(), tolerance * expected.Terms.Values.Sum());
    }

    [Theory]
    [InlineData("r18vd", false)]
    [InlineData("r18vd", true)]
    public void Ignores_predictions_that_overlap_a_box_by_more_than_the_threshold(string network, bool ignores)
    {
        using var scope = NewDisposeScope();
        var scene = new LossScene(NetworkPresets.Find(network)!, true, ScalarType.Float64);
        var options = scene.Options with { IgnoreThreshold = ignores ? 0.7 : 1 };
        var expected = new NaiveYoloLoss(scene.Options, scene.Outputs, scene.Boxes, scene.Targets).Terms["loss_obj"];

        var found = Number(Term(new YoloLoss(options).Compute(scene.Outputs, scene.Boxes, scene.Targets), "loss_obj"));

        (Math.Abs(found - expected) < 1e-9).Should().Be(ignores);
    }

    [Fact]
    public void Total_is_the_sum_in_order()
    {
        using var scope = NewDisposeScope();
        var losses = Compute(new LossScene(NetworkPresets.R50Vd, true, ScalarType.Float32));

        var sum = losses.Terms.Skip(1).Aggregate(losses.Terms[0].Value.item<float>(), (total, term) => total + term.Value.item<float>());

        losses.Total.item<float>().Should().Be(sum);
    }

    [Theory]
    [InlineData("r18vd")]
    [InlineData("r50vd")]
    public void Has_the_gradients_of_its_values(string network)
    {
        using var scope = NewDisposeScope();
        var scene = Tiny(network);

        // The IoU that the IoU-aware loss learns has no gradient by definition, so that loss is not part of this.
        GradientCheck.Check(
            outputs =>
                new YoloLoss(scene.Options)
                    .Compute(outputs, scene.Boxes, scene.Targets)
                    .Terms.Where(term => term.Name != "loss_iou_aware")
                    .Select(term => term.Value)
                    .Aggregate((sum, term) => sum + term),
            [.. scene.Outputs]
        );
    }

    [Fact]
    public void Iou_awareness_trains_its_own_channels_alone()
    {
        using var scope = NewDisposeScope();
        var scene = Tiny("r50vd");
        foreach (var (output, level) in scene.Outputs.Select((output, level) => (output, level)))
        {
            var anchors = scene.Options.AnchorMasks[level].Length;
            var rest = output.narrow(1, anchors, output.shape[1] - anchors);
            Tensor Loss(Tensor whole) =>
                Term(
                    new YoloLoss(scene.Options).Compute(
                        [.. scene.Outputs.Select((other, i) => i == level ? whole : other)],
                        scene.Boxes,
                        scene.Targets
                    ),
                    "loss_iou_aware"
                );

            GradientCheck.Check(values => Loss(cat([values[0], rest], 1)), output.narrow(1, 0, anchors).contiguous());
            var leaf = output.Leaf();
            Loss(leaf).backward();
            leaf.grad!.narrow(1, anchors, rest.shape[1]).abs().max().item<double>().Should().Be(0);
        }
    }

    [Fact]
    public void A_difference_of_zero_has_no_gradient()
    {
        using var scope = NewDisposeScope();
        var scene = new LossScene(NetworkPresets.R18Vd, true, ScalarType.Float64);
        // Level 0, image 0: the box at (0.3, 0.6) is in column 1 and row 2 of 4 x 4.
        var target = scene.Targets[0];
        var slot = Enumerable.Range(0, 3).Single(anchor => target[0, anchor, 5, 2, 1].item<double>() > 0);
        int width = (slot * (5 + LossScene.Classes)) + 2,
            height = width + 1;
        scene.Outputs[0][0, width, 2, 1] = target[0, slot, 2, 2, 1];
        var leaf = scene.Outputs[0].Leaf();

        Term(new YoloLoss(scene.Options).Compute([leaf, scene.Outputs[1]], scene.Boxes, scene.Targets), "loss_wh").backward();

        leaf.grad![0, width, 2, 1].item<double>().Should().Be(0);
        var weight = target[0, slot, 4, 2, 1].item<double>() * target[0, slot, 5, 2, 1].item<double>() / LossScene.Images;
        Math.Abs(leaf.grad![0, height, 2, 1].item<double>()).Should().Be(weight);
    }

    [Fact]
    public void Halves_of_a_batch_average_to_the_whole()
    {
        using var scope = NewDisposeScope();
        var scene = new LossScene(NetworkPresets.R50Vd, true, ScalarType.Float64);
        var halves = Enumerable
            .Range(0, LossScene.Images)
            .Select(image =>
                new YoloLoss(scene.Options).Compute(
                    [.. scene.Outputs.Select(output => output.narrow(0, image, 1))],
                    scene.Boxes.narrow(0, image, 1),
                    [.. scene.Targets.Select(target => target.narrow(0, image, 1))]
                )
            );

        var whole = Number(Compute(scene).Total);

        // Float64 sums in another order.
        halves.Average(half => Number(half.Total)).Should().BeApproximately(whole, 1e-12 * whole);
    }

    [Fact]
    public void Nothing_but_the_losses_is_left()
    {
        using var outer = NewDisposeScope();
        var scene = new LossScene(NetworkPresets.R50Vd, true, ScalarType.Float32);
        using var scope = NewDisposeScope();

        var losses = Compute(scene);

        scope.DisposablesCount.Should().Be(losses.Terms.Count + 1, "the rest would take memory until the end of the step");
    }

    /// <summary>Grids of one and four cells: every element costs two evaluations.</summary>
    private static LossScene Tiny(string network) =>
        new(NetworkPresets.Find(network)! with { Strides = network == "r18vd" ? [128, 64] : [128, 64, 64] }, true, ScalarType.Float64);

    private static LossTerms Compute(LossScene scene) => new YoloLoss(scene.Options).Compute(scene.Outputs, scene.Boxes, scene.Targets);

    private static Tensor Term(LossTerms losses, string name) => losses.Terms.Single(term => term.Name == name).Value;

    private static double Number(Tensor value) => value.to(ScalarType.Float64).item<double>();
}
