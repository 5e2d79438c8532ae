using PPYolo.Align;
using PPYolo.Train.Ranks;
using PPYolo.Train.Ranks.Mpi;

namespace PPYolo.Tests.Unit.Train.Ranks;

public class RankLauncherTests
{
    private static readonly MpiLaunch Two = new("mpirun", 2, 0, 0);

    [Theory]
    [InlineData(null, RanksKind.Solo)]
    [InlineData(1, RanksKind.Solo)]
    [InlineData(2, RanksKind.Threads)]
    public void Without_a_launch_the_number_decides(int? ranks, RanksKind kind) => RankLauncher.Decide(ranks, null).Should().Be(kind);

    [Fact]
    public void A_launch_decides_alone() => RankLauncher.Decide(null, Two).Should().Be(RanksKind.Mpi);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_number_and_a_launch_are_refused(int ranks) =>
        FluentActions
            .Invoking(() => RankLauncher.Decide(ranks, Two))
            .Should()
            .Throw<AlignException>()
            .WithMessage($"--ranks {ranks}: mpirun has already started*leave --ranks away*");

    [Fact]
    public void No_ranks_are_refused() => FluentActions.Invoking(() => RankLauncher.Decide(0, null)).Should().Throw<AlignException>();

    [Fact]
    public void Alone_a_body_runs_on_the_calling_thread_and_its_exception_comes_as_it_is()
    {
        RankLauncher
            .Run(new RanksOptions(), ranks => (ranks.Size, Environment.CurrentManagedThreadId))
            .Should()
            .Equal((1, Environment.CurrentManagedThreadId));
        FluentActions
            .Invoking(() => RankLauncher.Run<int>(new RanksOptions(), _ => throw new AlignException("no such file")))
            .Should()
            .Throw<AlignException>()
            .WithMessage("no such file");
    }

    [Fact]
    public void Threads_return_a_result_each() =>
        RankLauncher.Run(new RanksOptions { Ranks = 3 }, ranks => ranks.Rank * 10).Should().Equal(0, 10, 20);

    [Fact]
    public void A_library_that_is_not_Open_MPI_is_refused_by_name() =>
        FluentActions
            .Invoking(() => MpiLibrary.Load(["libc.so.6", "libdoes-not-exist.so"]))
            .Should()
            .Throw<AlignException>()
            .WithMessage("MPI: libc.so.6 is no MPI library*install Open MPI*--ranks N*");

    [Fact]
    public void A_missing_library_is_said_with_what_to_do() =>
        FluentActions
            .Invoking(() => MpiLibrary.Load(["libdoes-not-exist.so"]))
            .Should()
            .Throw<AlignException>()
            .WithMessage("MPI: no library found (looked for libdoes-not-exist.so); install Open MPI*");

    [Theory]
    [InlineData(null, 2, null, 2)]
    [InlineData(2, 2, null, 2)]
    [InlineData(2, 4, null, 4)]
    [InlineData(2, 1, null, 2)]
    [InlineData(null, 1, 2, 2)]
    [InlineData(null, 2, 2, 4)]
    public void Threads_are_those_of_all_ranks(int? ranks, int threads, int? processes, int all)
    {
        var launch = processes is { } size ? new MpiLaunch("mpirun", size, 0, 0) : null;

        new RanksOptions { Ranks = ranks, Threads = threads }
            .ThreadsOverAllRanks(launch)
            .Should()
            .Be(all);
    }
}
