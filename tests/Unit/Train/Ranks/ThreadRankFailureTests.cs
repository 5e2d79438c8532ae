using System.Diagnostics;
using PPYolo.Train.Ranks;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Train.Ranks;

public class ThreadRankFailureTests
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(0.4);

    [Theory]
    [InlineData("what", "sum 'other' (Float32, 10 values)")]
    [InlineData("count", "sum 'values' (Float32, 11 values)")]
    [InlineData("type", "sum 'values' (Float64, 10 values)")]
    [InlineData("kind", "broadcast 'values' (Float32, 10 values)")]
    [InlineData("barrier", "barrier 'values'")]
    public void Another_call_ends_all_and_names_rank_expected_and_found(string difference, string found)
    {
        var (failure, others) = Fail(
            3,
            ranks =>
            {
                if (ranks.Rank != 1)
                {
                    ranks.Sum("values", zeros(10));
                    return;
                }

                switch (difference)
                {
                    case "what":
                        ranks.Sum("other", zeros(10));
                        break;
                    case "count":
                        ranks.Sum("values", zeros(11));
                        break;
                    case "type":
                        ranks.Sum("values", zeros(10, ScalarType.Float64));
                        break;
                    case "kind":
                        ranks.Broadcast("values", zeros(10));
                        break;
                    default:
                        ranks.Barrier("values");
                        break;
                }
            }
        );
        failure.Rank.Should().Be(1);
        failure.Call.Should().Be("sum 'values' (Float32, 10 values)");
        failure.Cause.Should().Be($"it calls something else: expected sum 'values' (Float32, 10 values), found {found}");
        others.Should().HaveCount(3).And.AllSatisfy(other => other.Message.Should().Contain("rank 1 failed").And.Contain(failure.Cause));
    }

    [Fact]
    public void A_rank_that_throws_ends_all_and_its_exception_is_inside()
    {
        var (failure, others) = Fail(
            3,
            ranks =>
            {
                ranks.Barrier("start");
                if (ranks.Rank == 2)
                {
                    throw new InvalidDataException("batch 7 is empty");
                }

                ranks.Sum("gradients", zeros(10));
            }
        );
        failure.Rank.Should().Be(2);
        failure.Cause.Should().Be("InvalidDataException: batch 7 is empty (after barrier 'start')");
        failure.InnerException.Should().BeOfType<InvalidDataException>();
        others
            .Should()
            .HaveCount(2)
            .And.AllSatisfy(other =>
                other.Message.Should().StartWith("rank 2 failed, seen in sum 'gradients' (Float32, 10 values): InvalidDataException")
            );
    }

    [Fact]
    public void A_rank_that_hangs_ends_all_and_is_not_waited_for()
    {
        using var end = new ManualResetEventSlim();
        var back = false;
        var (failure, others) = Fail(
            3,
            ranks =>
            {
                ranks.Broadcast("weights", zeros(10_000));
                if (ranks.Rank == 0)
                {
                    back = !end.Wait(TimeSpan.FromMinutes(1));
                }

                ranks.Sum("gradients", zeros(10_000));
            }
        );
        back.Should().BeFalse();
        end.Set();
        failure
            .Message.Should()
            .Be(
                "rank 0 failed, seen in sum 'gradients' (Float32, 10000 values): it did not arrive within 0.4 s; it is after broadcast "
                    + "'weights' (Float32, 10000 values)"
            );
        others.Should().HaveCountGreaterThanOrEqualTo(2);
    }

    [Theory]
    [InlineData("computes")]
    [InlineData("gets little of a core")]
    [InlineData("waits for a thread that computes")]
    public void A_rank_that_gets_on_is_waited_for_longer_than_the_timeout(string what)
    {
        ThreadRanks
            .Run(
                3,
                ranks =>
                {
                    ranks.Barrier("start");
                    if (ranks.Rank == 0)
                    {
                        Work(what, 3 * Short);
                    }

                    ranks.Barrier("end");
                    return true;
                },
                Short,
                threads: 1
            )
            .Should()
            .AllBeEquivalentTo(true);
    }

    [Fact]
    public void A_rank_that_ends_early_ends_all()
    {
        var (failure, others) = Fail(
            2,
            ranks =>
            {
                if (ranks.Rank == 0)
                {
                    ranks.Sum("gradients", zeros(10));
                }
            }
        );
        failure
            .Message.Should()
            .Be(
                "rank 1 failed, seen in sum 'gradients' (Float32, 10 values): it ended its work while the others are in sum 'gradients' "
                    + "(Float32, 10 values)"
            );
        others.Should().HaveCount(1);
    }

    [Fact]
    public void Abort_ends_present_and_later_calls_of_all()
    {
        var (failure, others) = Fail(
            3,
            ranks =>
            {
                if (ranks.Rank == 1)
                {
                    Thread.Sleep(50);
                    ranks.Abort("the disk is full");
                }

                ranks.Barrier("checkpoint");
            }
        );
        failure.Message.Should().Be("rank 1 failed, seen in barrier 'checkpoint': the disk is full");
        others.Should().HaveCount(3);
    }

    [Fact]
    public void What_cannot_be_summed_is_refused()
    {
        Fail(2, ranks => ranks.Sum("ids", zeros(3, ScalarType.Int64)))
            .Failure.InnerException!.Message.Should()
            .Contain("only float32 and float64");
        Fail(2, ranks => ranks.Sum("view", zeros(3, 4).t())).Failure.InnerException!.Message.Should().Contain("contiguous");
    }

    [Fact]
    public void Random_delays_and_failures_never_hang()
    {
        for (var repetition = 0; repetition < 200; repetition++)
        {
            var size = 2 + (repetition % 3);
            var fails = repetition % 4 == 3;
            var failing = repetition % size;
            var seed = repetition;
            void Body(IRanks ranks)
            {
                var random = new Random((seed * 10) + ranks.Rank);
                for (var call = 0; call < 10; call++)
                {
                    using var scope = NewDisposeScope();
                    if (random.Next(3) == 0)
                    {
                        Thread.Sleep(random.Next(3));
                    }

                    if (fails && ranks.Rank == failing && call == 5)
                    {
                        throw new InvalidDataException("planted");
                    }

                    var tensor = full(call % 2 == 0 ? 10 : 9000, 1f);
                    ranks.Sum($"call {call}", tensor);
                    tensor[0].item<float>().Should().Be(size);
                    ranks.Barrier("next");
                }
            }

            if (fails)
            {
                Fail(size, Body, TimeSpan.FromSeconds(20)).Failure.Rank.Should().Be(failing);
            }
            else
            {
                ThreadRanks.Run(size, Body, TimeSpan.FromSeconds(20), threads: 1);
            }
        }
    }

    private static void Work(string what, TimeSpan length)
    {
        if (what == "waits for a thread that computes")
        {
            var other = new Thread(() => Work("computes", length));
            other.Start();
            other.Join();
            return;
        }

        for (var since = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(since) < length; )
        {
            Thread.SpinWait(10_000);
            Thread.Sleep(what == "computes" ? 0 : 10);
        }
    }

    /// <summary>Runs ranks that must fail; returns what the launcher throws and what each rank saw in its call.</summary>
    private static (RankFailureException Failure, List<RankFailureException> Seen) Fail(
        int size,
        Action<IRanks> body,
        TimeSpan? timeout = null
    )
    {
        var seen = new List<RankFailureException>();
        var run = () =>
            ThreadRanks.Run(
                size,
                ranks =>
                {
                    try
                    {
                        body(ranks);
                    }
                    catch (RankFailureException exception)
                    {
                        lock (seen)
                        {
                            seen.Add(exception);
                        }

                        throw;
                    }
                },
                timeout ?? Short,
                threads: 1
            );
        return (run.Should().Throw<RankFailureException>().Which, seen);
    }
}
