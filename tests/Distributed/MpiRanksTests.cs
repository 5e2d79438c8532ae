namespace PPYolo.Tests.Distributed;

public class MpiRanksTests
{
    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Processes_get_the_same_bits_as_threads(int size)
    {
        Skip.If(Mpirun.Missing is not null, Mpirun.Missing);
        var threads = ThreadAnswers.Of(size);
        var processes = await Mpirun.RunAsync(size, Programs.Worker, "describe");
        processes.ExitCode.Should().Be(0, processes.ToString());
        for (var rank = 0; rank < size; rank++)
        {
            processes.LinesOf(rank).Should().Equal(threads[rank].Split('\n').Select(line => $"rank {rank} of {size}: {line}"));
        }
    }

    /// <summary>As tensors of cards are without NCCL.</summary>
    [SkippableFact]
    public async Task Tensors_that_are_copied_to_the_host_and_back_get_the_same_bits()
    {
        Skip.If(Mpirun.Missing is not null, Mpirun.Missing);
        var threads = ThreadAnswers.Of(2);
        var copied = await Mpirun.RunAsync(2, Programs.Worker, "copied");
        copied.ExitCode.Should().Be(0, copied.ToString());
        copied.LinesOf(1).Should().Equal(threads[1].Split('\n').Select(line => $"rank 1 of 2: {line}"));
    }

    [SkippableFact]
    public async Task Two_runs_get_the_same_bits()
    {
        Skip.If(Mpirun.Missing is not null, Mpirun.Missing);
        var first = await Mpirun.RunAsync(2, Programs.Worker, "describe");
        var second = await Mpirun.RunAsync(2, Programs.Worker, "describe");
        first.LinesOf(1).Should().NotBeEmpty().And.Equal(second.LinesOf(1));
    }

    [SkippableFact]
    public async Task A_rank_knows_its_place()
    {
        Skip.If(Mpirun.Missing is not null, Mpirun.Missing);
        var result = await Mpirun.RunAsync(2, Programs.Worker, "where");
        result.LinesOf(0).Should().Equal($"rank 0 of 2, local 0, on {Environment.MachineName}");
        result.LinesOf(1).Should().Equal($"rank 1 of 2, local 1, on {Environment.MachineName}");
    }

    [SkippableFact]
    public async Task Ranks_in_threads_inside_a_launch_are_refused()
    {
        Skip.If(Mpirun.Missing is not null, Mpirun.Missing);
        var result = await Mpirun.RunAsync(2, Programs.Worker, "where", "-1", "25", "0", "2");
        result.ExitCode.Should().Be(2, result.ToString());
        result
            .Messages.Should()
            .Contain(message =>
                message.StartsWith("ppyolo: --ranks 2: mpirun has already started this process as one of 2 ranks", StringComparison.Ordinal)
            );
    }
}
