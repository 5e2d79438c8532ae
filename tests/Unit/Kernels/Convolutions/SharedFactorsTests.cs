using PPYolo.Kernels.Convolutions;

namespace PPYolo.Tests.Unit.Kernels.Convolutions;

public sealed unsafe class SharedFactorsTests
{
    private const int Size = 48;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly float[] made = GC.AllocateArray<float>(1, pinned: true);

    private float* Weight => (float*)System.Runtime.CompilerServices.Unsafe.AsPointer(ref made[0]);

    [Fact]
    public void The_first_rank_makes_a_factor_and_the_last_frees_it()
    {
        var shared = new SharedFactors(2);
        var makers = 0;
        using var meeting = new Barrier(2);
        var found = new float[2];
        var counts = new int[2];

        InTwo(rank =>
        {
            using var pass = shared.Enter(0);
            meeting.SignalAndWait(Limit);
            using (var factor = SharedFactors.Take(Weight, false, Size, to => Fill(to, Interlocked.Increment(ref makers))))
            {
                meeting.SignalAndWait(Limit);
                (found[rank], counts[rank]) = (factor.Address[Size - 1], shared.Count);
                meeting.SignalAndWait(Limit);
            }
        });

        makers.Should().Be(1);
        found.Should().Equal(1, 1);
        counts.Should().Equal(1, 1);
        shared.Count.Should().Be(0);
    }

    [Fact]
    public void A_rank_that_is_ahead_gets_another_for_its_next_use_the_way_back_and_its_next_pass()
    {
        var shared = new SharedFactors(2);
        var makers = 0;
        float Taken(bool gradient = false)
        {
            using var factor = SharedFactors.Take(Weight, gradient, Size, to => Fill(to, ++makers));
            return factor.Address[0];
        }

        using (shared.Enter(1))
        {
            (Taken(), Taken(), Taken(gradient: true)).Should().Be((1, 2, 3));
        }

        // The other rank comes later, and to what is there: its coming frees nothing of the same pass.
        InOther(() =>
        {
            using var pass = shared.Enter(1);
            (Taken(), Taken()).Should().Be((1, 2));
        });
        shared.Count.Should().Be(1, "nobody else has used the one for the way back");

        using (shared.Enter(2))
        {
            shared.Count.Should().Be(0, "that pass is over");
            Taken().Should().Be(4, "weights have changed since");
        }
    }

    [Fact]
    public void Outside_of_a_pass_a_thread_has_its_own()
    {
        SharedFactors.IsInPass.Should().BeFalse();
        using var one = SharedFactors.Take(Weight, false, Size, to => Fill(to, 1));
        using var other = SharedFactors.Take(Weight, false, Size, to => Fill(to, 2));

        (one.Address[0], other.Address[0]).Should().Be((1, 2));
    }

    [Fact]
    public void What_cannot_be_made_fails_for_every_rank()
    {
        var shared = new SharedFactors(2);
        void Take()
        {
            using var pass = shared.Enter(0);
            FluentActions
                .Invoking(() => SharedFactors.Take(Weight, false, Size, _ => throw new InvalidOperationException("no memory")))
                .Should()
                .Throw<InvalidOperationException>()
                .WithMessage("no memory");
        }

        Take();
        InOther(Take);
    }

    private static void Fill(nint to, float value) => new Span<float>((float*)to, Size).Fill(value);

    private static void InOther(Action act) => InTwo(rank => (rank == 0 ? act : () => { })());

    private static void InTwo(Action<int> act)
    {
        Exception? failure = null;
        var threads = Enumerable
            .Range(0, 2)
            .Select(rank => new Thread(() =>
            {
                try
                {
                    act(rank);
                }
                catch (Exception exception)
                {
                    failure = exception;
                }
            }))
            .ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        failure.Should().BeNull();
    }
}
