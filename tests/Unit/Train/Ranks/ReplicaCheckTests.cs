using PPYolo.Kernels.Memory;
using PPYolo.Model.State;
using PPYolo.Train.Ranks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Train.Ranks;

public sealed class ReplicaCheckTests
{
    /// <summary>Longer than a row of the checksum, and shorter.</summary>
    private static readonly (string Key, int Count)[] Floats = [("a.weight", 70_001), ("b.weight", 3), ("b.running_mean", 65_536)];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Replicas_with_the_same_bits_pass(bool cards)
    {
        using var path = CpuPath.Close(kernels: false, memory: cards);

        ThreadRanks.Run(2, ranks => ReplicaCheck.Run(ranks, Entries(), "now"));
    }

    [Theory]
    [InlineData("a.weight", 0, false)]
    [InlineData("a.weight", 0, true)]
    [InlineData("a.weight", 65_536, true)]
    [InlineData("b.weight", 2, true)]
    [InlineData("b.running_mean", 65_535, true)]
    [InlineData("b.num_batches_tracked", 0, true)]
    public void One_bit_is_seen_and_its_tensor_named(string key, int element, bool cards)
    {
        using var path = CpuPath.Close(kernels: false, memory: cards);
        var check = () =>
            ThreadRanks.Run(
                3,
                ranks =>
                {
                    var entries = Entries();
                    if (ranks.Rank == 2)
                    {
                        entries.Single(entry => entry.Key == key).Value.view(-1).bytes[element == 0 ? 0 : element * sizeof(float)] ^= 1;
                    }

                    ReplicaCheck.Run(ranks, entries, "now");
                }
            );

        check.Should().Throw<RankFailureException>().WithInnerException<ReplicaDivergenceException>().WithMessage($"*{key}*");
    }

    [Fact]
    public void Two_values_that_have_changed_places_have_another_checksum()
    {
        using var scope = NewDisposeScope();
        var entries = Entries();
        var before = WeightChecksum.Of(entries);
        WeightChecksum.Of(Entries()).Should().Be(before);
        using var noGrad = no_grad();
        var values = entries[0].Value;
        using var first = values[0].clone();

        values[0].copy_(values[5]);
        values[5].copy_(first);

        WeightChecksum.Of(entries).Should().NotBe(before);
    }

    [Fact]
    public void Weights_stay_where_they_are()
    {
        using var scope = NewDisposeScope();
        var entries = Entries();
        var before = HostRead.Count;

        WeightChecksum.Of(entries);

        (HostRead.Count - before).Should().Be(1, "of the sums alone");
    }

    private static List<StateEntry> Entries() =>
        [
            .. Floats.Select(entry => new StateEntry(
                entry.Key,
                entry.Key.EndsWith("weight", StringComparison.Ordinal)
                    ? new Parameter(TestTensors.Of(entry.Key, 1, entry.Count))
                    : TestTensors.Of(entry.Key, 1, entry.Count)
            )),
            new StateEntry("b.num_batches_tracked", tensor(7L)),
        ];
}
