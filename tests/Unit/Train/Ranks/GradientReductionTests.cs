using PPYolo.Kernels.Memory;
using PPYolo.Model.State;
using PPYolo.Train.Ranks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Train.Ranks;

public class GradientReductionTests
{
    /// <summary>Packed ones, and two that are summed where they are.</summary>
    private static readonly (string Key, long[] Shape)[] Shapes =
    [
        ("norm.bias", [33]),
        ("first.weight", [512, 513]),
        ("conv.weight", [17, 3, 3, 3]),
        ("second.weight", [1 << 18]),
        ("scalar", [1]),
    ];

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public void Every_rank_gets_the_sum_in_rank_order_over_the_number_of_ranks(int size, bool cards)
    {
        using var path = CpuPath.Close(kernels: false, memory: cards);
        var averages = ThreadRanks.Run(size, ranks => Averages(ranks, Give));

        foreach (var average in averages)
        {
            for (var i = 0; i < Shapes.Length; i++)
            {
                average[i].Should().Equal(Expected(i, Enumerable.Range(0, size), size), $"of the gradient of {Shapes[i].Key}");
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_gradient_that_a_rank_lacks_counts_as_zero_there(int missing)
    {
        var averages = ThreadRanks.Run(2, ranks => Averages(ranks, (rank, i) => rank == 1 && i == missing ? null : Give(rank, i)));

        averages.Should().AllSatisfy(average => average[missing].Should().Equal(Expected(missing, [0], 2)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Without_a_gradient_on_any_rank_there_is_none_afterwards(int missing)
    {
        var averages = ThreadRanks.Run(2, ranks => Averages(ranks, (rank, i) => i == missing ? null : Give(rank, i)));

        averages.Should().AllSatisfy(average => average[missing].Should().BeNull());
        averages.Should().AllSatisfy(average => average[3].Should().Equal(Expected(3, [0, 1], 2)));
    }

    [Fact]
    public void A_gradient_that_is_not_contiguous_is_averaged_as_one_that_is()
    {
        var averages = ThreadRanks.Run(
            2,
            ranks => Averages(ranks, (rank, i) => i == 1 ? Give(rank, i)!.t().contiguous().t() : Give(rank, i))
        );

        averages.Should().AllSatisfy(average => average[1].Should().Equal(Expected(1, [0, 1], 2)));
    }

    /// <summary>Reduces twice, as iterations do; the second must not see anything of the first.</summary>
    private static byte[]?[] Averages(IRanks ranks, Func<int, int, Tensor?> gradient)
    {
        using var scope = NewDisposeScope();
        StateEntry[] parameters = [.. Shapes.Select(shape => new StateEntry(shape.Key, new Parameter(zeros(shape.Shape))))];
        var reduction = new GradientReduction(ranks, parameters);
        foreach (var make in new Func<int, int, Tensor?>[] { Give, gradient })
        {
            for (var i = 0; i < parameters.Length; i++)
            {
                parameters[i].Value.grad = make(ranks.Rank, i);
            }

            reduction.Average();
        }

        return [.. parameters.Select(parameter => parameter.Value.grad is { } average ? RankData.Bits(average) : null)];
    }

    private static Tensor? Give(int rank, int parameter) =>
        RankData.Of(rank + (3 * parameter), Elements(parameter)).view(Shapes[parameter].Shape);

    private static byte[] Expected(int parameter, IEnumerable<int> given, int size) =>
        RankData.Bits(
            given.Select(rank => RankData.Of(rank + (3 * parameter), Elements(parameter))).Aggregate((sum, next) => sum + next)
                / (float)size
        );

    private static long Elements(int parameter) => Shapes[parameter].Shape.Aggregate(1L, (product, extent) => product * extent);
}
