using PPYolo.Align.Tensors;
using PPYolo.Model;
using PPYolo.Model.Networks;
using PPYolo.Model.State;
using PPYolo.Train.Weights;

namespace PPYolo.Tests.Unit.Model;

public sealed class FreezingTests
{
    private static readonly string[] Parts =
    [
        "backbone.conv1.",
        "backbone.res2.",
        "backbone.res3.",
        "backbone.res4.",
        "backbone.res5.",
        "neck.",
        "yolo_head.",
    ];

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, 2)]
    [InlineData(1, 3)]
    [InlineData(2, 4)]
    [InlineData(3, 5)]
    public void Freezes_the_stem_and_the_stages_up_to_the_given_one(int freezeAt, int frozenParts)
    {
        using var network = new PPYoloNetwork(NetworkPresets.R18Vd with { FreezeAt = freezeAt });

        var parameters = StateEntries.Of(network).Where(entry => entry.IsParameter).ToList();

        parameters.Should().HaveCount(Parts.Sum(part => parameters.Count(entry => entry.Key.StartsWith(part, StringComparison.Ordinal))));
        for (var i = 0; i < Parts.Length; i++)
        {
            parameters
                .Where(entry => entry.Key.StartsWith(Parts[i], StringComparison.Ordinal))
                .Should()
                .NotBeEmpty()
                .And.OnlyContain(entry => entry.IsTrainable == i >= frozenParts, "of {0}", Parts[i]);
        }
    }

    [Fact]
    public void Freezing_norms_leaves_the_backbones_convolutions_and_the_rest_trainable()
    {
        using var network = new PPYoloNetwork(NetworkPresets.R18Vd with { FreezeNorm = true });

        foreach (var entry in StateEntries.Of(network).Where(entry => entry.IsParameter))
        {
            var frozen =
                entry.Key.StartsWith("backbone.", StringComparison.Ordinal) && entry.Key.Contains("norm.", StringComparison.Ordinal);
            entry.IsTrainable.Should().Be(!frozen, "of {0}", entry.Key);
        }
    }

    [Theory]
    [InlineData(3, false, true)]
    [InlineData(-1, true, false)]
    public void Frozen_stages_move_running_statistics_and_frozen_norms_do_not(int freezeAt, bool freezeNorm, bool moves)
    {
        using var network = TestTensors.Network(
            NetworkPresets.R18Vd with
            {
                FreezeAt = freezeAt,
                FreezeNorm = freezeNorm,
                DropBlock = false,
            }
        );
        var start = NetworkState.Save(network);
        network.train();
        using var images = TestTensors.Of("images", 2, 1, 3, 64, 64);

        foreach (var output in network.call(images))
        {
            output.Dispose();
        }

        foreach (var entry in StateEntries.Of(network).Where(entry => entry.Key.EndsWith("running_mean", StringComparison.Ordinal)))
        {
            var moved = TensorAssertions.LargestDifference(entry.Value, start[entry.Key].ToTorch()) > 0;
            moved.Should().Be(moves || entry.Key.StartsWith("neck.", StringComparison.Ordinal), "of {0}", entry.Key);
        }
    }

    [Fact]
    public void Norms_of_a_frozen_backbone_normalize_with_batch_statistics()
    {
        using var network = TestTensors.Network(NetworkPresets.R18Vd with { FreezeAt = 3, FreezeNorm = true, DropBlock = false });
        using var images = TestTensors.Of("images", 2, 1, 3, 64, 64);
        network.train();
        var training = network.call(images)[0];
        using var louder = images * 3;

        // Batch statistics take a factor of the images out again, but for epsilon's share; running ones would not.
        network.call(louder)[0].ShouldBeNear(training, 1e-2, "output");

        network.eval();
        var evaluation = network.call(images)[0];
        TensorAssertions
            .LargestDifference(network.call(louder)[0], evaluation)
            .Should()
            .BeGreaterThan(0.1 * evaluation.abs().max().item<float>());
    }
}
