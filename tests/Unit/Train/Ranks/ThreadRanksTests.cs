using System.Diagnostics;
using System.Text;
using PPYolo.Kernels.Memory;
using PPYolo.Train.Ranks;
using TorchSharp;
using static TorchSharp.torch;
using ThreadState = System.Threading.ThreadState;

namespace PPYolo.Tests.Unit.Train.Ranks;

public class ThreadRanksTests
{
    public static TheoryData<int, long, ScalarType> Sums()
    {
        var data = new TheoryData<int, long, ScalarType>();
        foreach (var size in new[] { 1, 2, 3, 4, 8 })
        {
            // Nothing, less than a slice each, around the border between small and large, and large ones that divide into no equal slices.
            foreach (var count in new long[] { 0, 1, 2, 7, 31, 33, 1000, 8192, 8193, 100_003 })
            {
                data.Add(size, count, ScalarType.Float32);
                data.Add(size, count, ScalarType.Float64);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Sums))]
    public void Sum_is_that_in_rank_order_on_every_rank(int size, long count, ScalarType type)
    {
        var expected = RankData.Bits(RankData.SumOf(size, count, type));
        var sums = ThreadRanks.Run(
            size,
            ranks =>
            {
                var tensor = RankData.Of(ranks.Rank, count, type);
                ranks.Sum("values", tensor);
                return RankData.Bits(tensor);
            }
        );
        sums.Should().HaveCount(size).And.AllSatisfy(sum => sum.Should().Equal(expected));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void Tensors_go_from_card_to_card_with_the_same_bits(int size)
    {
        // Tensors of the CPU stand for those of cards.
        using var path = CpuPath.Close(kernels: false, memory: true);
        foreach (var count in new long[] { 0, 1, 31, 8193, 100_003 })
        {
            var expected = RankData.Bits(RankData.SumOf(size, count));
            var first = RankData.Bits(RankData.Of(0, count));
            var found = ThreadRanks.Run(
                size,
                ranks =>
                {
                    using var scope = NewDisposeScope();
                    Tensor sum = RankData.Of(ranks.Rank, count),
                        copy = RankData.Of(ranks.Rank, count).requires_grad_();
                    ranks.Sum("values", sum);
                    ranks.Broadcast("values", copy);
                    return (Sum: RankData.Bits(sum), Copy: RankData.Bits(copy));
                }
            );
            found.Should().AllSatisfy(rank => rank.Sum.Should().Equal(expected));
            found.Should().AllSatisfy(rank => rank.Copy.Should().Equal(first));
        }
    }

    [Fact]
    public void A_card_that_fails_in_a_sum_keeps_nobody_waiting()
    {
        using var path = CpuPath.Close(kernels: false, memory: true);
        var isBack = false;
        var run = () =>
            ThreadRanks.Run(
                2,
                ranks =>
                {
                    // One element is in the last rank's slice, and what has no numbers cannot be copied from there.
                    using var tensor = ones(1, device: ranks.Rank == 1 ? device("meta") : CPU);
                    ranks.Sum("values", tensor);
                    isBack = true;
                },
                TimeSpan.FromSeconds(5)
            );

        run.Should().Throw<RankFailureException>();
        isBack.Should().BeTrue();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Sums_one_after_another_do_not_mix(bool cards)
    {
        using var path = CpuPath.Close(kernels: false, memory: cards);
        var failures = ThreadRanks.Run(
            4,
            ranks =>
            {
                var wrong = 0;
                for (var i = 0; i < 2000; i++)
                {
                    using var scope = NewDisposeScope();
                    var tensor = full(i % 3 == 0 ? 9000 : 5, (ranks.Rank + 1f) * i);
                    ranks.Sum("values", tensor);
                    wrong += tensor.eq(10f * i).all().item<bool>() ? 0 : 1;
                }

                return wrong;
            }
        );
        failures.Should().AllBeEquivalentTo(0);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void Broadcast_replaces_by_rank_0s(int size)
    {
        foreach (var count in new long[] { 0, 1, 20_001 })
        {
            foreach (var type in new[] { ScalarType.Float32, ScalarType.Int64, ScalarType.Bool })
            {
                var all = ThreadRanks.Run(
                    size,
                    ranks =>
                    {
                        var tensor = RankData.Of(ranks.Rank, count).mul(100).to(type);
                        ranks.Broadcast("values", tensor);
                        return RankData.Bits(tensor);
                    }
                );
                all.Should().AllSatisfy(bits => bits.Should().Equal(all[0]));
                all[0].Should().Equal(RankData.Bits(RankData.Of(0, count).mul(100).to(type)));
            }
        }
    }

    [Fact]
    public void Gather_returns_everybodys_message_by_rank()
    {
        var all = ThreadRanks.Run(3, ranks => ranks.Gather("names", Encoding.UTF8.GetBytes(new string('x', ranks.Rank * 50_000))));
        all.Should().AllSatisfy(messages => messages.Select(message => message.Length).Should().Equal(0, 50_000, 100_000));
    }

    [Fact]
    public void Lend_shows_everybody_what_rank_0_made()
    {
        var made = 0;

        var lent = ThreadRanks.Run(3, ranks => Enumerable.Range(0, 5).Select(i => ranks.Lend("it", () => $"{i}: {++made}")).ToList());

        lent[0].Should().Equal("0: 1", "1: 2", "2: 3", "3: 4", "4: 5");
        lent.Should().AllSatisfy(rank => rank.Zip(lent[0], ReferenceEquals).Should().NotContain(false));
        ThreadRanks.Run(1, ranks => ranks.Lend("it", () => "made"))[0].Should().BeNull();
    }

    [Fact]
    public void Barrier_waits_for_everybody()
    {
        var arrived = 0;
        var seen = ThreadRanks.Run(
            4,
            ranks =>
            {
                Thread.Sleep(20 * ranks.Rank);
                Interlocked.Increment(ref arrived);
                ranks.Barrier("start");
                return Volatile.Read(ref arrived);
            }
        );
        seen.Should().AllBeEquivalentTo(4);
    }

    [Fact]
    public void Torch_threads_are_divided_over_the_ranks_and_restored()
    {
        var before = torch.get_num_threads();
        ThreadRanks.Run(2, _ => torch.get_num_threads(), threads: 4).Should().Equal(2, 2);
        ThreadRanks.Run(3, _ => torch.get_num_threads(), threads: 2).Should().Equal(1, 1, 1);
        torch.get_num_threads().Should().Be(before);
    }

    [Fact]
    public void Calls_are_measured()
    {
        Thread? first = null;
        var slept = 0.0;
        var measured = ThreadRanks.Run(
            2,
            ranks =>
            {
                using var tensor = zeros(10);
                if (ranks.Rank == 0)
                {
                    Volatile.Write(ref first, Thread.CurrentThread);
                }
                else
                {
                    // It sleeps in the call, where else.
                    SpinWait.SpinUntil(() => Volatile.Read(ref first)?.ThreadState.HasFlag(ThreadState.WaitSleepJoin) ?? false);
                    var clock = Stopwatch.StartNew();
                    Thread.Sleep(20);
                    slept = clock.Elapsed.TotalSeconds;
                }

                ranks.Sum("a", tensor);
                ranks.Broadcast("b", zeros(5, ScalarType.Float64));
                ranks.Barrier("c");
                return (ranks.BytesReduced, ranks.SecondsInCalls);
            }
        );
        measured.Should().AllSatisfy(result => result.BytesReduced.Should().Be(80));
        measured[0].SecondsInCalls.Should().BeGreaterThanOrEqualTo(slept).And.BePositive();
    }

    [Fact]
    public void A_rank_may_end_its_work_before_the_others()
    {
        ThreadRanks
            .Run(
                3,
                ranks =>
                {
                    ranks.Barrier("start");
                    Thread.Sleep(ranks.Rank * 30);
                    return ranks.Rank;
                }
            )
            .Should()
            .Equal(0, 1, 2);
    }

    [Fact]
    public void A_call_after_warm_up_allocates_nothing_that_grows_with_the_tensor()
    {
        var allocated = ThreadRanks.Run(
            2,
            ranks =>
            {
                using var tensor = ones(1_000_000);
                for (var i = 0; i < 3; i++)
                {
                    ranks.Sum("warm-up", tensor);
                }

                var before = GC.GetAllocatedBytesForCurrentThread();
                for (var i = 0; i < 100; i++)
                {
                    ranks.Sum("values", tensor);
                }

                return (GC.GetAllocatedBytesForCurrentThread() - before) / 100;
            }
        );
        allocated.Should().AllSatisfy(bytes => bytes.Should().BeLessThan(1000));
    }
}
