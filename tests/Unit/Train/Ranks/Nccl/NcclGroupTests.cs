using PPYolo.Train.Ranks;
using PPYolo.Train.Ranks.Mpi;
using PPYolo.Train.Ranks.Nccl;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Train.Ranks.Nccl;

/// <summary>What is asked of NCCL, and what comes of it: a stand-in moves the bytes, since no machine with cards was there.</summary>
public sealed class NcclGroupTests
{
    public NcclGroupTests() => StandInNccl.Reset();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void A_sum_has_the_bits_of_the_other_ways(int size)
    {
        foreach (var count in new long[] { 0, 1, 33, 100_003 })
        {
            foreach (var type in new[] { ScalarType.Float32, ScalarType.Float64 })
            {
                var expected = RankData.Bits(RankData.SumOf(size, count, type));
                var sums = Run(
                    size,
                    (ranks, group) =>
                    {
                        var tensor = RankData.Of(ranks.Rank, count, type);
                        group.Sum(tensor);
                        return RankData.Bits(tensor);
                    }
                );
                sums.Should().AllSatisfy(sum => sum.Should().Equal(expected));
            }
        }
    }

    [Fact]
    public void A_broadcast_is_rank_0s()
    {
        var expected = RankData.Bits(RankData.Of(0, 1000));

        var copies = Run(
            3,
            (ranks, group) =>
            {
                var tensor = RankData.Of(ranks.Rank, 1000);
                group.Broadcast(tensor);
                return RankData.Bits(tensor);
            }
        );

        copies.Should().AllSatisfy(copy => copy.Should().Equal(expected));
    }

    [Fact]
    public void Calls_come_in_the_order_that_NCCL_wants()
    {
        Run(
            2,
            (ranks, group) =>
            {
                using var tensor = ones(64);
                group.Sum(tensor);
                group.Broadcast(tensor);
                return 0;
            }
        );

        StandInNccl
            .Calls[0]
            .Should()
            .Equal(
                "init 0 of 2, id 1 to 128",
                "start",
                "send 128 of type 0 to 1 in 100 on 0",
                "receive 128 of type 0 from 1 in 100 on 0",
                "end",
                "start",
                "send 128 of type 0 to 1 in 100 on 0",
                "receive 128 of type 0 from 1 in 100 on 0",
                "end",
                "start",
                "send 256 of type 0 to 1 in 100 on 0",
                "end",
                "destroy 100"
            );
        StandInNccl.Calls[1].TakeLast(4).Should().Equal("start", "receive 256 of type 0 from 0 in 101 on 0", "end", "destroy 101");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Where_one_rank_has_no_NCCL_none_uses_it(int without)
    {
        var joined = ThreadRanks.Run(
            2,
            ranks => NcclGroup.Join(ranks.Rank == without ? null : new NcclFunctions(StandInNccl.Export), ranks) is not null
        );

        joined.Should().Equal(false, false);
        StandInNccl.Calls.Should().BeEmpty();
    }

    [Fact]
    public void A_failure_is_told_with_the_function_and_NCCLs_own_words()
    {
        using var ranks = new SoloRanks();
        using var group = NcclGroup.Join(new(StandInNccl.Export), ranks)!;
        using var tensor = ones(3);
        StandInNccl.AsyncResult = 6;

        group.Invoking(it => it.Sum(tensor)).Should().Throw<MpiException>().WithMessage("NCCL: an earlier transfer: error 6");

        StandInNccl.AsyncResult = 0;
        StandInNccl.SendResult = 2;
        var run = () =>
            Run(
                2,
                (_, both) =>
                {
                    both.Sum(tensor.clone());
                    return 0;
                }
            );
        run.Should().Throw<RankFailureException>().WithInnerException<MpiException>().WithMessage("NCCL: ncclSend: error 2");
    }

    private static T[] Run<T>(int size, Func<IRanks, NcclGroup, T> body) =>
        ThreadRanks.Run(
            size,
            ranks =>
            {
                using var group = NcclGroup.Join(new(StandInNccl.Export), ranks)!;
                return body(ranks, group);
            }
        );
}
