using PPYolo.Train.Ranks;

namespace PPYolo.Tests.Distributed;

/// <summary>Whatever happens to a rank, all end soon with one message that names rank, collective and cause.</summary>
public class MpiFailureTests
{
    private const string Gradients = "seen in sum 'gradients' (Float32, 100000 values)";
    private const string Work = "seen in the work after sum 'warm-up' (Float32, 100000 values)";

    [Fact]
    public void The_standard_timeout_leaves_time_to_end_within_30_s() =>
        RanksOptions.StandardTimeout.Should().BeLessThanOrEqualTo(TimeSpan.FromSeconds(26));

    [SkippableTheory]
    [InlineData("throw", 1, 2, $"rank 1 failed, {Work}: batch 7 is empty", 2)]
    [InlineData("throw", 0, 3, $"rank 0 failed, {Work}: batch 7 is empty", 2)]
    [InlineData("null", 1, 2, $"rank 1 failed, {Work}: NullReferenceException: *", 3)]
    [InlineData(
        "kill",
        1,
        2,
        $"rank 1 failed, {Gradients}: it has not answered, and the launcher ends all ranks: it was killed or has ended",
        137
    )]
    [InlineData(
        "kill",
        0,
        3,
        $"rank 0 failed, {Gradients}: it has not answered, and the launcher ends all ranks: it was killed or has ended",
        137
    )]
    [InlineData("send TERM to a rank", 1, 2, $"rank 1 failed, {Work}: it was ended by SIGTERM; epoch0007.pth is whole", 3)]
    [InlineData("send TERM to a rank", 0, 3, $"rank 0 failed, {Work}: it was ended by SIGTERM; epoch0007.pth is whole", 3)]
    // What its end is, mpirun decides: no rank has failed.
    [InlineData("send INT to the launcher", 1, 2, "ended by the launcher; epoch0007.pth is whole", 1)]
    [InlineData("send TERM to the launcher", 0, 3, "ended by the launcher; epoch0007.pth is whole", 1)]
    [InlineData("send HUP to the launcher", 1, 3, "ended by the launcher; epoch0007.pth is whole", 1)]
    [InlineData(
        "exit",
        1,
        2,
        $"rank 1 failed, {Gradients}: it has not answered, and the launcher ends all ranks: it was killed or has ended",
        5
    )]
    [InlineData(
        "hang",
        1,
        2,
        $"rank 1 failed, {Gradients}: it did not arrive within 3 s; it is after sum 'warm-up' (Float32, 100000 values)",
        3
    )]
    [InlineData(
        "hang",
        0,
        3,
        $"rank 0 failed, {Gradients}: it did not arrive within 3 s; it is after sum 'warm-up' (Float32, 100000 values)",
        3
    )]
    [InlineData(
        "early",
        1,
        2,
        $"rank 1 failed, {Gradients}: it ended its work while the others are in sum 'gradients' (Float32, 100000 values)",
        3
    )]
    [InlineData(
        "shape",
        1,
        2,
        $"rank 1 failed, {Gradients}: it calls something else: expected sum 'gradients' (Float32, 100000 values), found sum 'gradients' "
            + $"(Float32, 100001 values)",
        3
    )]
    [InlineData(
        "call",
        2,
        3,
        $"rank 2 failed, {Gradients}: it calls something else: expected sum 'gradients' (Float32, 100000 values), found barrier 'epoch'",
        3
    )]
    public async Task All_ranks_end(string what, int rank, int size, string message, int exitCode)
    {
        Skip.If(Mpirun.Missing is not null, Mpirun.Missing);
        // A name for this run's processes, by which they can be told from all others.
        var run = Guid.NewGuid().ToString("N");
        // Only the hang is to be noticed by waiting; a busy machine must not make a timeout of anything else.
        var timeout = what == "hang" ? "3" : "20";
        var result = await Mpirun.RunAsync(size, Programs.Worker, what, $"{rank}", timeout, "0", "", run);
        // A launcher that is asked to end, or sees a rank killed, kills the others after a second: on a busy machine none gets to speak.
        var kills = what == "kill" || what.EndsWith("launcher", StringComparison.Ordinal);
        for (var more = 0; more < 2 && kills && result.Messages.Count == 0; more++)
        {
            result = await Mpirun.RunAsync(size, Programs.Worker, what, $"{rank}", timeout, "0", "", run);
        }

        result.ExitCode.Should().Be(exitCode, result.ToString());
        result.Messages.Should().ContainSingle(result.ToString()).Which.Should().Match($"ppyolo: {message}");
        Alive(run).Should().BeEmpty();
    }

    [SkippableFact]
    public async Task A_rank_that_computes_is_waited_for_longer_than_the_timeout()
    {
        Skip.If(Mpirun.Missing is not null, Mpirun.Missing);

        var result = await Mpirun.RunAsync(3, Programs.Worker, "slow", "1", "1");

        result.ExitCode.Should().Be(0, result.ToString());
        result.Output.Should().Contain("rank 0 done").And.Contain("rank 1 done").And.Contain("rank 2 done");
    }

    private static List<string> Alive(string run)
    {
        var alive = new List<string>();
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])))
        {
            try
            {
                if (File.ReadAllText(Path.Combine(process, "cmdline")).Contains(run, StringComparison.Ordinal))
                {
                    alive.Add(process);
                }
            }
            catch (IOException)
            {
                // It has ended meanwhile.
            }
        }

        return alive;
    }
}
