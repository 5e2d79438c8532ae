using PPYolo.Harness.Explain;
using PPYolo.Model;
using PPYolo.Model.Networks;
using PPYolo.Model.State;
using PPYolo.Train.Optimization;

namespace PPYolo.Tests.Unit.Train.Optimization;

/// <summary>The reference's listings of its groups are in StateDictTests; these are all networks, by the reference's rule.</summary>
public sealed class ParameterGroupTests
{
    public static TheoryData<string> Networks => [.. NetworkPresets.Names];

    [Theory]
    [MemberData(nameof(Networks))]
    public void Norms_and_the_head_s_biases_are_not_decayed_and_all_else_is(string network)
    {
        using var model = new PPYoloNetwork(NetworkPresets.Find(network)! with { FreezeAt = -1 });
        var entries = StateEntries.Of(model);

        var groups = ParameterGroup.Of(entries, 5e-4);

        var trainable = entries.Where(entry => entry.IsTrainable).Select(entry => entry.Key).ToList();
        trainable.Should().HaveCount(entries.Count(entry => entry.IsParameter));
        groups.Should().HaveCount(2).And.OnlyContain(group => group.Parameters.Count > 0);
        groups[0].Parameters.Select(entry => entry.Key).Should().Equal(trainable.Where(IsNormOrHeadBias));
        groups[1].Parameters.Select(entry => entry.Key).Should().Equal(trainable.Where(key => !IsNormOrHeadBias(key)));
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Explain_sees_the_same_groups_where_it_knows_the_network_and_where_it_does_not(string network)
    {
        using var model = new PPYoloNetwork(NetworkPresets.Find(network)!);
        var groups = OptimizerGroups.Of(null);

        var parameters = StateEntries.Of(model).Where(entry => entry.IsParameter).ToList();
        parameters.Select(entry => groups.NameFor(entry.Key)).Should().Equal(parameters.Select(ParameterGroup.NameFor));
    }

    private static bool IsNormOrHeadBias(string key) =>
        key.Contains("norm.", StringComparison.Ordinal)
        || (key.StartsWith("yolo_head.", StringComparison.Ordinal) && key.EndsWith(".bias", StringComparison.Ordinal));
}
