using PPYolo.Kernels.Memory;

namespace PPYolo.Tests.Unit.Kernels.Memory;

public sealed class PieceRunsTests
{
    [Fact]
    public void A_thread_does_its_run_in_order_and_then_the_last_of_the_longest()
    {
        var runs = new PieceRuns(11, 3);

        // Runs of 0 to 2, 3 to 6 and 7 to 10.
        Take(runs, 0, 3).Should().Equal(0, 1, 2);
        runs.Next(2).Should().Be(7);
        runs.Next(0).Should().Be(6);
        runs.Next(0).Should().Be(5, "both others have three, and the first of them gives");
        runs.Next(0).Should().Be(10);
        runs.Next(1).Should().Be(3);
        Take(runs, 1, 4).Should().Equal(4, 9, 8, -1);
        runs.Next(2).Should().Be(-1);
    }

    [Fact]
    public void Threads_that_take_at_once_never_get_the_same_piece()
    {
        const int pieces = 200_000;
        var runs = new PieceRuns(pieces, 4);
        var taken = new int[pieces];

        Parallel.For(
            0,
            4,
            run =>
            {
                for (var piece = runs.Next(run); piece >= 0; piece = runs.Next(run))
                {
                    Interlocked.Increment(ref taken[piece]);
                }
            }
        );

        taken.Should().OnlyContain(times => times == 1);
    }

    private static int[] Take(PieceRuns runs, int run, int count) => [.. Enumerable.Range(0, count).Select(_ => runs.Next(run))];
}
