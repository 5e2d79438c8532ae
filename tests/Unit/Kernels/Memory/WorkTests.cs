using System.Collections.Concurrent;
using PPYolo.Kernels.Memory;

namespace PPYolo.Tests.Unit.Kernels.Memory;

public sealed class WorkTests
{
    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 2)]
    [InlineData(3, 8)]
    [InlineData(1000, 1)]
    [InlineData(1000, 3)]
    public void Does_each_piece_once(int count, int threads)
    {
        var done = new ConcurrentBag<int>();
        Work.ForEach(count, threads, done.Add);

        done.Order().Should().Equal(Enumerable.Range(0, count));
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(3, 8)]
    [InlineData(1000, 1)]
    [InlineData(1000, 3)]
    public void Disposes_of_what_threads_have_of_their_own(int count, int threads)
    {
        var done = new ConcurrentBag<int>();
        var made = new ConcurrentBag<Own>();
        Work.ForEach(
            count,
            threads,
            () =>
            {
                var own = new Own();
                made.Add(own);
                return own;
            },
            (piece, own) =>
            {
                own.Disposed.Should().BeFalse();
                done.Add(piece);
            }
        );

        done.Order().Should().Equal(Enumerable.Range(0, count));
        made.Should().NotBeEmpty();
        made.Should().OnlyContain(own => own.Disposed);
    }

    [Fact]
    public void A_piece_that_fails_fails_the_work()
    {
        var own = new Own();
        var work = () => Work.ForEach(2, 1, () => own, (piece, _) => throw new InvalidOperationException($"piece {piece}"));
        var many = () => Work.ForEach(100, 2, piece => throw new InvalidOperationException($"piece {piece}"));

        work.Should().Throw<InvalidOperationException>();
        many.Should().Throw<AggregateException>().WithInnerException<InvalidOperationException>();
        own.Disposed.Should().BeTrue();
    }

    [Fact]
    public void A_piece_that_fails_on_several_threads_leaves_nothing_undisposed()
    {
        var made = new ConcurrentBag<Own>();
        var work = () =>
            Work.ForEach(
                100,
                3,
                () =>
                {
                    var own = new Own();
                    made.Add(own);
                    return own;
                },
                (piece, _) =>
                {
                    if (piece == 7)
                    {
                        throw new InvalidOperationException("piece 7");
                    }
                }
            );

        work.Should().Throw<AggregateException>().WithInnerException<InvalidOperationException>();
        made.Should().NotBeEmpty().And.OnlyContain(own => own.Disposed);
    }

    private sealed class Own : IDisposable
    {
        public bool Disposed { get; private set; }

        public void Dispose() => Disposed = true;
    }
}
