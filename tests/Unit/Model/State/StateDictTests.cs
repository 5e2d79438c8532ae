using PPYolo.Model;
using PPYolo.Model.Networks;
using PPYolo.Model.State;
using PPYolo.Train.Optimization;
using TorchSharp;

namespace PPYolo.Tests.Unit.Model.State;

/// <summary>The reference's listings of its state_dicts, fixtures/names.</summary>
public sealed class StateDictTests
{
    public static TheoryData<string, string, int> Listings =>
        new()
        {
            { "r18vd", "r18vd", -1 },
            { "r50vd_trainable", "r50vd", -1 },
            { "r50vd_aligngrad", "r50vd", 3 },
            { "ppyolov2_r50vd", "ppyolov2_r50vd", 3 },
        };

    [Theory]
    [MemberData(nameof(Listings))]
    public void Has_the_entries_of_the_reference(string listing, string network, int freezeAt)
    {
        using var model = new PPYoloNetwork(NetworkPresets.Find(network)! with { FreezeAt = freezeAt });
        var entries = StateEntries.Of(model);
        var groups = ParameterGroup
            .Of(entries, 5e-4)
            .SelectMany(group => group.Parameters.Select(entry => (entry.Key, group.Name)))
            .ToDictionary();

        var lines = entries.Select(entry => Line(entry, groups)).ToList();

        lines.Should().Equal(Listing(listing));
    }

    [Theory]
    [MemberData(nameof(Listings))]
    public void Has_two_groups_in_order_and_decay_in_the_second(string listing, string network, int freezeAt)
    {
        using var model = new PPYoloNetwork(NetworkPresets.Find(network)! with { FreezeAt = freezeAt });

        var groups = ParameterGroup.Of(StateEntries.Of(model), 5e-4);

        groups.Select(group => (group.Name, group.WeightDecay)).Should().Equal(("no_L2", 0), ("use_L2", 5e-4));
        foreach (var group in groups)
        {
            var expected = Listing(listing).Where(line => line.EndsWith('\t' + group.Name)).Select(line => line.Split('\t')[0]);
            group.Parameters.Select(entry => entry.Key).Should().Equal(expected);
        }
    }

    [Fact]
    public void Holds_the_tensors_themselves()
    {
        using var model = new PPYoloNetwork(NetworkPresets.R18Vd);
        using var noGrad = torch.no_grad();

        StateEntries.Of(model)[0].Value.fill_(7);

        StateEntries.Of(model)[0].Value.mean().item<float>().Should().Be(7);
    }

    [Fact]
    public void Tells_parameters_buffers_and_counters_apart()
    {
        using var model = new PPYoloNetwork(NetworkPresets.R18Vd with { FreezeAt = 0 });
        var entries = StateEntries.Of(model).ToDictionary(entry => entry.Key);

        Kind("backbone.conv1.conv1_1.norm.weight").Should().Be((true, false, false));
        Kind("backbone.res5.res5b.branch2b.norm.weight").Should().Be((true, true, false));
        Kind("backbone.conv1.conv1_1.norm.running_mean").Should().Be((false, false, false));
        Kind("backbone.conv1.conv1_1.norm.num_batches_tracked").Should().Be((false, false, true));

        (bool Parameter, bool Trainable, bool Counter) Kind(string key) =>
            (entries[key].IsParameter, entries[key].IsTrainable, entries[key].IsBatchCounter);
    }

    private static IEnumerable<string> Listing(string name) =>
        File.ReadLines(Fixtures.PathOf("names", name + ".txt")).Where(line => !line.StartsWith('#'));

    /// <summary>An entry as the listings write it: key, shape, type, whether it requires a gradient, group.</summary>
    private static string Line(StateEntry entry, Dictionary<string, string> groups)
    {
        var shape = entry.Value.shape.Length == 0 ? "scalar" : string.Join('x', entry.Value.shape);
        var group = !entry.IsParameter ? "buffer" : groups.GetValueOrDefault(entry.Key, "frozen");
        return string.Join(
            '\t',
            entry.Key,
            shape,
            entry.Value.dtype.ToString().ToLowerInvariant(),
            entry.Value.requires_grad ? "true" : "false",
            group
        );
    }
}
