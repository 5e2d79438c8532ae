using PPYolo.Align.Tensors;
using PPYolo.Kernels.Operations;
using PPYolo.Model;
using PPYolo.Model.Networks;
using PPYolo.Model.State;
using PPYolo.Train.Tracing;
using PPYolo.Train.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Model;

public sealed class PPYoloNetworkTests
{
    // Head channels: 3 anchors of 5 + 20, and 3 more with IoU awareness; sides are 64 over 32, 16 and 8.
    public static TheoryData<string, long[]> Networks =>
        new()
        {
            { "r18vd", [75, 2, 75, 4] },
            { "r50vd", [78, 2, 78, 4, 78, 8] },
            { "ppyolov2_r50vd", [78, 2, 78, 4, 78, 8] },
        };

    [Theory]
    [MemberData(nameof(Networks))]
    public void Computes_in_float64_after_a_move(string name, long[] outputs)
    {
        using var scope = NewDisposeScope();
        using var network = TestTensors.Network(NetworkPresets.Find(name)! with { DropBlock = false });
        var start = NetworkState.Save(network);
        network.to(ScalarType.Float64);
        network.train();

        var maps = network.call(TestTensors.Wide("images", 2, 1, 3, 64, 64));
        maps.Select(map => map.square().mean()).Aggregate((sum, term) => sum + term).backward();
        BackwardPass.Finish();

        maps.SelectMany(map => new[] { map.shape[1], map.shape[3] }).Should().Equal(outputs);
        maps.Should().OnlyContain(map => map.dtype == ScalarType.Float64);
        foreach (var entry in StateEntries.Of(network))
        {
            // The counters stay integers, whatever a network is moved to; a layer that still held its old buffer would move that one, not
            // this.
            entry.Value.dtype.Should().Be(entry.IsBatchCounter ? ScalarType.Int64 : ScalarType.Float64, "of {0}", entry.Key);
            if (entry.IsBatchCounter)
            {
                entry.Value.item<long>().Should().Be(1, "of {0}", entry.Key);
            }
            else if (!entry.IsParameter)
            {
                TensorAssertions.LargestDifference(entry.Value, start[entry.Key].ToTorch()).Should().BeGreaterThan(0, "of {0}", entry.Key);
            }
            else if (entry.IsTrainable)
            {
                entry.Value.grad.Should().NotBeNull("of {0}", entry.Key);
                entry.Value.grad!.isfinite().all().item<bool>().Should().BeTrue("of {0}", entry.Key);
            }
        }
    }

    [Fact]
    public void Shows_its_maps_in_forward_order()
    {
        using var scope = NewDisposeScope();
        using var network = TestTensors.Network(NetworkPresets.R18Vd with { DropBlock = false });
        var seen = new List<string>();
        using var outputs = NetworkOutputs.Watch(network, (name, map) => seen.Add($"{name} {string.Join('x', map.shape[1..])}"));

        network.call(TestTensors.Of("images", 2, 1, 3, 64, 64));

        seen.Should().Equal("backbone0 256x4x4", "backbone1 512x2x2", "neck0 512x2x2", "neck1 256x4x4", "head0 75x2x2", "head1 75x4x4");
    }

    [Fact]
    public void Evaluation_changes_nothing_and_does_not_depend_on_the_batch()
    {
        using var scope = NewDisposeScope();
        using var network = TestTensors.Network(NetworkPresets.R18Vd);
        network.eval();
        var before = StateEntries.Of(network).Select(entry => entry.Value.clone()).ToList();
        var images = TestTensors.Of("images", 2, 2, 3, 64, 64);

        var both = network.call(images);
        var first = network.call(images.narrow(0, 0, 1));

        foreach (var (entry, value) in StateEntries.Of(network).Zip(before))
        {
            entry.Value.ShouldEqual(value, entry.Key);
        }

        // Libraries choose their order of summation by the batch: 1e-4 of a map's magnitude is a thousand roundings.
        both[0].narrow(0, 0, 1).ShouldBeNear(first[0], 1e-4, "output");
    }

    [Fact]
    public void Refuses_a_backbone_that_there_is_not()
    {
        var make = () => new PPYoloNetwork(NetworkPresets.R50Vd with { Depth = 34 });

        make.Should().Throw<ArgumentException>().WithMessage("the backbone has 18, 50, 101 layers, not 34*");
    }

    [Fact]
    public void Presets_are_found_by_name()
    {
        NetworkPresets.Names.Should().OnlyContain(name => NetworkPresets.Find(name) != null);
        NetworkPresets.Find("r34vd").Should().BeNull();
    }
}
